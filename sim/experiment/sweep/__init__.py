"""Sweeps: many worlds, stored as they are run, on as many machines as wanted."""
