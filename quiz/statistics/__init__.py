"""Item and test statistics: pure functions over arrays; a figure that does not exist is None, never 0 or NaN."""
