"""What every test may use."""

import os

from hypothesis import settings

pytest_plugins = ["tests.servers", "tests.skips", "tests.browsing", "tests.databases"]

#: Fewer made-up cases a test than Hypothesis takes by itself, so that the suite stays within minutes, and no bound on the
#: time of one, since machines are busy. HYPOTHESIS_PROFILE=default is thorough.
settings.register_profile("suite", max_examples=25, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))
