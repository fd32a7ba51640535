"""Runs every benchmark: ``make bench``."""

from benchmarks import attempt, save

save.main()
attempt.main()
