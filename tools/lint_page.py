"""The page docs/lint.md: the rules with their examples as the code has them, and how well they agree with a reader."""

import re
from collections.abc import Iterator

from benchmarks import lint
from quiz.lint.rule import Example, Examples, Rule, rules

PAGE = """\
# The rules of good questions

`quiz bank check` prints what these rules find in a bank file; the editor shows it beside the question that is being
written, and *Findings* on a bank's page sums it up. What they are good for, with more words:
[Writing good questions](writing-questions.md).

- **Errors** make `quiz bank check` end with 1 and keep a question from status *ready*: the editor does not save it as such, and an
  import takes it in as a draft and says why. **Warnings** count only with `--strict`. **Info** never does.
- A rule can be wrong about a question. Then the question says so: `suppress: [{{rule: C01, reason: The line of the poem has to
  be quoted.}}]`. The finding stays in the list, with its reason, and counts no longer.
- Rules read English, Russian and Chinese, by short lists of words and patterns (`quiz/lint/language/`), not by grammar. Texts in
  another language get the rules that need no words; `quiz bank check --json` and the page of findings name the others. A
  translation is read by the rules of its own language.
- In the editor a click mends what can be mended in one way only, and leaves the question and its key ({mends}): where it is
  not so plain the button is not there.
- D02, D03 and D04 (distractors that nobody takes, a wrong key, negative discrimination) need answers: they are flags of the
  [report on a quiz](teacher.md).
- C07 looks at the questions of one paper: `quiz assemble --lint` says which questions of a form give each other away.

| rule | severity | what it finds | looks at | languages | guideline |
| --- | --- | --- | --- | --- | --- |
{table}

The guidelines are those of Haladyna, Downing and Rodriguez (2002), by number. Where the thresholds are ours: L01 asks for a key
1.4 times as long as the longest distractor and two words longer (six characters in Chinese; at 1.25 it blamed keys that no reader
calls long), P01 and L02 for what chance makes in less than 1 % of banks (P01 also for one place in more than 60 %), D01 for a
Jaccard index of 0.80 over stem and key, or equal keys and a cosine of 0.85 over the stems; exercises that differ in their figures
are not called the same. T05 counts words of a sentence (25; 60 characters in Chinese), and in English the grade of Flesch and
Kincaid above 18. A negation that is emphasised (N01) is information only.

## How well they do

{count} short questions of our own, {flawed} of them flawed, were written and labelled before any rule was run (`tests/lint/labelled/`:
{languages}). The rules were tuned on the half whose ids hash to an even number. The figures are those of the other half
({measured} questions), with 95 % intervals (Wilson); `python -m benchmarks.lint` prints them.

| rule | found rightly | found wrongly | missed | precision | recall |
| --- | --- | --- | --- | --- | --- |
{measures}

Of the sound questions of that half, {quiet} of {sound} get neither error nor warning. Read the figures with care: the questions are
short, the hand that labelled them also wrote the rules, and for most rules there are only a few cases, as the intervals say. L01 and
C01 were "wrong" where a question was labelled for its worst flaw only. After the first run one kind of label was added: the mended
version of another question in the set may be called a duplicate of it (D01), which counts neither way. The questions from en-153 on
were added later, for rules that had no case in this half, and again labelled before the rules saw them; those for T07 (from en-183 on) after it was written. C07, G01, L02 and P01 look at
a whole bank or paper, so they have no cases here.

## Each rule, with an example
{examples}
This page is written by `make docs`.
"""

#: Markdown of an image, which a sentence of the page shows and does not mean.
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")


def page() -> str:
    """The page as the code and the labelled questions make it."""
    every = [row for language in lint.languages() for row in lint.labelled(language)]
    quiet, sound = lint.sound()
    return PAGE.format(
        table="\n".join(map(_row, rules().values())),
        mends=", ".join(one.id for one in rules().values() if one.mend),
        count=len(every),
        flawed=sum(bool(row["flaws"]) for row in every),
        languages=", ".join(f"{name} {len(lint.labelled(name))}" for name in lint.languages()),
        measured=sum(not lint.for_tuning(row["id"]) for row in every),
        measures="\n".join(f"| {' | '.join(map(str, row))} |" for row in lint.rows(lint.measure())),
        quiet=quiet,
        sound=sound,
        examples="".join(map(_example, rules().values())),
    )


def _row(rule: Rule) -> str:
    languages = ", ".join(rule.languages) or "any"
    cells = (
        f"[{rule.id}](#{_anchor(rule)})",
        rule.severity,
        rule.message,
        rule.scope,
        languages,
        rule.guideline,
    )
    return f"| {' | '.join(cells)} |"


def _anchor(rule: Rule) -> str:
    """As a reader of Markdown makes it of the heading."""
    kept = "".join(
        letter for letter in f"{rule.id} {rule.title}".lower() if letter.isalnum() or letter in " -"
    )
    return kept.replace(" ", "-")


def _example(rule: Rule) -> str:
    shown = f"*Not so*\n\n{_quoted(rule.bad)}\n\n*Better*\n\n{_quoted(rule.good)}"
    fix = _IMAGE.sub(r"`\g<0>`", rule.fix)
    return f"\n### {rule.id} {rule.title}\n\n{rule.message}. {fix}.\n\n{shown}\n"


def _quoted(examples: Examples) -> str:
    """The first example; of a bank its first two questions."""
    lines = [line for question in examples[0][:2] for line in _lines(question)]
    if len(examples[0]) > 2:
        lines.append(f"… and {len(examples[0]) - 2} more like these")
    return "```text\n" + "\n".join(lines) + "\n```"


def _lines(question: Example) -> Iterator[str]:
    yield question["prompt"]
    for option in question.get("options", ()):
        yield f"  {'+' if option.get('correct') else '-'} {option['text']}"
    for language, given in question.get("translations", {}).items():
        yield f"  {language}: {given['prompt']}"
    for said in question.get("suppress", ()):
        yield f"  suppress: {said['rule']}"
    rest = {name: question[name] for name in ("shuffle", "as_of", "topic", "level") if name in question}
    if rest:
        yield "  " + ", ".join(f"{name}: {str(value).lower()}" for name, value in rest.items())
