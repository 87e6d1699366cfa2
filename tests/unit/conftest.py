"""Property tests are the same on every run: a failure seen once can be seen again."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "deterministic",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],  # it measures the machine, not the test
)
settings.load_profile("deterministic")
