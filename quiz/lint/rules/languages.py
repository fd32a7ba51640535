"""Whether a question says the same in each of its languages."""

from __future__ import annotations

from collections.abc import Iterator

from quiz.banks.translations import differences
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
