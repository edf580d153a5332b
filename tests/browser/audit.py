"""What axe says of a page."""

from tests.browser.server import AXE

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
BARS = [".side-bar", ".top-bar", ".bottom-bar"]
# Two bars that differ in where their links lead, or in hidden values, are alike.
MARKUP = """(bars) => bars.map((bar) => document.querySelector(bar)?.outerHTML ?? '').join('')
  .replace(/ (href|value|hx-get)="[^"]*"/g, '')"""
RUN = """async ([without, rules]) => {
  const options = {runOnly: rules, resultTypes: ['violations'], selectors: false};
  const found = await axe.run({exclude: without.map((each) => [each])}, options);
  return found.violations.map((rule) => [rule.id, rule.impact, rule.nodes[0].html.slice(0, 200)]);
}"""


class Audit:
    """Of the pages of one look: bars that stand on them as they stood on one before are not judged again."""

    def __init__(self):
        self.bars = set()

    def faults_of(self, page):
        """What axe calls serious or critical, by its rule, with the first element it points at."""
        bars = page.evaluate(MARKUP, BARS)
        known, _ = bars in self.bars, self.bars.add(bars)
        page.add_script_tag(url=f"/static/{AXE}")
        found = page.evaluate(RUN, [BARS if known else [], RULES])
        return [(rule, html) for rule, impact, html in found if impact in ("serious", "critical")]
