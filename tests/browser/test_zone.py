"""A course's time zone begins with that of the device, where the page asks for it."""

import pytest

from quiz.web.assets import FOLDER

PAGE = "<select {}><option>UTC</option><option>Asia/Almaty</option></select>"


@pytest.mark.parametrize(
    "asked, device_zone, chosen",
    [
        ("data-zone-here", "Asia/Almaty", "Asia/Almaty"),
        ("data-zone-here", "Asia/Tokyo", "UTC"),
        ("", "Asia/Almaty", "UTC"),
    ],
)
def test_the_zone_of_the_device_is_chosen_where_it_is_asked_for_and_known(chrome, asked, device_zone, chosen):
    context = chrome.new_context(timezone_id=device_zone)
    page = context.new_page()
    page.set_content(PAGE.format(asked))
    page.add_script_tag(path=FOLDER / "zone.js")
    assert page.locator("select").input_value() == chosen
    context.close()
