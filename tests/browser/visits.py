"""Looks at the pages of the stage: opens each in its state, asks axe about it, and what axe does not know."""

from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

from tests.browser.watch import Watch
from tests.faults.counts import FULL

DESK, PHONE, NARROW = (1280, 900), (390, 844), (320, 640)
#: What axe looks at: half of the views so, the others so (it takes most of the time of a view); both in ``make soak``
#: and, in all four looks, by ``python -m tools.screens``.
LOOKS = [("desk", DESK, "light"), ("phone", PHONE, "dark")]
#: Milliseconds that a page may take for what is expected of it, on a machine with much else to do.
PATIENCE = 20_000
AXE = next((Path(__file__).parents[1] / "vendor").glob("axe-core@*/axe.min.js"))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What can differ between light and dark.
COLOURS = ["color-contrast", "link-in-text-block"]
#: Refusals that views show on purpose.
REFUSED = (400, 401, 403, 404, 409, 422)

RUN_AXE = """async ([tags, rules]) => {
  const found = await axe.run(document, {
    runOnly: rules ? {type: "rule", values: rules} : {type: "tag", values: tags}, resultTypes: ["violations"],
    ...(rules ? {} : {rules: {"target-size": {enabled: true}}}),
  });
  return found.violations.map(one => ({
    rule: one.id, impact: one.impact, help: one.help,
    nodes: one.nodes.map(node => ({target: node.target.join(" "), html: node.html.slice(0, 200), why: node.failureSummary})),
  }));
}"""
#: The spacing of text that readers may choose (WCAG 1.4.12).
SPACED = """on => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* {line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important} p {margin-bottom: 2em !important}");
  document.adoptedStyleSheets = on ? [sheet] : [];
}"""
#: Gives the focus to everything that can have it, as Tab does, and tells what shows none or is covered.
WALK = """() => {
  const found = [];
  const said = (what, place) => found.push(what + ": " + place.outerHTML.slice(0, 120));
  const ringed = style => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const places = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter(place => !place.matches(":disabled") && place.tabIndex >= 0 && place.checkVisibility({visibilityProperty: true}));
  if (places[0]?.getAttribute("href") !== "#main" || !document.querySelector("#main")) { found.push("nothing skips the bar"); }
  for (const place of places) {
    place.focus();
    if (document.activeElement !== place) { said("takes no focus", place); continue; }
    const around = [place, place.closest("label"), place.closest("li"), place.parentElement, ...place.children].filter(Boolean);
    if (!around.some(one => ringed(getComputedStyle(one)) || ringed(getComputedStyle(one, "::after")))) said("shows no focus", place);
    const boxes = [...place.getClientRects()].filter(box => box.width > 1 && box.height > 1);
    const points = boxes.flatMap(box => {
      const left = Math.max(0, box.left), right = Math.min(innerWidth, box.right);
      const top = Math.max(0, box.top), bottom = Math.min(innerHeight, box.bottom);
      return [[.5, .5], [.1, .2], [.9, .8], [.5, .1], [.5, .9]].map(([x, y]) => [left + (right - left) * x, top + (bottom - top) * y]);
    });
    const seen = points.some(([x, y]) => {
      const top = document.elementFromPoint(x, y);
      return top && (place.contains(top) || top.contains(place) || [...place.labels || []].some(label => label.contains(top)));
    });
    if (points.length && !seen) said("is covered when it has the focus", place);
  }
  return found;
}"""


class Visits:
    """One browser context a person, kept from view to view."""

    def __init__(self, browser, stage):
        self.browser, self.stage = browser, stage
        self._contexts = {}

    @contextmanager
    def open(self, view):
        """The view's page, in its state; what no page may do (``Watch``) fails at the end."""
        context, watch = self._context(view.who)
        watch.found.clear()
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        try:
            response = page.goto(self.stage.path(view.path))
            assert response.status == view.status, f"{view.name}: {response.status}"
            if view.act:
                view.act(page)
            page.wait_for_load_state()
            yield page
        finally:
            page.close()
        watch.demand_nothing()

    def _context(self, who):
        if who is None and None in self._contexts:
            self._contexts[None][0].clear_cookies()
        if who not in self._contexts:
            context = self.browser.new_context(
                base_url=self.stage.address, locale="en-GB", reduced_motion="reduce", viewport=size(DESK)
            )
            context.set_default_timeout(PATIENCE)
            if who is not None:
                context.add_cookies(
                    [{"name": "quiz", "value": self.stage.cookies[who], "url": self.stage.address}]
                )
            self._contexts[who] = context, Watch(context, self.stage.address, REFUSED)
        return self._contexts[who]

    def close(self):
        for context, _ in self._contexts.values():
            context.close()


def size(screen):
    return {"width": screen[0], "height": screen[1]}


def show(page, screen, scheme):
    """The page on such a screen, light or dark."""
    page.set_viewport_size(size(screen))
    page.emulate_media(color_scheme=scheme)


def violations(page, rules=None):
    """What axe finds, all of it or by these rules. It is put in from outside: the page's policy lets no script in."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE.read_text("utf-8"))
    return page.evaluate(RUN_AXE, [RULES, rules])


def check(page, view):
    """Everything that is wrong with the page, as {what on which screen: findings}."""
    found = {}
    for name, screen, scheme in LOOKS if FULL else [LOOKS[crc32(view.name.encode()) // 2 % 2]]:
        show(page, screen, scheme)
        found[f"axe, {name}, {scheme}"] = violations(page)
    show(page, NARROW, "light")
    found["320 px"] = width(page)
    page.evaluate(SPACED, True)
    found["320 px, text spaced"] = width(page)
    page.evaluate(SPACED, False)
    if not view.lies_over:
        found["focus, 320 px"] = focus(page)
    return {where: what for where, what in found.items() if what}


def width(page):
    """Whether the whole page must be moved sideways to be read."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [f"the page is {wide} px wide"] if wide > NARROW[0] else []


def focus(page):
    """Whether a link skips the bar, and whatever takes the focus shows it and is not covered."""
    page.keyboard.press("Tab")  # from here on the focus counts as the keyboard's
    return page.evaluate(WALK)
