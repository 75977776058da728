"""What holds for all tests: Hypothesis, too, looks at no clock."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("no clock", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")
