"""Random tests draw the same examples on every machine and have no stop-watch."""

from hypothesis import settings

settings.register_profile("fixed", derandomize=True, deadline=None, database=None)
settings.load_profile("fixed")
