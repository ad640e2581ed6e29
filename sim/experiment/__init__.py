"""Floor 3: many runs: replicate, survey, compare, fit."""
