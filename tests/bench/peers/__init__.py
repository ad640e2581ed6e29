"""The light world modelled by other means: what one would write in Mesa, in SimPy, and as one compiled loop."""
