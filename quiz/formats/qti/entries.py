"""What is typed: texts and numbers that are compared, and texts that people mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from quiz.files.xml import Element
from quiz.formats.qti.answers import Answer, Tells, Worth, numbers, typed, unlike
from quiz.formats.qti.item import Item, Probe, snapped, told
from quiz.formats.qti.markup import joined
from quiz.formats.qti.scoring import Tried, declared_most, points_of, scores_of
from quiz.formats.qti.values import NULL, Declaration, Value, Wrong, count_of


def entry(item: Item, interaction: Element) -> dict[str, Any]:
    """One ``textEntryInteraction`` or ``sliderInteraction`` by itself."""
    declaration = item.declaration(interaction)
    if interaction.tag == "sliderInteraction":
        item.lose("answers", "the number is typed, not set with a slider")

    def worth(value: Value) -> Fraction:
        return item.score({declaration.name: value})

    def tells(value: Value) -> Any:
        return item.told_with(item.outcome({declaration.name: value})[1])

    made, fields = typed_answers(item, interaction, declaration, worth, tells)
    tried: list[Tried] = [(one.tried, str(place)) for place, one in enumerate(made)]
    best, _, probes = scores_of(item, declaration.name, tried)
    score, outcomes = item.outcome({declaration.name: unlike(declaration, worth)})
    said = told(item, [*probes, Probe(Fraction(0) if score <= 0 else Fraction(1), outcomes)])
    answers = [{**one.fields, **said.of(str(place))} for place, one in enumerate(made)]
    return {**fields, "answers": scaled(answers, best), **said.common, **points_of(best)}


def typed_answers(
    item: Item,
    interaction: Element,
    declaration: Declaration,
    worth: Worth,
    tells: Tells = lambda _value: None,
) -> tuple[list[Answer], dict[str, Any]]:
    """The accepted answers, with SCORE for credit, and the type with its other fields. Raises Wrong for none."""
    if declaration.base in ("float", "integer"):
        made, fields = numbers(item, declaration, worth, tells), dict[str, Any](type="numerical")
    else:
        made, heeds = typed(item, declaration, worth)
        fields = {"type": "short_text", **({"case_sensitive": True} if heeds else {})}
    if not made:
        raise Wrong("no answer is right – declare the correct response, or a mapping")
    if interaction.get("patternMask"):
        item.lose("answers", "which characters may be typed")
    return made, fields


def scaled(answers: Sequence[Mapping[str, Any]], best: Fraction) -> list[dict[str, Any]]:
    """The answers with credits that are shares of the largest; the full mark says nothing."""
    made = []
    for answer in answers:
        credit = snapped(answer.get("credit", Fraction(1)) / best)
        rest = {name: value for name, value in answer.items() if name != "credit"}
        credit = max(Fraction(-1), min(Fraction(1), credit))
        made.append(rest if credit == 1 else {**rest, "credit": credit})
    return made


def essay(item: Item, interaction: Element) -> dict[str, Any]:
    """``extendedTextInteraction``: a person marks it; what it is worth is declared.

    The model answer is the correct response, and what those who mark are told, which is mostly the same.
    """
    rich = interaction.get("format") == "xhtml" or "rich" in item.hints(interaction)
    declaration = item.responses.get(interaction.get("responseIdentifier", ""))
    fields: dict[str, Any] = {"type": "essay", **({"format": "rich"} if rich else {})}
    right = declaration.correct if declaration is not None else NULL
    notes = item.rubrics("scorer")
    if notes and not any("model_answer" in item.hints(one) for one in item.root.iter("rubricBlock")):
        item.lose("rubric", "notes for who marks are the model answer, which is shown with the right answers")
    if model := joined([*(html_inside_text(str(one)) for one in right), *notes]):
        fields["model_answer"] = model
    if words := count_of(interaction, "maxWords"):  # Inspera's
        fields["words"] = {"max": words}
    if interaction.get("maxStrings", "1") not in ("0", "1"):
        item.lose("answers", "one text is asked for, not several")
    most = declared_most(item)
    return {**fields, **told(item, ()).common, **points_of(Fraction(1) if most is None else most)}


def html_inside_text(text: str) -> str:
    """A plain text as HTML, its line breaks kept."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
