"""What holds for all tests: Hypothesis, too, looks at no clock; and a browser is started once."""

from __future__ import annotations

from browser import browser, look
from hypothesis import HealthCheck, settings

__all__ = ["browser", "look"]

settings.register_profile("no clock", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")
