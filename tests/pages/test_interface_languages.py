"""The pages speak the language of the person, or that of the browser."""

import re

import pytest

from quiz.operations import accounts
from quiz.operations.accounts import LANGUAGES
from quiz.web.languages import LOCALES, catalogue, of_browser
from tools.words import read

OTHERS = LANGUAGES[1:]
NAMED = re.compile(r"%\((\w+)\)")


def language(page):
    return re.search(r'<html lang="(\w+)"', page.text)[1]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
class TestWhoeverComes:
    @pytest.mark.parametrize(
        "header, tag",
        [
            ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
            ("zh-Hans-CN", "zh"),
            ("de,en;q=0.5", "en"),
            ("", "en"),
            ("*", "en"),
            ("a" * 9999, "en"),
        ],
    )
    def test_is_answered_as_the_browser_likes_best(self, client, header, tag):
        page = client.get("/login", headers={"Accept-Language": header})
        assert language(page) == tag == of_browser(header)

    def test_chooses_for_all_browsers(self, cast, browser):
        bo = browser("bo")
        bo.client.post(
            "/account/preferences",
            data={"language": "zh", "theme": "auto", "time_zone": "", "csrf_token": bo.token},
        )
        page = bo.client.get("/account", headers={"Accept-Language": "ru"})
        assert language(page) == "zh"
        assert accounts.me(cast.bo).language == "zh"

    def test_cannot_choose_a_language_that_there_is_not(self, browser):
        bo = browser("bo")
        page = bo.client.post(
            "/account/preferences",
            data={"language": "tlh", "theme": "auto", "time_zone": "", "csrf_token": bo.token},
        )
        assert "aria-invalid" in page.text
        assert language(page) == "en"


def test_the_languages_of_people_are_those_of_the_pages():
    assert tuple(LOCALES) == LANGUAGES


@pytest.mark.parametrize("tag", OTHERS)
def test_a_translation_fills_in_what_the_message_does(tag):
    wrong = []
    for message in read(tag):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        if not any(texts):
            continue
        asked = set(NAMED.findall(ids[-1]))
        wrong += [
            text for text in texts if not asked - {"num"} <= set(NAMED.findall(text)) <= asked | {"num"}
        ]
        wrong += [
            text
            for text in texts
            if sorted(re.findall(r"<[^>]+>", text)) != sorted(re.findall(r"<[^>]+>", ids[-1]))
        ]
        if "%(" in ids[-1]:
            values = dict.fromkeys(asked | {"num"}, 1)
            wrong += [text for text in texts if not text % values]
    assert not wrong


def test_what_is_not_translated_is_said_in_english():
    assert catalogue("ru").ugettext("No catalogue holds this.") == "No catalogue holds this."
    assert catalogue("en").ugettext("Account") == "Account"
