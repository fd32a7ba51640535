"""Markdown and the sanitiser: what is kept, and that nothing that runs survives."""

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from quiz.files.richtext import sanitise, to_html, to_inline_html, to_prompt_html, to_text

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
    "math",
    "form",
    "input",
    "img",
    "base",
    "meta",
    "link",
    "video",
}


def assert_harmless(html):
    for element in BeautifulSoup(html, "html.parser").find_all(True):
        assert element.name not in RUNS, html
        assert set(element.attrs) <= KEPT.get(element.name, set()), html
        if "href" in element.attrs:
            assert element["href"].startswith(("https://", "http://", "mailto:")), html


@pytest.mark.parametrize("text", NAUGHTY)
@pytest.mark.parametrize("render", [to_html, to_inline_html, to_prompt_html, sanitise])
def test_nothing_that_runs_survives(text, render):
    assert_harmless(render(text))
    assert_harmless(render(f"**before** {text} *after*"))


@given(st.text(st.sampled_from("<>\"'=&;/\\!-[]()`*_# \nabjavscript:on"), max_size=60))
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
     ("[x](https://y.example)", "x"), ("<b>x</b>", "<b>x</b>")],
)  # fmt: skip
def test_words_alone(markdown, text):
    assert to_text(markdown) == text


@given(st.text(st.sampled_from("ab1 ,.;?'()-–/%"), max_size=20))
def test_plain_words_take_the_short_way_with_the_same_result(text):
    rendered = BeautifulSoup(to_inline_html(text), "html.parser").get_text(" ")
    if text[:1].isalpha() or (text[:1].isdecimal() and text[1:2] not in (".", ")")):
        assert to_text(text) == " ".join(rendered.split())
