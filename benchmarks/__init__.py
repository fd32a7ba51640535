"""Measures speed as ratios against a floor in the same run (docs/performance.md). ``make bench``."""
