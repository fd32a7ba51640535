"""Runs every benchmark: ``make bench``."""

from benchmarks import attempt, bank_check, convert, irt, report, save, start, stats

save.main()
attempt.main()
start.main()
bank_check.main()
stats.main()
irt.main()
report.main()
convert.main()
