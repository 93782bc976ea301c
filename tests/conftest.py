"""Settings of all tests."""

from __future__ import annotations

from hypothesis import settings

# How long one example takes says more about the machine than about the library; benchmarks/ measures speed.
settings.register_profile("house", deadline=None, print_blob=True)
settings.load_profile("house")
