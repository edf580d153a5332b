"""One campaign: is it paying, who came by it, and which of its pages leaks?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.models import Campaign, Expense, SocialPost
from crm.exports import KINDS, Table, file_response
from crm.pages import DetailPage, Pager, query_with
from crm.periods import Calendar
from crm.permissions import may_keep_reference_data, may_see_costs, may_see_traffic, may_sell
from crm.preferences import Preferences
from crm.templatetags.crm_format import format_day
from kpis import charts, exports
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension
from kpis.models import Alert
from kpis.readings.campaign_weeks import brand_effect, days_of, weeks_of
from kpis.readings.campaigns import BY_KEY, HEADINGS, PARTIAL, Campaigns, Figure, Life
from kpis.readings.cards import data_value, side_text
from kpis.readings.goals import goal_text
from kpis.readings.pages import Choice, Landings
from kpis.readings.people import kind_behind
from kpis.readings.snapshot import one_snapshot
from kpis.readings.words import isolated, label_text, number_text, percent_text, value_parts, value_text
from kpis.views import campaign_files
from kpis.views.campaigns import caution_text
from leads.models import Lead

PAGE, LATEST = 25, 10


class CampaignDetailView(DetailPage):
    template_name = "kpis/campaign_detail.html"
    permits = staticmethod(may_sell)

    @property
    def prefs(self) -> Preferences:
        return self.request.prefs

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        kind = request.GET.get("export")
        return self.file(kind) if kind in KINDS else super().get(request, *args, **kwargs)

    def file(self, kind: str) -> HttpResponse:
        """One of the tables, or the rows behind a number; all of them."""
        campaign, today = self.get_object(), self.prefs.today(self.at)
        if name := self.request.GET.get("table"):
            table = campaign_files.table_of(name, campaign, self.request.user, self.prefs, today)
            return file_response(self.request, kind, table)
        self.life = Life(campaign, Campaigns.of_lives(self.request.user, today))
        figure = self.figure_asked()
        key, side = figure.rows
        header, rows = exports.rows_table(CATALOGUE[key], side, partial(self.life.rows, figure), self.prefs)
        return file_response(self.request, kind, Table(f"{campaign}-{HEADINGS[figure.key]}", header, rows))

    def figure_asked(self) -> Figure:
        figure = next((figure for figure in self.life.campaigns.shown if figure.key == self.request.GET.get("rows")), None)
        if figure is None:
            raise BadRequest("rows")
        return figure

    def get_object(self) -> Campaign:
        rows = Campaign.objects.visible_to(self.request.user).select_related("channel", "owner")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context, user = super().get_context_data(**kwargs), self.request.user
        campaign = self.object
        with one_snapshot():
            self.life = Life(campaign, Campaigns.of_lives(user, self.prefs.today(self.at)))
            leads = Lead.objects.visible_to(user).listed().filter(campaign=campaign).select_related("owner")
            expenses = Expense.objects.visible_to(user).filter(campaign=campaign)
            return context | {
                "campaign": campaign,
                "may_edit": may_keep_reference_data(user),
                "figures": [self.figure(figure) for figure in self.life.campaigns.shown],
                "is_over": campaign.ends_on is not None and campaign.ends_on < self.prefs.today(self.at),
                "is_stale": self.life.campaigns.is_stale,
                "partial": PARTIAL if self.life.campaigns.is_partial else "",
                "budget": self.budget(),
                "leads": list(leads.order_by("-created_at", "-pk")[:LATEST]),
                "sees_costs": may_see_costs(user),
                "expenses": list(expenses.order_by("-valid_from", "-pk")[:LATEST]),
                "expense_total": expenses.aggregate(total=Sum("amount"))["total"],
                "posts": self.posts(),
                "charts": self.charts(),
                "brand": self.brand(),
                "landings": self.landings(),
                "tables": campaign_files.files_of(self.request.GET),
                **self.opened(),
            }

    def charts(self) -> list[dict[str, Any]]:
        """Spend with its adstock, and leads, by week: two charts, as two axes on one would say what one likes."""
        calendar, prefs = Calendar(self.prefs.calendar), self.prefs
        weeks = weeks_of(self.object, self.request.user, prefs.today(self.at), calendar, prefs.organization)
        if weeks is None:
            return []
        leads = [(_("Leads by week"), weeks.leads, "series1")]
        found = [charts.weeks_chart("weekly-leads", CATALOGUE["leads"], leads, weeks.periods, prefs)]
        if weeks.spend is None or weeks.adstock is None:
            return found
        decay = number_text(prefs.organization.adstock_decay, prefs)
        spend = [
            (_("Spend by week"), weeks.spend, "series1"),
            (_("Adstock, λ = %(decay)s") % {"decay": decay}, weeks.adstock, "previous"),
        ]
        return [charts.weeks_chart("weekly-spend", CATALOGUE["cost_per_purchase"], spend, weeks.periods, prefs), *found]

    def brand(self) -> dict[str, str]:
        """Shown apart from the returns, and part of none."""
        found = brand_effect(self.object, self.request.user, self.prefs.today(self.at), self.prefs.organization)
        if found is None:
            return {}
        before, during = (number_text(count, self.prefs, most=1) for count in found.weekly)
        change = found.change
        sign = "+" if change and change > 0 else ""
        text = _("new") if change is None else isolated(sign + percent_text(change, self.prefs), self.prefs)
        return {"before": before, "during": during, "change": text}

    def landings(self) -> list[dict[str, Any]]:
        """The pages on which its visitors landed; the alarm is that of the whole site."""
        user, days = self.request.user, days_of(self.object, self.prefs.today(self.at))
        if days is None or not may_see_traffic(user):
            return []
        pages = Landings(Choice(*days, user, {Dimension.CAMPAIGN: self.object.pk})).pages[:LATEST]
        alarms = {one.page.pk for one in Landings(Choice(*days, user)).pages if one.is_alarm} if pages else set()
        told = Alert.objects.visible_to(user).unread().filter(landing_page__in=alarms) if alarms else Alert.objects.none()
        unseen = set(told.values_list("landing_page", flat=True))
        return [
            {
                "name": str(one.page),
                "url": reverse("kpis:landing-pages") + f"?landed={one.page.pk}&campaign={self.object.pk}#rows",
                "visitors": number_text(one.visitors, self.prefs),
                "conversions": number_text(one.conversions, self.prefs),
                "rate": percent_text(Decimal(repr(one.rate)), self.prefs),
                "alarm_url": reverse("kpis:levers", args=[one.page.pk]) if one.page.pk in alarms else "",
                "seen_url": reverse("kpis:levers-seen", args=[one.page.pk]) if one.page.pk in unseen else "",
            }
            for one in pages
        ]

    def figure(self, figure: Figure) -> dict[str, Any]:
        """A number over the campaign's whole life, its target, and what the earlier campaigns came to together."""
        value, kpi = self.life.campaigns.value(figure, self.life.sums), figure.kpi
        number, unit = value_parts(kpi, value, self.prefs, short=True)
        before = self.life.campaigns.value(figure, self.life.earlier) if figure.bottom and self.life.earlier else None
        found = self.life.attainment(figure, self.prefs.organization)
        is_free = figure.is_without_spend(value)
        is_judged = not is_free and not self.life.is_small_sample(figure) and not self.life.campaigns.is_partial
        return {
            "key": figure.key,
            "label": HEADINGS[figure.key],
            "value": "—" if value is None else data_value(value, number),
            "unit": unit,
            "url": query_with(self.request.GET, rows=figure.key, after=None) + "#rows" if value is not None else "",
            "before": value_text(kpi, before, self.prefs, short=True) if before is not None else "",
            "maturing": self.maturing(figure) if value is not None else "",
            "caution": caution_text(self.life.campaigns, figure, self.life.sums, self.prefs),
            "target": goal_text(kpi, found, value if is_judged else None, self.prefs, is_missing=is_free) if found else None,
        }

    def maturing(self, figure: Figure) -> str:
        if not self.life.is_maturing(figure):
            return ""
        end = self.life.window_end(figure)
        return _("so far; counts until %(day)s") % {"day": format_day(end, self.prefs)} if end else _("so far; it still runs")

    def budget(self) -> str:
        """How much of the budget is spent, for those who may see what is spent."""
        figure, budget = BY_KEY["spend"], self.object.budget
        if not budget or figure not in self.life.campaigns.shown:
            return ""
        return percent_text(self.life.sums[figure.top] / budget, self.prefs, 0)

    def posts(self) -> list[SocialPost]:
        rows = SocialPost.objects.visible_to(self.request.user).filter(campaign=self.object).select_related("social_network")
        return list(rows.order_by("-posted_at", "-pk")[:LATEST])

    def opened(self) -> dict[str, Any]:
        """The rows behind the number that is asked for."""
        query = self.request.GET
        if not query.get("rows"):
            return {}
        figure = self.figure_asked()
        try:
            page = self.life.rows(figure, after=query.get("after", ""), limit=PAGE)
        except ValueError:
            raise BadRequest("after") from None
        return {
            "files": {kind: query_with(query, export=kind, after=None) for kind in KINDS},
            "listed": HEADINGS[figure.key],
            "row_total": number_text(page.total, self.prefs),
            "row_sum": self.amount(figure, page.amount),
            "row_list": list(self.row_cells(page.results, figure)),
            "has_customers": any(row.customer for row in page.results),
            "save_url": self.save_url(figure) if page.results else "",
            "close_url": query_with(query, rows=None, after=None),
            "rows_pager": Pager.within(query, "rows", after=query.get("after"), following=page.next),
        }

    def save_url(self, figure: Figure) -> str:
        """Where the people of these rows are saved as a list, if they are anybody's."""
        key, side = figure.rows
        if kind_behind(CATALOGUE[key], side, self.life.query) is None:
            return ""
        query = query_with(self.request.GET, campaign=str(self.object.pk), after=None)
        return reverse("kpis:people-save", args=["campaign"]) + query

    def row_cells(self, rows: list[Any], figure: Figure) -> Iterator[dict[str, Any]]:
        for row in rows:
            yield {
                "type": exports.TYPES.get(row.type, row.type),
                "label": label_text(row.label, self.prefs),
                "url": row.url,
                "iso": row.day.isoformat(),
                "day": format_day(row.day, self.prefs),
                "amount": self.amount(figure, row.amount),
                "customer": label_text(row.customer, self.prefs),
                "owner": row.owner,
            }

    def amount(self, figure: Figure, amount: Decimal) -> str:
        key, side = figure.rows
        return side_text(CATALOGUE[key], side, amount, self.prefs)
