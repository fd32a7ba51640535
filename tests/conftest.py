"""What every test may use."""

import os
import random
import secrets

import pytest
from hypothesis import settings

#: Before numpy comes: threads that share small products wait for each other, the more the busier the machine is.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

pytest_plugins = ["tests.servers", "tests.skips", "tests.browsing", "tests.databases"]

#: Fewer made-up cases a test than Hypothesis takes by itself, so that the suite stays within minutes, the same ones each
#: time, so that a change is blamed for what it broke only, and no bound on the time of one, since machines are busy.
#: HYPOTHESIS_PROFILE=default is thorough and looks for new ones; ``make soak`` takes it.
settings.register_profile("suite", max_examples=20, deadline=None, derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


@pytest.fixture(autouse=True)
def same_draws(request, monkeypatch):
    """Attempts that a test starts itself are drawn from seeds of its name: the same papers each time it runs."""
    monkeypatch.setattr(secrets, "randbits", random.Random(request.node.nodeid).getrandbits)
