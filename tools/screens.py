"""Take pictures of every page: `python -m tools.screens FOLDER`, for whoever changes the look.

Each page in each of its states (tests/browser/views.py), on desk and phone, light and dark, and in `axe.json` what axe
finds on each. Some alone: `python -m tools.screens FOLDER report edit-` takes the views whose names begin so.
"""

import json
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.stage import staged
from tests.browser.views import VIEWS
from tests.browser.visits import COLOURS, DESK, PHONE, Visits, show, violations
from tools.system_packages import find_chromium

SCREENS = {"desk": DESK, "phone": PHONE}


def main(folder, *wanted):
    """Take the pictures and write what axe finds."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    views = [view for view in VIEWS if not wanted or view.name.startswith(wanted)]
    with visiting() as visits:
        found = {view.name: taken(visits, view, folder) for view in views}
    (folder / "axe.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(
        f"{len(found)} pages in {folder}; axe found something on {sum(map(any, map(dict.values, found.values())))}"
    )


def taken(visits, view, folder):
    """Take a view's four pictures; returns what axe finds on each."""
    found = {}
    with visits.open(view) as page:
        for name, screen in SCREENS.items():
            for scheme in ("light", "dark"):
                show(page, screen, scheme)
                page.screenshot(path=folder / f"{view.name}-{name}-{scheme}.png", full_page=True)
                found[f"{name}, {scheme}"] = violations(page, COLOURS if scheme == "dark" else None)
    return found


@contextmanager
def visiting():
    """A browser at the site with something on every page, both of which last as long as this."""
    with tempfile.TemporaryDirectory() as data, staged(Path(data)) as stage, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        visits = Visits(browser, stage)
        yield visits
        visits.close()
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
