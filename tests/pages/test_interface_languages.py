"""The pages speak the language of the person, or that of the browser."""

import re

import pytest

from quiz.operations import accounts
from quiz.operations.accounts import LANGUAGES
from quiz.web.languages import LOCALES, catalogue, of_browser
from tools.words import missing, read, template

OTHERS = LANGUAGES[1:]
NAMED = re.compile(r"%\((\w+)\)")
TAG = re.compile(r"</?[a-z][^>]*>")


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


def forms(told):
    """The forms of a message or of its translation: one, or those of a plural."""
    return (told,) if isinstance(told, str) else tuple(told or ())


@pytest.mark.parametrize("tag", OTHERS)
def test_a_translation_fills_in_what_the_message_does(tag):
    for message in read(tag):
        asked = set(NAMED.findall(" ".join(forms(message.id))))
        for text in filter(None, forms(message.string) if message.id else ()):
            assert set(NAMED.findall(text)) <= asked, text
            assert isinstance(message.id, tuple) or asked <= set(NAMED.findall(text)), text
            assert sorted(TAG.findall(text)) == sorted(TAG.findall(forms(message.id)[-1])), text
            assert not asked or text % dict.fromkeys(asked, 1)


def test_every_message_is_translated():
    """``make words`` finds the new ones. The program's messages are looked up once for all languages."""
    told = template()
    assert {tag: missing(tag, told) for tag in OTHERS} == {tag: [] for tag in OTHERS}


@pytest.mark.parametrize("tag,others", [("zh", "[а-яё]"), ("ru", "[\u4e00-\u9fff]")])
def test_a_catalogue_speaks_its_own_language(tag, others):
    """Texts of one language once stood in the catalogue of the other, and no other test can tell."""
    other = re.compile(others, re.IGNORECASE)
    for message in read(tag):
        if message.id and not other.search(" ".join(forms(message.id))):
            assert not other.search(" ".join(forms(message.string)))


def test_what_is_not_translated_is_said_in_english():
    assert catalogue("ru").ugettext("No catalogue holds this.") == "No catalogue holds this."
    assert catalogue("en").ugettext("Account") == "Account"
