"""What becomes of an answer that the server does not take at once: another tab, no network, signed out, the time is up."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from quiz import clock
from tests.browser.conftest import DESK, PHONE
from tests.browser.school import current, demand_marks, ended, late, paper, stored
from tests.browser.steps import (
    answer,
    banner,
    come_back,
    expect_question,
    expect_saved,
    expect_unsaved,
    heading,
    join,
    kept,
    look,
    press,
    shown,
    sign_out,
    start,
)
from tests.faults.proxy import Fate, Proxy
from tests.faults.site import until


def no_saves(request):
    """A rule: pages arrive, changes do not."""
    return Fate.REFUSE if request.method == "POST" else Fate.PASS


def first_of(attempt, type_):
    """The first slot with a question of this type."""
    return next(number for number, slot in paper(attempt).items() if slot.question.type == type_)


@pytest.fixture
def at_work(school, device):
    """Bo on a device, at the first short text of a quiz: (page, attempt, slot, return code)."""

    def begin(width=DESK, **device_options):
        page = device(width, **device_options)
        code = join(page, school, "Bo")
        attempt = start(page, school.add_quiz())
        slot = first_of(attempt, "short_text")
        page.goto(f"/attempts/{attempt}/slots/{slot}")
        return page, attempt, slot, code

    return begin


# Two tabs ---------------------------------------------------------------------------------------------------------


def test_two_tabs(at_work):
    """The second save of a number shows both answers; each choice is tried."""
    one, attempt, slot, _ = at_work(PHONE, may={409})
    other = one.context.new_page()
    other.goto(one.url)
    answer(one, slot, "short_text", ["from one"])
    one.keyboard.press("Enter")
    expect_saved(one)

    answer(other, slot, "short_text", ["from the other"])
    both = banner(other, f"Question {slot} was answered in another window too. Which answer is to stand?")
    expect(both).to_be_visible()
    expect_unsaved(other)
    expect(both.get_by_role("button", name="from one")).to_contain_text("Take the newer one, saved")
    look(other, "conflict")
    assert stored(attempt) == {(slot, 1): ["from one"]}
    assert "from the other" in kept(other)
    both.get_by_role("button", name="Keep the answer shown here: from the other").click()
    expect_saved(other)
    assert stored(attempt) == {(slot, 1): ["from one"], (slot, 2): ["from the other"]}

    answer(one, slot, "short_text", ["from one again"])
    both = banner(one, "was answered in another window too")
    both.get_by_role("button", name="from the other").click()
    expect_saved(one)
    assert shown(one, slot, "short_text") == ["from the other"]
    assert current(attempt) == {slot: ["from the other"]}
    answer(one, slot, "short_text", ["after all"])
    press(one, "Next")
    expect_question(one, slot + 1)
    expect_saved(one)
    assert current(attempt) == {slot: ["after all"]}
    assert kept(one) == kept(other) == "[]"


def test_two_tabs_without_a_script(at_work):
    """A page with both answers and two ways on."""
    one, attempt, slot, _ = at_work(script=False, may={409})
    other = one.context.new_page()
    other.goto(one.url)
    answer(one, slot, "short_text", ["from one"])
    press(one, "Next")
    for chosen, answers in (
        ("Keep the other answer", ["from one"]),
        ("Keep this answer", ["from the other"]),
    ):
        other.goto(f"/attempts/{attempt}/slots/{slot}")
        third = one.context.new_page()
        third.goto(other.url)
        answer(third, slot, "short_text", ["from one"])
        press(third, "Next")
        expect_question(third, slot + 1)
        answer(other, slot, "short_text", ["from the other"])
        press(other, "Next")
        expect(heading(other)).to_have_text("This question has two answers")
        expect(other.get_by_role("textbox").first).to_have_value("from the other")
        expect(other.get_by_role("textbox").last).to_have_value("from one")
        look(other, "conflict-plain")
        other.locator("button, a").filter(has_text=chosen).click()
        expect(heading(other)).to_contain_text("Question")
        assert current(attempt) == {slot: answers}


# No network -------------------------------------------------------------------------------------------------------


def test_reload_without_a_network(at_work, network):
    """Leaving warns; what was kept comes back with the next page, and is sent."""
    page, attempt, slot, _ = at_work(PHONE)
    warnings = []
    page.on("dialog", lambda dialog: warnings.append(dialog.type))
    network.rule = no_saves
    answer(page, slot, "short_text", ["typed in a tunnel"])
    expect(banner(page, "You are offline.")).to_be_visible()
    page.reload()
    assert warnings == ["beforeunload"]
    assert shown(page, slot, "short_text") == ["typed in a tunnel"]
    expect(banner(page, "An answer that this browser had kept has been put back.")).to_be_visible()
    expect_unsaved(page)
    look(page, "put-back")
    assert stored(attempt) == {}
    expect(banner(page, "You are offline.")).to_be_visible()  # one lost reply alone does not say so
    network.restore()
    page.get_by_role("button", name="Try now").click()
    expect_saved(page)
    assert list(stored(attempt).values()) == [["typed in a tunnel"]]
    assert kept(page) == "[]"


def test_close_the_browser_without_a_network(at_work, network):
    """Nothing arrives, not even the page; a later visit to another question sends it all the same."""
    page, attempt, slot, _ = at_work()
    network.cut()
    answer(page, slot, "short_text", ["typed in a tunnel"])
    expect(banner(page, "You are offline.")).to_be_visible()
    later = page.context.new_page()
    page.close()
    network.restore()
    later.goto(f"/attempts/{attempt}/slots/{slot % 10 + 1}")
    expect(banner(later, "An answer that this browser had kept has been put back.")).to_be_visible()
    expect(later.locator(f'[data-cell="{slot}"]:visible')).to_have_attribute(
        "aria-label", f"Question {slot}, answered"
    )
    expect_saved(later)
    assert list(stored(attempt).values()) == [["typed in a tunnel"]]
    assert kept(later) == "[]"


def test_another_person_on_the_same_device(school, at_work, network):
    """What one could not send is neither shown to nor sent for another; it waits for its owner."""
    page, attempt, slot, code = at_work()
    network.rule = no_saves
    answer(page, slot, "short_text", ["a secret of Bo"])
    expect(banner(page, "You are offline.")).to_be_visible()
    network.restore()
    network.rule = lambda request: Fate.REFUSE if "/slots/" in request.path and request.body else Fate.PASS
    sign_out(page)
    come_back(page, school.join("Cy"))
    theirs = start(page, school.add_quiz("Another test"))
    assert theirs != attempt
    network.restore()
    for number in range(1, 11):
        page.goto(f"/attempts/{theirs}/slots/{number}")
        expect_question(page, number)
        assert "a secret of Bo" not in page.content()
    expect(banner(page, "put back")).to_have_count(0)
    assert "a secret of Bo" in kept(page)
    assert stored(theirs) == stored(attempt) == {}
    sign_out(page)
    come_back(page, code)
    page.goto(f"/attempts/{attempt}")
    expect(banner(page, "An answer that this browser had kept has been put back.")).to_be_visible()
    expect_saved(page)
    assert current(attempt) == {slot: ["a secret of Bo"]}
    assert stored(theirs) == {}


# Signed out -------------------------------------------------------------------------------------------------------


def test_session_ended_elsewhere(at_work, device):
    page, attempt, slot, code = at_work(may={401})
    phone = device(PHONE)
    come_back(phone, code)
    phone.goto("/account")
    phone.get_by_role("button", name="Sign out on all devices").click()
    phone.wait_for_url("**/")

    answer(page, slot, "short_text", ["still here"])
    told = banner(page, "You are signed out. Your answers are kept in this browser")
    expect(told).to_be_visible()
    expect_unsaved(page)
    assert "still here" in kept(page)
    look(page, "signed-out")
    with page.context.expect_page() as opened:
        told.get_by_role("link", name="Sign in in a new tab").click()
    tab = opened.value
    tab.get_by_role("link", name="Use your return code").click()
    tab.get_by_label("Return code").fill(code)
    tab.get_by_role("button", name="Come back").click()
    expect(heading(tab)).to_contain_text("Question")
    assert stored(attempt) == {}
    told.get_by_role("button", name="Try now").click()
    expect_saved(page)
    expect(told).to_have_count(0)
    assert current(attempt) == {slot: ["still here"]}
    assert kept(page) == "[]"


def test_somebody_else_signed_in(school, at_work, device):
    """In another tab of the same browser: nothing is sent in the other one's name."""
    page, attempt, slot, _ = at_work(may={400})
    tab = page.context.new_page()
    sign_out(tab)
    come_back(tab, school.join("Cy"))
    answer(page, slot, "short_text", ["a secret of Bo"])
    expect(banner(page, "Somebody else is signed in here.")).to_be_visible()
    expect_unsaved(page)
    look(page, "somebody-else")
    assert stored(attempt) == {}
    assert "a secret of Bo" in kept(page)


