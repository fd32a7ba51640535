"""Runs every benchmark: ``make bench``."""

from benchmarks import attempt, bank_check, convert, irt, save, stats

save.main()
attempt.main()
bank_check.main()
stats.main()
irt.main()
convert.main()
