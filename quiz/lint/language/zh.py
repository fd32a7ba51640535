"""Chinese. It has no spaces: lengths count characters, and what carries meaning are pairs of neighbouring characters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from quiz.lint.language import Language, any_of, pairs_of

_TOKEN: Final = re.compile(r"[a-z]+|\d+(?:\.\d+)?|[一-鿿㐀-䶿]")
_RUN: Final = re.compile(r"\d+|[一-鿿㐀-䶿]+")
#: Characters of grammar: a pair that holds one of them says nothing.
_GRAMMAR: Final = frozenset(
    "的了在是和与及或有哪什么谁为吗呢这那其之以于个种条座位颗项些几多少怎样时年月日下列中因而被把从到对也都不又叫做"
)


def tokens(text: str) -> Sequence[str]:
    """Characters, figures and Latin words, in order."""
    return _TOKEN.findall(text)


def content(text: str) -> Sequence[str]:
    """Pairs of neighbouring characters without those of grammar, and figures."""
    return [*_pairs(text)]


def _pairs(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        if run.isdecimal():
            yield run
        else:
            pairs = (run[place : place + 2] for place in range(len(run) - 1))
            yield from (pair for pair in pairs if not _GRAMMAR.intersection(pair))


_COLOURS: Final = "(?:红|绿|蓝|黄|黑|白|灰|橙|紫)色?"

LANGUAGE: Final = Language(
    tag="zh",
    tokens=tokens,
    content=content,
    shared=2,
    longer_by=6,
    long_option=16,
    long_sentence=60,
    long_stem=130,
    short_stem=6,
    common_start=5,
    articles=frozenset("的了"),
    absolute=any_of("总是 永远 从不 从来不 所有 全部 一切 必须 绝对 完全 只有 仅仅 唯一 任何 每个 不可能", whole=False),
    hedge=any_of("通常 一般 往往 可能 大多 主要 有时 常常 基本上 大致", whole=False),
    vague=any_of("经常 有时 偶尔 常常 很多 许多 最近 很少", whole=False),
    negation=any_of("不是 不属于 不正确 不对 不符合 不能 不会 不包括 (?<![排消解废删])除了 没有 错误 不可以 并非 无关", whole=False),
    denial=any_of("不 没有 没 无法 并非 从未", whole=False),
    all_of_these=re.compile(r"^(?:以上|上述|上面)(?:选项|各项|答案|说法)?(?:全部|全|都|皆|均)(?:是|对|正确|包括)?\W*$"),
    none_of_these=re.compile(r"^(?:以上|上述|上面)(?:选项|各项|答案|说法)?(?:全|都|皆|均)?(?:不|非|没有)(?:是|对|正确)?\W*$"),
    asks=re.compile(r"(?:什么|谁|多少|哪[一些几]?[个项种位年里国]?|吗|呢|何处|何时)$"),
    reason=re.compile(r"为什么|为何|如果|原因|(?:哪里|什么地方|有什么|有何)(?:不对|不妥|错误|问题)|错在"),
    quotation=re.compile(r"[“«\"「‘][^”»\"」’]*[”»\"」’]"),
    labels=re.compile(r"^(?:只有|仅)?[1-6a-e](?:(?:和|与|、|,|及)?[1-6a-e])+\W*$"),
    truth=re.compile(r"^(?:是|不是|对|不对|正确|错误|否)(?=\W|$)"),
    unfocused=re.compile(
        r"^(?:下列|以下|下面)(?:各项|选项|说法|叙述|陈述|句子|哪一?[项个])*(?:中)?(?:,)?(?:不)?(?:正确|错误|对)的(?:一项)?(?:是|有|为)?(?:哪一?[项个些]|什么)?\W*$"
        r"|^(?:下列|以下|下面)哪一?[项个](?:说法)?(?:不)?(?:正确|错误|对)\W*$"
    ),
    opinion=re.compile(r"你认为|你觉得|您认为|您觉得|你喜欢|在你看来|最(?:美丽|好看|好听|有趣|美)"),
    today=re.compile(
        r"目前|现在|现任|如今|当前|最新|今天|眼下|(?<!年)(?:有|拥有|共有)(?:多少|几)个?(?:成员|国家|人口|会员)|成员国有(?:多少|几)个"
    ),
    place=re.compile(r"[下上左右](?:图|表|边|面|侧)(?:的|中|里|所示)|如[下上左右]?图所示|(?:图|表)中(?=.*(?:左|右|上|下))"),
    colour=re.compile(rf"图中(?:的)?{_COLOURS}|{_COLOURS}(?:的)?(?:线|曲线|部分|区域|箭头|器官|圆|点|字)|(?:标|涂|画)(?:成|为|有)?{_COLOURS}"),
    praise=re.compile(r"^\W*(?:正确|对|没错|是的|答对)"),
    blame=re.compile(r"^\W*(?:错误|不对|错|不正确|答错)"),
    instruction=re.compile(r"^\W*(?:请|选择|选出|选|写出|指出)"),
    reference=re.compile(r"[这此该其它他她]"),
    joints=re.compile(r"\s*(?:,|;|、|/|和|与|及)\s*"),
    narrowing=re.compile(r"^\s*(?:\(|中的|里的|之中)"),
    opposites=pairs_of("增大/减小 增加/减少 上升/下降 变大/变小 升高/降低 提高/降低 加快/减慢 增强/减弱 变长/变短 允许/禁止 扩大/缩小"),
    unchanged=re.compile(r"不变|相同|一样|保持"),
    between=re.compile(r"(-?\d+(?:\.\d+)?)\s*(?:至|到|~|-|–|—)\s*(-?\d+(?:\.\d+)?)"),
    below=re.compile(r"(?:低于|少于|小于|不到|不超过)(-?\d+(?:\.\d+)?)"),
    above=re.compile(r"(?:高于|多于|大于|超过|至少)(-?\d+(?:\.\d+)?)"),
    months={f"{number}月": number for number in range(12, 0, -1)},
    forms=(("a number", re.compile(r"[\d$+−-]|公元")), ("a because", re.compile(r"因为|由于"))),
)  # fmt: skip
