"""Every page, and some of its other states: axe finds nothing, wide and light or narrow and dark; the keyboard reaches all.

A new page fails here until it stands in ``views.py``.
"""

import json
import re
from zlib import crc32

import pytest

from tests.browser.stage import staged
from tests.browser.views import NOT_PAGES, VIEWS, View
from tests.browser.visits import DESK, PHONE, Visits, check, focus, show, violations, width
from tests.faults.counts import FULL


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """A running site with something on every page."""
    with staged(tmp_path_factory.mktemp("stage")) as running:
        yield running


@pytest.fixture(scope="module")
def visits(chrome, stage):
    made = Visits(chrome, stage)
    yield made
    made.close()


def test_every_page_has_a_view(client, stage):
    rules = client.application.url_map.iter_rules()
    there = {rule.endpoint for rule in rules if "GET" in rule.methods}
    shown = {stage.endpoint(view.path) for view in VIEWS} - {None}
    assert shown - NOT_PAGES == there - NOT_PAGES  # an error's page may be had at any address


def looked_at():
    """Each page, and a third of the other states that it is in; all of them in ``make soak`` and by ``python -m tools.screens``."""
    seen = set()
    for view in VIEWS:
        page = re.sub(r"\{\w+\}", "", view.path.partition("?")[0])
        if FULL or page not in seen or crc32(view.name.encode()) % 3 == 0:
            yield pytest.param(view, id=view.name)
        seen.add(page)


@pytest.mark.parametrize("view", list(looked_at()))
def test_a_page(visits, view):
    with visits.open(view) as page:
        found = check(page, view)
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)


WELCOME = View("welcome", None, "/")


@pytest.mark.parametrize(
    "planted,rule",
    [
        ("document.documentElement.removeAttribute('lang')", "html-has-lang"),
        ("document.querySelector('h1').style.color = '#ddd'", "color-contrast"),
        ("document.querySelector('main').innerHTML += '<h5>Too deep</h5>'", "heading-order"),
        ("document.querySelector('label').remove()", "label"),
    ],
)
def test_axe_would_find(visits, planted, rule):
    with visits.open(WELCOME) as page:
        page.evaluate(planted)
        assert rule in {one["rule"] for one in violations(page)}


@pytest.mark.parametrize(
    "planted,words",
    [
        ("document.querySelector('main a').style.outline = 'none'", "shows no focus"),
        ("document.querySelector('header').style.cssText = 'position: fixed; inset: 0; z-index: 9'", "is covered"),
        ("document.querySelector('.q-skip').remove()", "nothing skips the bar"),
    ],
)  # fmt: skip
def test_the_walk_would_find(visits, planted, words):
    with visits.open(WELCOME) as page:
        page.evaluate(planted)
        assert any(words in one for one in focus(page))


def test_a_wide_page_would_be_found(visits):
    with visits.open(WELCOME) as page:
        show(page, PHONE, "light")
        page.evaluate("document.querySelector('h1').style.width = '500px'")
        assert width(page)


def test_the_first_tab_skips_the_bar(visits):
    with visits.open(View("course", "teacher", "/")) as page:
        show(page, DESK, "light")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/#main")  # following it takes a moment
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
