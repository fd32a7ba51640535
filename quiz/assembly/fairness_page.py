"""The last page of printed papers: how fair they are, in words, tables and pictures (``quiz.assembly.fairness``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import Final

from quiz.assembly.fairness import Fairness, FormFairness
from quiz.assembly.measures import THETAS
from quiz.files.images import Image
from quiz.files.papers import Block, Images, Picture, Table, Text
from quiz.files.richtext import media_address

#: A matrix of more forms than this is told by its largest entry.
MOST_IN_A_MATRIX: Final = 12


@dataclass(frozen=True, slots=True)
class Words:
    """What the page says by itself in one language."""

    form: str = "Form"
    expected: str = "expected points"
    differ: str = "Expected points of two forms differ by at most"
    sure: str = "The expectations are uncertain: with 95 % confidence no two forms differ by more than"
    spread: str = "mean and standard deviation of the forms:"
    average: str = "This is about what students get on average; the result of a single student varies more."
    point: str = "."
    #: What kinds of questions are called; where it is not said, as they are written.
    values: Mapping[str, str] = field(default_factory=dict)
    label: str = "Expected from the difficulty of each question, easy, medium or hard, not from data."
    authored: str = "Expected from the shares that the authors of the questions wrote down, not from data."
    mixed: str = "What the expectation rests on (questions):"
    sources: tuple[str, str, str, str] = (
        "answers",
        "calibrated (over abilities N(0, 1))",
        "authored",
        "label (easy 0.85, medium 0.65, hard 0.40)",
    )
    answers: str = "answers a question"
    weighed: str = "Answers are weighed by their precision with what was expected before."
    assumed: str = "Where there are no answers, true shares are assumed to lie around these with a standard deviation of 0.15 (label) or 0.10 (authored)."
    easy: str = "only easy questions, unlike other forms"
    range: str = "95 % interval"
    coverage: str = "Questions by kind"
    kind: str = "Kind"
    kinds: tuple[str, str, str, str, str] = ("section", "topic", "level", "difficulty", "type")
    overlap: str = "Questions that two forms share"
    shared: str = "Two forms share at most"
    information: str = "Information by ability"
    ability: str = "ability (logits)"
    calibrated: str = "calibrated questions:"
    engine: str = "Made by"
    best: str = "no forms are better"
    gap: str = "forms could be better by at most"


WORDS: Final[Mapping[str, Words]] = {
    "en": Words(),
    "ru": Words(
        form="Вариант",
        expected="ожидаемые баллы",
        differ="Ожидаемые баллы двух вариантов различаются не более чем на",
        sure="Ожидания неточны: с доверительной вероятностью 95 % никакие два варианта не различаются более чем на",
        spread="среднее и стандартное отклонение вариантов:",
        average="Речь о том, что студенты получают в среднем; результат отдельного студента колеблется сильнее.",
        point=",",
        values={
            "remember": "помнить",
            "understand": "понимать",
            "apply": "применять",
            "analyse": "анализировать",
            "evaluate": "оценивать",
            "create": "создавать",
            "easy": "лёгкий",
            "medium": "средний",
            "hard": "трудный",
            "cloze": "текст с пропусками",
            "description": "описание",
            "drag_words": "перетаскивание слов",
            "essay": "эссе",
            "gap_select": "выбор слов",
            "hotspot": "места на рисунке",
            "matching": "соответствие",
            "multiple_response": "несколько ответов",
            "numerical": "число",
            "ordering": "упорядочение",
            "short_text": "краткий ответ",
            "single_choice": "один ответ",
            "true_false": "верно или неверно",
        },
        label="Ожидание следует из трудности вопросов (лёгкий, средний, трудный), а не из данных.",
        authored="Ожидание следует из долей, которые указали авторы вопросов, а не из данных.",
        mixed="На чём основано ожидание (вопросов):",
        sources=(
            "ответы",
            "калибровка (по уровням подготовки N(0, 1))",
            "указано автором",
            "трудность (лёгкий 0,85, средний 0,65, трудный 0,40)",
        ),
        answers="ответов на вопрос",
        weighed="Ответы взвешены по точности с прежним ожиданием.",
        assumed="Где ответов нет, принято, что истинные доли отклоняются от указанных со стандартным отклонением 0,15 (трудность) или 0,10 (указано автором).",
        easy="только лёгкие вопросы, в отличие от других вариантов",
        range="95 %-й интервал",
        coverage="Вопросы по видам",
        kind="Вид",
        kinds=("раздел", "тема", "уровень", "трудность", "тип"),
        overlap="Общие вопросы двух вариантов",
        shared="Общих вопросов у двух вариантов не более",
        information="Информация по уровню подготовки",
        ability="уровень подготовки (логиты)",
        calibrated="калиброванных вопросов:",
        engine="Составлено:",
        best="лучших вариантов нет",
        gap="варианты могли бы быть лучше не более чем на",
    ),
    "zh": Words(
        form="试卷",
        expected="预期得分",
        differ="任意两份试卷的预期得分至多相差",
        sure="预期本身并不精确：在 95% 的置信度下，任意两份试卷相差不超过",
        spread="各试卷的平均值与标准差：",
        average="这里说的是学生的平均得分；单个学生的成绩波动更大。",
        values={
            "remember": "记忆",
            "understand": "理解",
            "apply": "应用",
            "analyse": "分析",
            "evaluate": "评价",
            "create": "创造",
            "easy": "易",
            "medium": "中",
            "hard": "难",
            "cloze": "综合填空题",
            "description": "说明",
            "drag_words": "拖放填空题",
            "essay": "问答题",
            "gap_select": "选词填空题",
            "hotspot": "图片定位题",
            "matching": "匹配题",
            "multiple_response": "多选题",
            "numerical": "数值题",
            "ordering": "排序题",
            "short_text": "短答题",
            "single_choice": "单选题",
            "true_false": "判断题",
        },
        label="预期得分依据题目的难度（易、中、难），而非实测数据。",
        authored="预期得分依据出题人给出的得分率，而非实测数据。",
        mixed="预期依据（题数）：",
        sources=("作答", "已标定（能力 N(0, 1)）", "出题人给出", "难度（易 0.85、中 0.65、难 0.40）"),
        answers="每题作答数",
        weighed="作答结果按精度与先前的预期加权。",
        assumed="没有作答数据时，假定真实得分率围绕上述数值波动，标准差为 0.15（难度）或 0.10（出题人给出）。",
        easy="全是容易的题，与其他试卷不同",
        range="95% 区间",
        coverage="各类题目数",
        kind="类别",
        kinds=("部分", "主题", "层次", "难度", "题型"),
        overlap="两份试卷的相同题目数",
        shared="任意两份试卷至多相同",
        information="各能力水平的信息量",
        ability="能力（logit）",
        calibrated="已标定的题目：",
        engine="组卷方法：",
        best="没有更好的试卷",
        gap="试卷至多还能改进",
    ),
}


@dataclass(frozen=True)
class FairnessPage:
    """The page of a report in a language; ``engine`` is what made the papers, and how near the best they are."""

    fairness: Fairness
    language: str
    engine: str = ""

    @cached_property
    def words(self) -> Words:
        """The words of the language; English where it has none."""
        return WORDS.get(self.language.partition("-")[0], WORDS["en"])

    @property
    def lede(self) -> str:
        """By how much two forms differ, how sure that is, and on what it rests."""
        words, apart = self.words, self.fairness.apart
        sources = self.fairness.sources
        said = [
            self._source(),
            *([words.weighed] if "answers" in sources else []),
            *([words.assumed] if sources.keys() != {"calibrated"} else []),
            words.average,
        ]
        if apart and self.fairness.at_most is not None:
            sure = f"{words.sure} {self._figure(self.fairness.at_most)}."
            said = [f"{words.differ} {self._figure(apart.at_most)}.", sure, *said]
        return " ".join(said)

    def _figure(self, value: float) -> str:
        return f"{value:.2f}".replace(".", self.words.point)

    def _source(self) -> str:
        words, sources, n = self.words, self.fairness.sources, self.fairness.n
        if len(sources) == 1 and not n and "calibrated" not in sources:
            return words.authored if "authored" in sources else words.label
        named = dict(zip(("answers", "calibrated", "authored", "label"), words.sources, strict=True))
        listed = ", ".join(f"{named[source]} {count}" for source, count in sources.items())
        return f"{words.mixed} {listed}." + (f" {words.answers}: {n[0]}–{n[1]}." if n else "")

    def entries(self) -> Iterator[tuple[Block, ...]]:
        """A line for each form, then the tables and pictures."""
        fairness, words = self.fairness, self.words
        unlike = fairness.easy_unlike_others
        for form in fairness.forms:
            said = f"{words.expected} {self._figure(form.expected)} / {form.points:g}"
            sure = f"{words.range}: {self._figure(form.low)} – {self._figure(form.high)}"
            easy = f" · {words.easy}" if form.form in unlike else ""
            yield (Text(escape(f"{said} ({sure}){easy}"), str(form.form)),)
        together = f"{self._figure(fairness.mean)}, {self._figure(fairness.spread)}"
        yield (Text(escape(f"{words.spread} {together}")),)
        if self.engine:
            yield (Text(escape(self.engine)),)
        yield (Picture(self._address(self._intervals), self._told(fairness.forms)),)
        yield (self._coverage(),)
        yield (self._overlap(),)
        if fairness.calibrated:
            of = f"{words.calibrated} {fairness.calibrated} / {len(fairness.expectations)}"
            yield (
                Text(escape(f"{words.information}. {of}")),
                Picture(self._address(self._curves), words.information),
            )
            yield (self._information(),)

    @property
    def images(self) -> Images:
        """The pictures by their address."""
        drawn = [self._intervals, *([self._curves] if self.fairness.calibrated else [])]
        return {self._address(image): image for image in drawn}

    def _address(self, image: Image) -> str:
        return media_address(image.digest)

    def _told(self, forms: Sequence[FormFairness]) -> str:
        """The picture of intervals in words."""
        listed = "; ".join(
            f"{self.words.form} {form.form}: {self._figure(form.expected)} ({self._figure(form.low)} – {self._figure(form.high)})"
            for form in forms
        )
        return f"{self.words.expected}, {self.words.range}: {listed}"

    def _named(self, kind: str, value: str) -> str:
        """A level, a difficulty, a type in the language; what an author has named stands as it is."""
        if kind in {"section", "topic"}:
            return value
        return self.words.values.get(value, value.replace("_", " "))

    def _names(self) -> tuple[str, ...]:
        return tuple(f"{self.words.form} {form.form}" for form in self.fairness.forms)

    def _coverage(self) -> Table:
        kinds = dict(zip(("section", "topic", "level", "difficulty", "type"), self.words.kinds, strict=True))
        every = [(kind, self._named(kind, value), counts) for kind, value, counts in self.fairness.coverage]
        if len(self.fairness.forms) > MOST_IN_A_MATRIX:  # the least and the most in place of a column each
            rows = tuple(
                (f"{kinds[kind]}: {value or '–'}", *map(str, (min(counts), max(counts))))
                for kind, value, counts in every
            )
            return Table(self.words.coverage, (self.words.kind, "min", "max"), rows)
        rows = tuple((f"{kinds[kind]}: {value or '–'}", *map(str, counts)) for kind, value, counts in every)
        return Table(self.words.coverage, (self.words.kind, *self._names()), rows)

    def _overlap(self) -> Table | Text:
        fairness, names = self.fairness, self._names()
        if len(names) > MOST_IN_A_MATRIX:
            return Text(escape(f"{self.words.shared} {fairness.most_shared}."))
        rows = tuple((name, *map(str, row)) for name, row in zip(names, fairness.overlap, strict=True))
        return Table(self.words.overlap, (self.words.form, *names), rows)

    def _information(self) -> Table:
        """At whole abilities."""
        whole = [place for place, theta in enumerate(THETAS) if theta == int(theta)]
        head = (self.words.ability, *(f"{THETAS[place]:g}" for place in whole))
        rows = tuple(
            (name, *(self._figure(curve[place]) for place in whole))
            for name, curve in zip(self._names(), self.fairness.information, strict=True)
        )
        return Table(self.words.information, head, rows)

    # Pictures ------------------------------------------------------------------------------------------------------

    @cached_property
    def _intervals(self) -> Image:
        """The expected points of each form with their interval, from 0 to the largest paper."""
        forms = self.fairness.forms
        most = max(form.points for form in forms) or 1
        height = 30 + 18 * len(forms)

        def x(marks: float) -> float:
            return 60 + 520 * marks / most

        drawn = [_line(60, height - 22, 580, height - 22)]
        for part in range(5):
            at = most * part / 4
            drawn += [
                _line(x(at), 4, x(at), height - 22, "#ccc"),
                _words(x(at), height - 6, f"{at:g}".replace(".", self.words.point), "middle"),
            ]
        for place, form in enumerate(forms):
            y = 14 + 18 * place
            drawn += [_words(50, y + 4, str(form.form), "end"), _line(x(form.low), y, x(form.high), y)]
            drawn.append(f'<circle cx="{x(form.expected):.1f}" cy="{y}" r="4" fill="#000"/>')
        return _svg(600, height, drawn)

    @cached_property
    def _curves(self) -> Image:
        """The information of each form over abilities."""
        curves = self.fairness.information
        most = max(max(curve) for curve in curves) or 1

        def at(theta: float, value: float) -> tuple[float, float]:
            return 60 + 520 * (theta - THETAS[0]) / (THETAS[-1] - THETAS[0]), 230 - 210 * value / most

        drawn = [_line(60, 230, 580, 230), _line(60, 20, 60, 230)]
        drawn += [_words(at(theta, 0)[0], 248, f"{theta:g}", "middle") for theta in range(-3, 4)]
        drawn += [
            _words(52, at(0, most * part / 4)[1] + 4, f"{most * part / 4:.1f}", "end") for part in range(5)
        ]
        named = []
        for number, curve in enumerate(curves):
            places = [at(*one) for one in zip(THETAS, curve, strict=True)]
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
            x, y = places[(number + 1) * len(places) // (len(curves) + 1)]
            named += [_paper(x, y), _words(x, y + 4, str(self.fairness.forms[number].form), "middle")]
            dashes = f' stroke-dasharray="{2 + 3 * (number % 4)} {2 + number % 3}"' if number % 12 else ""
            drawn.append(
                f'<polyline points="{points}" fill="none" stroke="#000" stroke-width="1.2"{dashes}/>'
            )
        return _svg(600, 256, [*drawn, *(named if len(curves) <= MOST_IN_A_MATRIX else ())])


def _line(x: float, y: float, to_x: float, to_y: float, colour: str = "#000") -> str:
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="{colour}"/>'


def _paper(x: float, y: float) -> str:
    """White below the number of a curve."""
    return f'<rect x="{x - 8:.1f}" y="{y - 7:.1f}" width="16" height="14" fill="#fff"/>'


def _words(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" font-family="sans-serif" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(width: int, height: int, drawn: Sequence[str]) -> Image:
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    content = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(drawn)}</svg>'
    return Image("image/svg+xml", width, height, content.encode())
