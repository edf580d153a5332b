"""The pipeline of an evening: what was open by stage and by owner or team, and each opportunity, as they stood then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from crm.exports import FilePage, Table, file_urls
from crm.forms.fields import DayField
from crm.forms.reader import ReaderForm
from crm.pages import Page, Pager, query_with
from crm.periods import Calendar, Grain, Period, period_of
from crm.permissions import may_sell
from crm.templatetags.crm_format import format_day
from kpis import addresses, exports, options
from kpis.calendars import FIRST_DAY
from kpis.catalogue.deals import PIPELINE_VALUE
from kpis.definitions import Dimension
from kpis.readings import Query
from kpis.readings.members import member_labels
from kpis.readings.pipeline import FILTERS, Deal, Pipeline, Sums, together
from kpis.readings.snapshot import one_snapshot
from kpis.readings.summary import Choice
from kpis.views.detail import choice_for
from kpis.views.overview import filter_bar
from leads.models import Stage

PAGE, CHUNK = 25, 500
NAME = gettext_lazy("Pipeline at the end of a day")


class EveningForm(ReaderForm):
    """Another evening than the last one of a period."""

    as_of = DayField(label=gettext_lazy("Evening of"))

    def clean_as_of(self) -> date:
        day, today = self.cleaned_data["as_of"], self.prefs.today(self.at)
        if not FIRST_DAY <= day <= today:
            self.add_error("as_of", _("Give a day that has come: what is open later nobody knows yet."))
        return day


def pipeline_asked(choice: Choice, by: Dimension | None = None) -> Pipeline:
    """On the evening of the period's last day, of a running one today's."""
    evening = min(choice.period.end, choice.today)
    period = Period(Calendar.GREGORIAN, Grain.DAY, evening, evening)
    return Pipeline(Query((period,), choice.today, by=by, filters=choice.filters, viewer=choice.viewer))


def evening_of(pipeline: Pipeline) -> date:
    return pipeline.query.periods[0].end


def by_asked(request: HttpRequest) -> Dimension:
    by = addresses.enum_asked(Dimension, request.GET.get("by"), FILTERS[0])
    if by not in FILTERS:
        raise BadRequest("by")
    return by


def stage_asked(request: HttpRequest, pipeline: Pipeline) -> Stage | None:
    """The stage whose opportunities are listed; all of them where none is named."""
    slug = request.GET.get("stage")
    found = next((stage for stage in pipeline.stages if stage.slug == slug), None)
    if slug and found is None:
        raise BadRequest("stage")
    return found


class PipelineReportView(Page, TemplateView):
    template_name = "kpis/pipeline.html"
    permits = staticmethod(may_sell)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.form = EveningForm(
            request.GET if "as_of" in request.GET else None, user=request.user, prefs=request.prefs, at=self.at
        )
        if self.form.is_valid():
            day, rules = self.form.cleaned_data["as_of"], request.prefs.organization.calendar_rules
            key = period_of(day, Calendar(request.prefs.calendar), Grain.DAY, rules).key
            return redirect(request.path + query_with(request.GET, as_of=None, period=key, grain=None, after=None))
        with one_snapshot():
            return super().get(request, *args, **kwargs).render()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.choice, by = choice_for(self.request, PIPELINE_VALUE, self.at), by_asked(self.request)
        self.pipeline = pipeline_asked(self.choice, by)
        query, evening = self.request.GET, evening_of(self.pipeline)
        bar = filter_bar(self, PIPELINE_VALUE) | {"compares": []}
        return super().get_context_data(**kwargs) | bar | {
            "form": self.form,
            "carried_to_evening": addresses.carried(query, "as_of", "period", "grain"),
            "calendars": options.calendar_links(query, self.choice),
            "evening": evening,
            "total": self.pipeline.total(),
            "stages": list(self.stages()),
            "by_label": options.DIMENSIONS[by],
            "splits": self.splits(by),
            "members": members_of(self.pipeline, by),
            "files": self.files("stages"),
            "member_files": self.files("members"),
            **self.deals(),
        }  # fmt: skip

    def stages(self) -> Iterator[dict[str, Any]]:
        for stage in self.pipeline.stages:
            url = query_with(self.request.GET, stage=stage.slug, after=None) + "#rows"
            yield {"label": stage, "url": url, "sums": self.pipeline.total(stage)}

    def splits(self, by: Dimension) -> list[options.Link]:
        query = self.request.GET
        return [
            options.Link(str(options.DIMENSIONS[name]), query_with(query, by=name) + "#members", name is by) for name in FILTERS
        ]

    def files(self, what: str) -> dict[str, str]:
        """The evening of the page, also where its address leaves it open."""
        return file_urls(
            "kpis:pipeline-file", query_with(self.request.GET, period=self.day_key, grain=None, what=what, after=None)
        )

    @property
    def day_key(self) -> str:
        return evening_of(self.pipeline).isoformat()

    def deals(self) -> dict[str, Any]:
        query, stage = self.request.GET, stage_asked(self.request, self.pipeline)
        after = addresses.after_asked(query)
        found = self.pipeline.deals(stage, after=after, limit=PAGE + 1)
        following = str(found[PAGE - 1].opportunity.pk) if len(found) > PAGE else None
        return {
            "stage": stage,
            "deals": found[:PAGE],
            "deals_total": self.pipeline.total(stage),
            "all_url": query_with(query, stage=None, after=None) + "#rows",
            "row_files": self.files("rows"),
            "pager": Pager.within(query, "rows", after=after, following=following),
        }


def members_of(pipeline: Pipeline, by: Dimension) -> list[tuple[str, Sums]]:
    """The largest first."""
    sums = {member: together(stages.values()) for member, stages in pipeline.members.items()}
    labels = member_labels(by, sums)
    return [(labels[member], sums[member]) for member in sorted(sums, key=lambda member: (-sums[member].value, member))]


class PipelineFileView(FilePage):
    """The stages, the owners or teams, or the opportunities."""

    permits = staticmethod(may_sell)

    def table(self) -> Table:
        request, prefs = self.request, self.request.prefs
        addresses.refuse_unknown_filters(request.GET, PIPELINE_VALUE)
        by, what = by_asked(request), request.GET.get("what", "stages")
        pipeline = pipeline_asked(choice_for(request, PIPELINE_VALUE, self.at), by)
        stage = stage_asked(request, pipeline)
        unit = exports.money_unit(prefs)[0]
        sums = [_("Opportunities"), exports.with_unit(_("Amount"), unit), exports.with_unit(_("Weighted"), unit)]
        match what:
            case "stages":
                header = [_("Stage"), _("Key"), *sums]
                rows: Any = ([str(each), each.slug, *cells(pipeline.total(each), prefs)] for each in pipeline.stages)
            case "members":
                header = [str(options.DIMENSIONS[by]), *sums]
                rows = ([label, *cells(found, prefs)] for label, found in members_of(pipeline, by))
            case "rows":
                header = [_("Number"), _("Opportunity"), _("Owner"), _("Stage"), _("Since")]
                header += [exports.with_unit(_("Amount"), unit), _("Probability"), sums[-1]]
                rows = deal_rows(pipeline, stage, prefs)
            case _:
                raise BadRequest("what")
        return Table(f"{NAME}-{format_day(evening_of(pipeline), prefs)}", header, rows)


def cells(sums: Sums, prefs: Any) -> list[object]:
    return [sums.deals, exports.money(sums.value, prefs), exports.money(sums.weighted, prefs)]


def deal_rows(pipeline: Pipeline, stage: Stage | None, prefs: Any) -> Iterator[list[object]]:
    for deal in everything(pipeline, stage):
        amounts = [exports.money(deal.amount, prefs), exports.percent(deal.probability), exports.money(deal.weighted, prefs)]
        yield [deal.opportunity.pk, str(deal.opportunity), str(deal.owner or ""), str(deal.stage), deal.since, *amounts]


def everything(pipeline: Pipeline, stage: Stage | None) -> Iterator[Deal]:
    after = 0
    while found := pipeline.deals(stage, after=after, limit=CHUNK):
        yield from found
        after = found[-1].opportunity.pk
