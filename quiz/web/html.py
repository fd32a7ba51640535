"""The page's side of Jinja: where templates lie, the filters, the icons – and the only ``Markup``.

``|html`` marks HTML that ``quiz.files.richtext`` has sanitised; nothing else in the program is trusted as HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from flask import Flask, g, render_template, request, url_for
from flask_babel import (
    force_locale,
    format_date,
    format_time,
    get_locale,
    get_timezone,
    get_translations,
    ngettext,
)
from flask_babel import gettext as _
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup, escape

from quiz.errors import Said
from quiz.files import languages as spoken
from quiz.files.languages import NO_BREAK_SPACE
from quiz.files.shipped import shipped
from quiz.questions import types
from quiz.web import assets, languages
from quiz.web.navigation import navigation
from quiz.web.session import find_card
from quiz.web.templating import Environment

ICONS = assets.vendored("bootstrap-icons", ".svg")


class Undefined(StrictUndefined):
    """Strict about a name that is missing; an inline ``if`` without an ``else`` gives nothing."""

    def __str__(self) -> str:  # type: ignore[override]
        return "" if self._undefined_name is None else super().__str__()


def loader() -> BaseLoader:
    """Pages from ``templates/``; a question type's own templates as ``types/<type>/<file>``."""
    of_types = FileSystemLoader(Path(types.__file__).parent)
    return ChoiceLoader([PrefixLoader({"types": of_types}), FileSystemLoader(shipped("templates"))])