# The time is up ---------------------------------------------------------------------------------------------------

GRACE = 4


@pytest.mark.parametrize("environment", [{"GRACE_SECONDS": str(GRACE)}])
def test_time_is_up(school, site, network, device):
    """Three students of a quiz that closes while they work: one gets the last answer through in time, one too late,
    one has gone away. All three attempts end with what was saved, at the deadline."""
    in_time = device(PHONE, may={409})  # for the questions to keep, asked for late
    join(in_time, school, "Bo")
    with Proxy(site.port) as other_way:
        too_late = device(DESK, through=other_way, may={409})
        join(too_late, school, "Cy")
        gone = device(DESK)
        join(gone, school, "Flo")
        quiz = school.add_quiz()
        attempts = {page: start(page, quiz) for page in (gone, too_late, in_time)}
        for page, attempt in attempts.items():
            answer(page, 1, paper(attempt)[1].question.type)
            press(page, "Next")
            expect_question(page, 2)
            expect_saved(page)
        closes = clock.now().replace(microsecond=0) + timedelta(seconds=10)
        school.close(quiz, closes)
        for page in attempts:
            page.reload()  # now it knows when the quiz closes
            expect_question(page, 2)
        gone.context.close()
        network.cut()
        other_way.cut()
        last = {}
        for page in (too_late, in_time):
            last[page] = answer(page, 2, paper(attempts[page])[2].question.type)
            expect(banner(page, "You are offline.")).to_be_visible()
        expect(in_time.locator("[data-timer]")).to_contain_text("The time is up")
        look(in_time, "time-is-up-offline")
        network.restore()
        expect(heading(in_time)).to_have_text("The time is up")
        look(in_time, "time-is-up")
        assert current(attempts[in_time])[2] == last[in_time]
        in_time.get_by_role("button", name="See the result").click()
        in_time.wait_for_url("**/review")

        until(lambda: ended(attempts[gone])[0], "the upkeep does not end what nobody comes back to", 30)
        other_way.restore()
        expect(banner(too_late, "Your last change came too late")).to_be_visible()
        look(too_late, "too-late")
        too_late.get_by_role("link", name="Go on").click()
        too_late.wait_for_url("**/review")
        expect(too_late.locator("#main")).to_contain_text("Came too late")
        look(too_late, "review-too-late")
    for page, attempt in attempts.items():
        by, finished_at, due_at = ended(attempt)
        assert finished_at == due_at == closes
        assert by == "time"
        demand_marks(attempt, current(attempt))
        assert len(current(attempt)) == (2 if page is in_time else 1)
    assert late(attempts[too_late]) == {2: last[too_late]}
