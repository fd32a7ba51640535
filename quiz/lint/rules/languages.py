"""Whether a question says the same in each of its languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from quiz.banks.translations import Path, differences, read
from quiz.lint.reading import Item
from quiz.lint.rule import Flag, Rule, ask
from quiz.questions.validation import path_text


@Rule(
    "X03", "A translation says something else",
    message="A number, formula or link of the original does not stand in the translation",
    fix="Say the same in every language; where another calendar or spelling is meant, suppress X03 with the reason",
    guideline="ITC 2017, guidelines for translating tests",
    bad=[ask("When did the war of 1870 end?", "1870", "*1871", "1872", translations={"ru": {"prompt": "Когда кончилась война?"}})],
    good=[ask("When did the war of 1870 end?", "1870", "*1871", "1872", translations={"ru": {"prompt": "Когда кончилась война 1870 года?"}})],
)  # fmt: skip
def translation_differs(item: Item) -> Iterator[Flag]:
    """What is counted: ``quiz.banks.translations.differences``."""
    translations = item.question.translations
    fields = item.question.dump() if translations else {}
    for language, given in translations.items():
        for path, span, _what in differences(fields, given):
            yield Flag(path_text(("translations", language, *path)), span)


#: Accepted answers of the examples of X05.
_SIX: Final = [{"text": "Six"}, {"text": "Five", "credit": "0", "feedback": "Uzbekistan is missing."}]


@Rule(
    "X05", "Reasons that do not correspond",
    message="A translation's list of answers gives other reasons than the question's, or gives them in another order: a student may read none, or one in another language",
    fix="Give each list the same different reasons, in the same order and with the same credits; the spellings may differ",
    guideline="ITC 2017, guidelines for translating tests",
    bad=[ask("How many states signed?", type="short_text", answers=_SIX, translations={"ru": {"prompt": "Сколько государств подписало?", "answers": ["Шесть", "6"]}})],
    good=[ask("How many states signed?", type="short_text", answers=_SIX, translations={"ru": {"prompt": "Сколько государств подписало?", "answers": ["Шесть", "6", {"text": "Пять", "credit": "0", "feedback": "Нет Узбекистана."}]}})],
)  # fmt: skip
def reasons_apart(item: Item) -> Iterator[Flag]:
    """Where the type cannot tell the reason for an answer in another language (``short_text``, alone and in gaps)."""
    question = item.question
    fields = question.dump() if question.translations else {}
    for language, given in question.translations.items():
        lists = [path for path, value in read(fields, given)[0].items() if isinstance(value, list)]
        shown = question.in_language(language).dump() if lists else {}
        for path in lists:
            own, others = _credits(fields, path), _credits(shown, path)
            if own != others:
                yield Flag(path_text(("translations", language, *path)), f"{len(own)} / {len(others)}")


def _credits(fields: Mapping[str, Any], path: Path) -> list[str]:
    """What each different reason in the list of answers at this place is worth, in their order."""
    answers: Any = fields
    for step in path:
        answers = answers[step]
    told = {(one["feedback"], one.get("credit", "1")): None for one in answers if one.get("feedback")}
    return [credit for _, credit in told]
