"""Take pictures of every page: `python -m tools.screens FOLDER`, for whoever changes the look.

Each page in each of its states (tests/browser/views.py), on desk and phone, light and dark, and in `axe.json` what axe
finds on each page. Some alone: `python -m tools.screens FOLDER report edit-` takes the views whose names begin so.
`python -m tools.screens --docs` takes the few pictures that the guides show.
"""

import json
import sys
import tempfile
from base64 import b64decode
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.stage import staged
from tests.browser.views import VIEWS
from tests.browser.visits import COLOURS, DESK, PHONE, Visits, show, violations
from tools.system_packages import find_chromium

SCREENS = {"desk": DESK, "phone": PHONE}
#: The pictures of the guides, in docs/pictures: which view, on what, in which colours.
PICTURES = {
    "question": ("question-ordering", "desk", "light"),
    "phone": ("question-multiple_response", "phone", "dark"),
    "review": ("practice-multiple_response", "phone", "light"),
    "editor": ("edit-multiple_response", "desk", "light"),
    "builder": ("quiz-edit", "desk", "light"),
    "checklist": ("quiz-publish", "desk", "light"),
    "report": ("report-look", "desk", "light"),
    "item": ("item-flawed", "desk", "light"),
    "grades": ("grade-book-many", "desk", "light"),
    "live": ("live", "desk", "light"),
}
#: WebP, in percent: the largest picture stays below 80 kB.
QUALITY = 75


def main(folder, *wanted):
    """Take the pictures and write what axe finds."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    views = [view for view in VIEWS if not wanted or view.name.startswith(wanted)]
    with visiting() as visits:
        found = {view.name: taken(visits, view, folder) for view in views}
    lines = ",\n".join(
        f"{json.dumps(name)}: {json.dumps(one, ensure_ascii=False)}" for name, one in found.items()
    )
    (folder / "axe.json").write_text(f"{{\n{lines}\n}}\n", "utf-8")
    print(f"{len(found)} pages in {folder}; axe found something on {sum(map(bool, found.values()))}")


def taken(visits, view, folder):
    """Take a view's four pictures; returns what axe finds on any of them, each with the look on which."""
    found: list[object] = []
    with visits.open(view) as page:
        for name, screen in SCREENS.items():
            for scheme in ("light", "dark"):
                show(page, screen, scheme)
                page.screenshot(path=folder / f"{view.name}-{name}-{scheme}.png", full_page=True)
                rules = COLOURS if scheme == "dark" else None
                found += ({"look": f"{name}, {scheme}", **one} for one in violations(page, rules))
    return found


def picture_docs():
    """Take the pictures of the guides: what a window shows, as WebP."""
    folder = Path(__file__).parent.parent / "docs/pictures"
    folder.mkdir(exist_ok=True)
    views = {view.name: view for view in VIEWS}
    with visiting() as visits:
        for name, (view, screen, scheme) in PICTURES.items():
            with visits.open(views[view]) as page:
                show(page, SCREENS[screen], scheme)
                page.evaluate("scrollTo(0, 0)")
                wanted = {"format": "webp", "quality": QUALITY}
                shot = page.context.new_cdp_session(page).send("Page.captureScreenshot", wanted)
                (folder / f"{name}.webp").write_bytes(b64decode(shot["data"]))


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
    picture_docs() if sys.argv[1:] == ["--docs"] else main(*sys.argv[1:])
