"""Runs every benchmark: ``make bench``."""

from benchmarks import (
    attempt,
    bank_check,
    convert,
    forms,
    grade_book,
    irt,
    report,
    save,
    scales,
    search,
    start,
    stats,
)

save.main()
attempt.main()
start.main()
bank_check.main()
stats.main()
irt.main()
scales.main()
report.main()
grade_book.main()
convert.main()
forms.main()
search.main()
