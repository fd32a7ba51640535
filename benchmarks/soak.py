"""`make soak`: the tests of faults at their full counts, which take hours; the outcome goes to docs/soak.md.

The same tests run with reduced counts in `make test`. What a test counts (`record_property`) becomes its line here.
More tests can be named: `make soak ARGS="tests/faults tests/operations/test_races.py"`.
"""

import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
TESTS = ["tests/faults"]
PAGE = """\
# Soak

The tests of faults at their full counts (`make soak`, which writes this page); `make test` runs them reduced.
Run on {date} at commit {commit}, {machine}: {verdict}.

| test | outcome | seconds | counts |
| --- | --- | --- | --- |
{rows}
"""


def main(tests):
    """Run the tests, write the page; the exit code is pytest's."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        # of this kind of report, since the newer one has no place for counts
        written = [f"--junitxml={report}", "--override-ini=junit_family=xunit1"]
        command = [sys.executable, "-m", "pytest", *(tests or TESTS), *written, "-p", "no:randomly"]
        code = subprocess.run(command, cwd=ROOT, env={**os.environ, "SOAK": "1"}, check=False).returncode
        cases = list(ET.parse(report).iter("testcase"))  # noqa: S314 (pytest has just written it)
    page = PAGE.format(
        date=datetime.now(UTC).date(),
        commit=commit(),
        machine=f"{os.cpu_count()} processors, Python {sys.version.split()[0]}",
        verdict="all passed" if code == 0 else "NOT all passed",
        rows="\n".join(map(row, cases)),
    )
    (ROOT / "docs" / "soak.md").write_text(page, encoding="utf-8")
    return code


def row(case):
    """A line of the table."""
    failed = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
    counts = (f"{one.get('name')} {one.get('value')}" for one in case.iter("property"))
    name = f"{case.get('classname').rpartition('.')[2]}: {case.get('name')}"
    return f"| {name} | {failed[0] if failed else 'passed'} | {float(case.get('time')):.0f} | {', '.join(counts)} |"


def commit():
    """The commit of this checkout, marked where files differ from it."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
