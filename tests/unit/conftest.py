"""Property tests are the same on every run: a failure seen once can be seen again."""

from hypothesis import settings

settings.register_profile("deterministic", derandomize=True, database=None, deadline=None)
settings.load_profile("deterministic")
