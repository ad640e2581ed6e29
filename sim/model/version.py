"""The version of the model: what was computed under one version may be put beside what is computed under the same.

It is raised whenever the same parameters and seed give other results, a default that changed included; not when code
becomes faster, plainer or better commented. `tests/golden` holds runs recorded under it, and a test simulates them
again.
"""

VERSION = "1"
