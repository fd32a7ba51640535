"""Runs every benchmark: ``make bench``."""

from benchmarks import save

save.main()
