"""The questions of the essays: for each a paired experiment, and what it says about each claim."""
