"""A plugin of pytest: the last line of a run names every test that was skipped, and why."""


def pytest_terminal_summary(terminalreporter):
    """Print `SKIPPED: n (name: reason; …)`."""
    skipped = terminalreporter.stats.get("skipped", [])
    named = "; ".join(f"{report.nodeid}: {reason(report)}" for report in skipped)
    terminalreporter.write_line(f"SKIPPED: {len(skipped)}" + (f" ({named})" if named else ""))


def reason(report):
    """Why a test was skipped, in its own words."""
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")
