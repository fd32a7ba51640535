"""A passkey in a browser, with a device that Chromium makes up (WebDriver's virtual authenticator)."""

from playwright.sync_api import expect

from tests.browser.conftest import DESK, HEIGHTS
from tests.browser.school import PASSWORD, TEACHER
from tests.browser.steps import look
from tests.browser.watch import Watch

DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def test_a_passkey_is_made_and_signs_in(chrome, site):
    address = f"http://localhost:{site.port}"  # a name, for which browsers make passkeys
    context = chrome.new_context(base_url=address, viewport={"width": DESK, "height": HEIGHTS[DESK]})
    watch, page = Watch(context, address, may=(422,)), context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page.goto("/login?next=/account/passkeys")
    page.get_by_label("User name").fill(TEACHER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).last.click()
    page.get_by_label("Name").fill("My laptop")
    page.get_by_label("Present password").fill("wrong")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_text("this is not the present password")).to_be_visible()
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_text("The passkey is kept")).to_be_visible()
    look(page, "passkeys")
    page.goto("/account")
    page.get_by_role("main").get_by_role("button", name="Sign out", exact=True).click()
    page.goto("/login?next=/grades")
    look(page, "passkey-login")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{address}/grades")  # not /login?next=/grades
    context.close()
    watch.demand_nothing()
