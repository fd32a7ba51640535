"""`make soak`: the tests of faults at their full counts, which take hours; the outcome goes to docs/soak.md.

The same tests run with reduced counts in `make test`. What a test counts (`record_property`) becomes its line here.
Hypothesis looks for new cases, as thoroughly as it does by itself. Other tests, and a share of the counts, can be named:
`make soak ARGS="--share 0.1 tests/fuzz tests/operations/test_races.py"`; the page says so.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "soak.md"
TESTS = ["tests/faults", "tests/fuzz"]
PAGE = """\
# Soak

The tests of faults and the fuzzing of readers at their full counts, or at a share of them (`make soak`, which writes this page and keeps
the lines of tests that did not run again); `make test` runs them reduced. On {machine}: {verdict}.

| test | outcome | seconds | counts | share | run |
| --- | --- | --- | --- | --- | --- |
{rows}
"""


def main(words):
    """Run the tests, write the page; the exit code is pytest's."""
    asked = argparse.ArgumentParser(prog="make soak", description="Tests of faults at their full counts.")
    asked.add_argument("--share", type=float, default=1, help="a share of the full counts, such as 0.1")
    asked.add_argument("tests", nargs="*", default=TESTS, help="files and folders of tests")
    given = asked.parse_args(words)
    if not 0 < given.share <= 1:
        asked.error("--share is a number above 0, at most 1")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        # of this kind of report, since the newer one has no place for counts
        written = [f"--junitxml={report}", "--override-ini=junit_family=xunit1"]
        command = [sys.executable, "-m", "pytest", *given.tests, *written, "-p", "no:randomly"]
        env = {**os.environ, "SOAK": str(given.share), "HYPOTHESIS_PROFILE": "default"}
        code = subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
        cases = list(ET.parse(report).iter("testcase"))  # noqa: S314 (pytest has just written it)
    run = f"{given.share:g} | {datetime.now(UTC).date()}, {commit()}"
    rows = earlier() | {name: f"{cells} | {run} |" for name, cells in map(row, cases)}
    page = PAGE.format(
        machine=f"{os.cpu_count()} processors, Python {sys.version.split()[0]}",
        verdict="all passed" if all("| passed |" in line for line in rows.values()) else "NOT all passed",
        rows="\n".join(rows[name] for name in sorted(rows)),
    )
    TARGET.write_text(page, encoding="utf-8")
    return code


def row(case):
    """The name of a test, and the first cells of its line."""
    failed = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
    counts = (f"{one.get('name')} {one.get('value')}" for one in case.iter("property"))
    name = f"{case.get('classname').rpartition('.')[2]}: {case.get('name')}"
    outcome = failed[0] if failed else "passed"
    return name, f"| {name} | {outcome} | {float(case.get('time')):.0f} | {', '.join(counts)}"


def earlier():
    """The lines of the page as it is, by the test's name."""
    lines = TARGET.read_text(encoding="utf-8").splitlines() if TARGET.exists() else []
    return {line.split(" | ")[0][2:]: line for line in lines if line.startswith("| test_")}


def commit():
    """The commit of this checkout, marked where files differ from it."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
