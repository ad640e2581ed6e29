"""Each strategy at its own best, and at equal spend: searched in some worlds, judged in others."""
