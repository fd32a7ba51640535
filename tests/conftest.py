"""What every test may use."""

pytest_plugins = ["tests.servers", "tests.skips", "tests.browsing", "tests.databases"]
