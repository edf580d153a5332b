"""The tables of RFM as files."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.core.exceptions import BadRequest
from django.db.models import Max
from django.utils.translation import gettext as _

from crm.exports import FilePage, Table, phone_cell
from crm.preferences import Preferences
from kpis import exports
from kpis.models import RfmSnapshot
from kpis.readings.rfm import Group, Part, Ranking, Rfm, moved, movement
from kpis.readings.rfm_value import SegmentValues
from kpis.rfm import BEST_FIRST, GRID, SCORES
from kpis.views.rfm_asked import cell_asked, day_asked, move_asked, move_words, segment_asked
from kpis.views.sorting import sorting_asked


class RfmFileView(FilePage):
    """The customers of a segment, the segments, the grid of scores, or who moved between two months."""

    def table(self) -> Table:
        latest = RfmSnapshot.objects.filter(computed_at__isnull=False).aggregate(day=Max("day"))["day"]
        day, segment = day_asked(self.request, "as_of", latest), segment_asked(self.request)
        then, what = day_asked(self.request, "compare", None), self.request.GET.get("what", "people")
        viewer, prefs = self.request.user, self.request.prefs
        if what not in (*TABLES, "people", "movers"):
            raise BadRequest("what")
        now, before = (each and Rfm(each, viewer) for each in (day, then))
        if what == "movers":
            return self.movers(now, before, prefs)
        if what == "people":
            part, whose = Part(segment, cell_asked(self.request)), segment or _("all")
            return Table(f"RFM-{day or ''}-{whose}", *people_table(now, part, self.ranking, prefs))
        header, rows = TABLES[what](now, before, prefs)
        if what == "segments" and now and self.request.GET.get("value"):
            header, rows = with_values(header, rows, now, prefs)
        return Table(f"RFM-{day or ''}-{what}", header, rows)

    @property
    def ranking(self) -> Ranking:
        return sorting_asked(self.request.GET, Ranking.of)

    def movers(self, now: Rfm | None, then: Rfm | None, prefs: Preferences) -> Table:
        """Who stands in one cell of the movement, by the scores that the page shows."""
        asked = move_asked(self.request)
        if not (now and then and asked):
            raise BadRequest("compare" if asked else "from")
        _before, after = asked
        part = Part(numbers=moved(then, now, *asked))
        return Table(f"RFM-{now.as_of}-{move_words(*asked)}", *people_table(now if after else then, part, self.ranking, prefs))


Rows = tuple[list[object], Iterator[list[object]]]


def revenue_heading(prefs: Preferences) -> str:
    return exports.with_unit(_("Revenue"), exports.money_unit(prefs)[0])


def people_table(now: Rfm | None, part: Part, ranking: Ranking, prefs: Preferences) -> Rows:
    header = [_("Number"), _("Customer"), _("External ID"), _("Phone"), _("E-mail"), _("Recency"), _("Frequency"), _("Amount")]
    header += [_("RFM segment"), _("Days since the last order"), _("Orders"), revenue_heading(prefs)]

    def rows() -> Iterator[list[object]]:
        for one in now.everybody(part, ranking) if now else ():
            customer = one.customer
            about = [customer.pk, str(customer), customer.external_id, phone_cell(customer.phone), customer.email]
            scores = [one.recency, one.frequency, one.monetary]
            yield [*about, *scores, str(one.segment.label), one.days, one.orders, exports.money(one.revenue, prefs)]

    return header, rows()


def group_cells(group: Group, total: Group, prefs: Preferences) -> list[object]:
    part = exports.percent(Decimal(group.customers) / total.customers if total.customers else None)
    return [group.customers, part, exports.money(group.revenue, prefs)]


def segments_table(now: Rfm | None, then: Rfm | None, prefs: Preferences) -> Rows:
    found, before = now.segments() if now else {}, then.segments() if then else {}
    header = [_("RFM segment"), _("Key"), _("Customers"), _("Share"), revenue_heading(prefs), _("Customers before"), _("Change")]
    total = now.total() if now else Group()

    def rows() -> Iterator[list[object]]:
        for each in BEST_FIRST if now else ():
            earlier = before[each].customers if before else None
            change = found[each].customers - earlier if before else None
            yield [str(each.label), each.value, *group_cells(found[each], total, prefs), earlier, change]

    return header, rows()


def with_values(header: list[object], rows: Iterator[list[object]], now: Rfm, prefs: Preferences) -> Rows:
    """The same, and what a customer of each segment is expected to bring."""
    values = SegmentValues(now)
    means = values.means() if values.fit else {}
    heading = exports.with_unit(_("Mean predicted value"), exports.money_unit(prefs)[0])
    amounts = (exports.money(means.get(segment), prefs) for segment in BEST_FIRST)
    return [*header, heading], ([*row, amount] for row, amount in zip(rows, amounts, strict=True))


def grid_table(now: Rfm | None, then: Rfm | None, prefs: Preferences) -> Rows:
    header = [_("Recency"), _("Frequency"), _("RFM segment"), _("Customers"), _("Share"), revenue_heading(prefs)]
    found, total, scores = now.grid() if now else {}, now.total() if now else Group(), range(SCORES, 0, -1)
    return header, (
        [r, f, str(GRID[r - 1][f - 1].label), *group_cells(found.get((r, f), Group()), total, prefs)]
        for r in scores
        for f in scores
        if now
    )


def movement_table(now: Rfm | None, then: Rfm | None, prefs: Preferences) -> Rows:
    """One row a pair: what stands in the cell where the row of the one and the column of the other meet."""
    moves = movement(then, now) if now and then else {}
    labels = {each: str(each.label) for each in BEST_FIRST} | {None: _("Did not buy")}
    header = [_("Segment before"), _("Segment after"), _("Customers")]
    return header, ([labels[a], labels[b], moves.get((a, b), 0)] for a in labels for b in labels if moves)


TABLES = {"segments": segments_table, "grid": grid_table, "movement": movement_table}