def install(app: Flask) -> None:
    """Gives the templates their loader, filters and globals."""
    app.jinja_environment = Environment
    app.jinja_options = {
        "loader": loader(),
        "undefined": Undefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    env = app.jinja_env
    env.filters |= {
        "html": Markup,
        "figure": figure,
        "percent": percent,
        "correlation": correlation,
        "day": day,
        "clock": clock,
        "iso": iso,
        "moment": moment,
        "minutes": minutes,
        "until": until,
        "language": language_name,
    }
    env.globals |= {
        "icon": icon,
        "icons": ICONS,
        "asset": assets.address,
        "bootstrap": assets.vendored("bootstrap", ".css"),
        "card": find_card,
        "zone": zone,
        "attributes": attributes,
        "described": described,
        "fragment": fragment,
        "here": here,
        "navigation": navigation,
        "page_language": languages.tag,
        "role_name": role_name,
    }


# Words -----------------------------------------------------------------------------------------------------------

#: By language: words as they were translated, of which a page has a hundred, and what is made of words alone.
_ready: dict[tuple[str, str], Markup] = {}


def install_words(app: Flask) -> None:
    """Replaces the gettext that Flask-Babel gave the templates. Words without variables are part of a template's text."""
    env = app.jinja_env
    env.globals |= {"_": words, "gettext": words, "ngettext": words_for, "words_in": words_in}
    env.globals |= {"said": said, "quoted": quoted}
    env.constant |= {"_": words, "icon": icon, "asset": assets.address, "url_for": url_for}  # type: ignore[attr-defined]
    env.language, env.shown = _language, shown  # type: ignore[attr-defined]


def shown(value: Any) -> str:
    """A value as HTML. Most are HTML already, or a number, of which nothing has to be escaped."""
    kind = type(value)
    if kind is Markup:
        return value
    return str(value) if kind is int else escape(value)


def words(message: str, **variables: Any) -> Markup:
    """Words of a template in the page's language, ``%(name)s`` filled in. They are HTML, the variables are escaped."""
    known = (_language(), message)
    if known not in _ready:
        _ready[known] = Markup(_(message))
    filled = {name: shown(value) for name, value in variables.items()}
    return Markup(str.__mod__(_ready[known], filled))


def words_for(singular: str, plural: str, num: int, **variables: Any) -> Markup:
    """Words of a template for this number, ``%(num)s`` filled in."""
    return Markup(get_translations().ungettext(singular, plural, num)) % {"num": num, **variables}


def fragment(name: str) -> Markup:
    """A template that is the same on every page of a language, rendered once a process."""
    known = (_language(), name)
    if known not in _ready:
        _ready[known] = Markup(render_template(name))
    return _ready[known]


def _language() -> str:
    known: str | None = g.get("language")
    if known is None:
        known = g.language = str(get_locale())
    return known


def words_in(language: str, known: Collection[str], caller: Callable[[], Markup]) -> Markup:
    """What a block of a template says, in the words of a question's language: *True* or *Choose* is read with the question.

    In the page's words where we do not speak that language, and where the question has not the page's: then nobody has chosen
    another. ``known``: those that the question has. Written ``{% call words_in(q.language, q.languages) %}``.
    """
    wanted, before = spoken.LOCALES.get(language.partition("-")[0]), _language()
    if wanted is None or str(wanted) == before or languages.tag() not in known:
        return caller()
    g.language = str(wanted)
    try:
        with force_locale(wanted):
            return caller()
    finally:
        g.language = before


def said(message: str) -> str:
    """Words that the program says, in the page's language. They may hold what somebody typed, so they are text."""
    return spoken.translated(get_translations(), message)


def quoted(text: str) -> str:
    """What stands in a question, as it stands; where the program tells of it (a ``Said``), that in the page's language."""
    return said(text) if isinstance(text, Said) else text


# Icons, numbers, times -------------------------------------------------------------------------------------------


@cache
def icon(name: str) -> Markup:
    """An icon of the sprite; decoration, so the words stand beside it."""
    use = Markup('<svg class="q-icon" aria-hidden="true"><use href="{}#{}"/></svg>')
    return use.format(assets.address(ICONS), name)


def figure(value: Fraction | Decimal | float | None, places: int = 2) -> str:
    """A mark or grade in at most ``places`` decimals, half up; a dash for none."""
    return "–" if value is None else spoken.figure(value, places, languages.locale())


def percent(share: Fraction | Decimal | float | None) -> str:
    """A share of 1 as whole percent; a dash for none."""
    return "–" if share is None else spoken.percent(share, languages.locale())


def correlation(value: float | None) -> str:
    """A correlation with two decimals; a dash for none."""
    return "–" if value is None else spoken.correlation(value, languages.locale())


def moment(value: datetime | None, width: str = "long") -> str | Markup:
    """A moment in the viewer's time zone, as a ``time`` element that does not break; width medium for tables."""
    if value is None:
        return ""
    both = _("%(day)s, %(time)s", day=format_date(value, width), time=format_time(value, "short"))
    words = both.replace(" ", NO_BREAK_SPACE)
    return Markup('<time datetime="{}">{}</time>').format(iso(value), words)


def until(value: datetime, now: datetime) -> str | Markup:
    """A moment to come, in the viewer's time zone: within a day the time alone; else it may break before the time."""
    if value - now < timedelta(days=1):
        return f"{value.astimezone(get_timezone()):%H:%M}"
    on = format_date(value, "medium").replace(" ", NO_BREAK_SPACE)
    words = _("%(day)s, %(time)s", day=on, time=format_time(value, "short"))
    return Markup('<time datetime="{}">{}</time>').format(iso(value), words)


def day(value: date | datetime | None) -> str:
    """A day in words, in the viewer's time zone where it is a moment; it does not break."""
    words = "" if value is None else spoken.whole_day(format_date(value, "long"))
    return words.replace(" ", NO_BREAK_SPACE)


def clock(value: datetime | None) -> str:
    """The time of day with seconds, in the viewer's time zone."""
    return "" if value is None else f"{value.astimezone(get_timezone()):%H:%M:%S}"


def iso(value: datetime | None) -> str:
    """RFC 3339 in UTC, such as ``2026-11-23T14:03:22.120Z``."""
    return (
        ""
        if value is None
        else value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


def minutes(value: int | None) -> str:
    """A time limit in words."""
    if value is None:
        return _("no time limit")
    return ngettext("%(num)d minute", "%(num)d minutes", value).replace(" ", NO_BREAK_SPACE)


def use_time_zone(name: str | None, *, typed: bool = False) -> None:
    """The course's time zone, for whoever has chosen none; to be called before anything is formatted.

    ``typed``: times are typed on this page, in the course's zone; so all of it is in that zone, for everybody.
    """
    g.course_time_zone = name
    g.times_typed = typed


def known_time_zone() -> str | None:
    """The user's time zone, else that of the page's course, else the one of all their courses."""
    card = find_card()
    chosen = card.time_zone if card and not g.get("times_typed") else None
    return chosen or g.get("course_time_zone") or (card.home_zone if card else None)


def chosen_time_zone() -> str:
    """The one known, else UTC."""
    return known_time_zone() or "UTC"


def zone() -> str:
    """The name of the time zone in which this page shows its times."""
    return str(get_timezone())


def attributes(**values: Any) -> Markup:
    """HTML attributes; None and False are left out, True stands alone, ``data_x`` is ``data-x``."""
    parts = []
    for name, value in values.items():
        if value is None or value is False:
            continue
        word = name.rstrip("_").replace("_", "-")
        parts.append(f" {word}" if value is True else f' {word}="{escape(value)}"')
    return Markup("".join(parts))  # the names are our own


def described(field: Any, help_text: str) -> dict[str, str]:
    """The attributes that tie a form's control to its help and its errors."""
    points_to = [f"{field.id}-help"] if help_text else []
    if not field.errors:
        return {"aria_describedby": points_to[0]} if points_to else {}
    return {"aria_describedby": " ".join([*points_to, f"{field.id}-error"]), "aria_invalid": "true"}


def here(**changed: Any) -> str:
    """The address of this page with some arguments changed. Names by which ``url_for`` is told of more than arguments are
    left out: with ``_scheme`` a stranger's link would lead elsewhere.
    """
    asked = {name: value for name, value in request.args.items() if name != "endpoint" and name[:1] != "_"}
    return url_for(str(request.endpoint), **{**asked, **(request.view_args or {}), **changed})


def language_name(tag: str) -> str:
    """A language by the name that it gives itself, such as Русский; its tag where that is not known."""
    try:
        name = Locale.parse(tag, sep="-").get_display_name(tag.replace("-", "_")) or tag
    except (UnknownLocaleError, ValueError):
        return tag
    return name[:1].upper() + name[1:]


def role_name(role: str) -> str:
    """A role of a course or of the site, in words."""
    return {
        "student": _("Student"),
        "assistant": _("Assistant"),
        "teacher": _("Teacher"),
        "reader": _("Reader of results"),
        "user": _("User"),
        "author": _("Author"),
        "administrator": _("Administrator"),
    }[role]
