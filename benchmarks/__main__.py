"""Runs every benchmark: ``make bench``."""

from benchmarks import attempt, bank_check, convert, irt, save, start, stats

save.main()
attempt.main()
start.main()
bank_check.main()
stats.main()
irt.main()
convert.main()
