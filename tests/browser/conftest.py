"""Chromium against the real server, through a network that a test can spoil.

``SHOTS=FOLDER`` keeps a picture of each step.
"""

from contextlib import ExitStack

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.watch import Watch
from tests.faults.proxy import Proxy
from tests.faults.site import Site

#: Milliseconds that a page may take for what is expected of it, on a machine with much else to do.
PATIENCE = 15_000
PHONE, DESK = 390, 1280
HEIGHTS = {PHONE: 844, DESK: 900}


@pytest.fixture(scope="session")
def chrome(chromium):
    """The browser of this test process."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(chromium), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def engine(request):
    """SQLite, but where the test asks for another one."""
    return getattr(request, "param", "sqlite")


@pytest.fixture
def environment():
    """Further settings of the site."""
    return {}


@pytest.fixture
def inhabitants():
    """The course with the shipped banks."""
    return "school"


@pytest.fixture
def school(dwellers):
    """The course, in a database of its own."""
    return dwellers


@pytest.fixture
def site(school, database_url, tmp_path, environment):
    """``quiz serve`` in processes of its own."""
    with Site(database_url, tmp_path, **environment) as running:
        yield running


@pytest.fixture
def network(site):
    """The way from the browsers to the site."""
    with Proxy(site.port) as proxy:
        yield proxy


@pytest.fixture
def device(chrome, network):
    """Opens a person's device: a browser with nothing in it, as a page. ``through`` is its way to the site.

    ``may`` names the answers other than 200 and 303 that its pages may get. What no page may do (``Watch``) fails the
    test at its end.
    """
    with ExitStack() as opened:

        def open_device(width=DESK, *, script=True, through=network, may=()):
            context = chrome.new_context(
                base_url=through.address,
                viewport={"width": width, "height": HEIGHTS[width]},
                has_touch=width == PHONE,
                is_mobile=width == PHONE,
                java_script_enabled=script,
                locale="en-GB",
                reduced_motion="reduce",
            )
            context.set_default_timeout(PATIENCE)
            watch = Watch(context, through.address, may)
            opened.callback(watch.demand_nothing)
            opened.callback(context.close)
            page = context.new_page()
            page.on("dialog", lambda dialog: dialog.accept())
            return page

        yield open_device
