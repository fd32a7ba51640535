"""Runs every benchmark: ``make bench``."""

from benchmarks import attempt, bank_check, convert, save, stats

save.main()
attempt.main()
bank_check.main()
stats.main()
convert.main()
