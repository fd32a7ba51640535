"""What is the same each time is worked out when a template is compiled, once for each language."""

import pytest
from flask import Flask
from jinja2 import DictLoader
from markupsafe import Markup

from quiz.web import html
from quiz.web.templating import Environment

WORDS = {"en": {"Save": "Save", "a < b": "a &lt; b"}, "ru": {"Save": "Сохранить", "a < b": "а &lt; б"}}


class Spoken:
    """A language that can be changed, and how often its words were asked for."""

    def __init__(self):
        self.language = "en"
        self.asked = []

    def words(self, message, **variables):
        self.asked.append(message)
        return WORDS[self.language].get(message, message) % variables


@pytest.fixture
def spoken():
    return Spoken()


@pytest.fixture
def env(spoken):
    pages = {
        "macros.html": "{% macro button(words) %}<b>{{ words }} {{ _('Save') }}</b>{% endmacro %}",
        "page.html": "{% import 'macros.html' as m %}{{ m.button(_('Save')) }} {{ _('Save') if yes else _('No') }}",
        "variable.html": "{{ _(message) }} {{ _('%(n)s left', n=3) }}",
    }
    made = Environment(Flask(__name__), loader=DictLoader(pages), autoescape=True)
    made.globals["_"] = made.constant["_"] = spoken.words
    made.language, made.shown = lambda: spoken.language, html.shown
    return made


def test_words_are_those_of_the_language_each_time(env, spoken):
    for language, word in (("en", "Save"), ("ru", "Сохранить"), ("en", "Save")):
        spoken.language = language
        assert env.get_template("page.html").render(yes=True) == f"<b>{word} {word}</b> {word}"


def test_words_are_asked_for_once(env, spoken):
    env.get_template("page.html").render(yes=True)
    asked = len(spoken.asked)
    env.get_template("page.html").render(yes=False)
    assert (asked, len(spoken.asked)) == (4, 4)


def test_what_is_not_constant_is_asked_for_each_time(env, spoken):
    page = env.get_template("variable.html")
    assert page.render(message="Save") == "Save 3 left"
    spoken.asked.clear()
    assert page.render(message="No") == "No 3 left"
    assert spoken.asked == ["No", "%(n)s left"]


@pytest.mark.parametrize(
    "value, shown",
    [
        ("<b>&\"'", "&lt;b&gt;&amp;&#34;&#39;"),
        (Markup("<b>"), "<b>"),
        (7, "7"),
        (True, "True"),
        (None, "None"),
        (["<"], "[&#39;&lt;&#39;]"),
    ],
)
def test_what_a_page_shows_is_escaped_unless_it_is_html(env, value, shown):
    page = "{% macro m(v) %}{% for _ in '1' %}{{ v }}{{ caller() }}{% endfor %}{% endmacro %}{% call m(v) %}{{ v }}{% endcall %}"
    assert env.from_string(page).render(v=value) == shown * 2
