"""Runs every benchmark: ``make bench``."""

from benchmarks import attempt, bank_check, convert, save

save.main()
attempt.main()
bank_check.main()
convert.main()
