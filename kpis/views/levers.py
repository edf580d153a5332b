"""The alarm of one landing page: why it rings, and which of five levers moved its conversion."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Min
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from campaigns.models import LandingPage, Session, Variant
from campaigns.services import start_ab_test
from crm.models import User
from crm.pages import action, query_with, say
from crm.permissions import may_see_traffic, may_set_targets
from kpis.abtests import Effect, Trial
from kpis.models import Alert
from kpis.readings.pages import Landings, bounds
from kpis.readings.snapshot import one_snapshot
from kpis.readings.words import isolated, number_text, signed
from kpis.services import mark_alerts_read
from kpis.views.pages import LandingPages, apart
from kpis.views.visits import days_text

Lever = Variant.Lever
MOST_TRIES = 10
ADVICE = {
    Lever.CTA_COLOUR: gettext_lazy("A button that stands out from the page is found sooner."),
    Lever.CTA_TEXT: gettext_lazy("Say what one gets by pressing, not what one has to do."),
    Lever.COPY: gettext_lazy("One promise, in the visitor's words, that fits the advertisement they come from."),
    Lever.SHORT_FORM: gettext_lazy("Leave out each field that changes no decision."),
    Lever.SOCIAL_PROOF: gettext_lazy("Who else bought, and what they say of it."),
}
# The tone, the icon and the word: colour alone says nothing to some.
EFFECTS = {
    Effect.BETTER: ("good", "trending-up", gettext_lazy("moved it up")),
    Effect.WORSE: ("bad", "trending-down", gettext_lazy("moved it down")),
    Effect.UNSURE: ("", "minus", gettext_lazy("not yet certain")),
    Effect.TOO_LITTLE: ("warn", "clock", gettext_lazy("too few visitors yet")),
    Effect.MISMATCH: ("bad", "triangle-alert", gettext_lazy("not shown equally often")),
}


def may_try(user: User) -> bool:
    """Whoever keeps campaigns and their pages."""
    return may_set_targets(user)


class LeversView(LandingPages, TemplateView):
    template_name = "kpis/levers.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = get_object_or_404(LandingPage.objects.visible_to(self.request.user), pk=self.kwargs["pk"])
        self.ask()
        with one_snapshot():
            first, last = self.span()
            landings = Landings(self.choice_of(first, last))
            return super().get_context_data(**kwargs) | {
                "page": page,
                "span": days_text(first, last, self.prefs),
                "list_url": reverse("kpis:landing-pages") + query_with(self.request.GET),
                "may_try": may_try(self.request.user),
                "levers": self.levers(page, first, last),
                "is_unseen": Alert.objects.visible_to(self.request.user).unread().filter(landing_page=page).exists(),
                **self.alarm(page, landings),
            }

    def alarm(self, page: LandingPage, landings: Landings) -> dict[str, Any]:
        """The page's own figures beside the two bounds of the alarm."""
        found = next((one for one in landings.pages if one.page.pk == page.pk), None)
        if found is None:
            return {"is_silent": True}
        many, middle = bounds(landings.pages)
        return {
            "is_alarm": found.is_alarm,
            "visitors": number_text(found.visitors, self.prefs),
            "many": number_text(many, self.prefs, most=0),
            "rate": self.percent(found.rate),
            "range": self.range(found.interval),
            "middle": self.percent(middle),
        }

    def levers(self, page: LandingPage, first: date, last: date) -> list[dict[str, Any]]:
        variants = list(page.variants.exclude(lever="").order_by("-pk")[:MOST_TRIES])
        seen = dict(Session.objects.counted().filter(variant__in=variants).values_list("variant").annotate(day=Min("started_on")))
        days = {pk: max(first, day) for pk, day in seen.items() if day <= last}
        trials = {day: self.trial(page, day, last) for day in set(days.values())}
        return [
            {
                "key": lever.value,
                "label": lever.label,
                "advice": ADVICE[lever],
                "tries": [self.tried(each, trials.get(days.get(each.pk))) for each in variants if each.lever == lever],
            }
            for lever in Lever
        ]

    def trial(self, page: LandingPage, first: date, last: date) -> Trial | None:
        """From the day on that a version was first shown: what the others did before says nothing about it."""
        return next((trial for trial in Landings(self.choice_of(first, last)).tests() if trial.page.pk == page.pk), None)

    def tried(self, variant: Variant, trial: Trial | None) -> dict[str, Any]:
        arm = next((arm for arm in trial.arms[1:] if arm.variant == variant.pk), None) if trial else None
        effect = trial.effect(arm) if trial and arm else Effect.TOO_LITTLE
        gain = trial.gain(arm) if trial and arm else None
        shown = [isolated(signed(bound * 100, self.prefs, 1), self.prefs) for bound in gain] if gain else []
        tone, icon, word = EFFECTS[effect]
        query = query_with(self.request.GET, variant=str(variant.pk))
        return {
            "name": str(variant),
            "key": variant.key,
            "tone": tone,
            "icon": icon,
            "word": word,
            "gain": _("%(low)s to %(high)s points") % {"low": shown[0], "high": shown[1]} if shown else "",
            "url": reverse("kpis:landing-pages") + query + "#rows",
        }


@action(may_see_traffic)
def see(request: HttpRequest, pk: int) -> str:
    """Whatever the alerts of one's own have told of the page."""
    page = get_object_or_404(LandingPage.objects.visible_to(request.user), pk=pk)
    mark_alerts_read(request.user, at=timezone.now(), landing_page=page)
    return reverse("kpis:levers", args=[page.pk])


@action(may_try)
def start(request: HttpRequest, pk: int) -> str:
    page = get_object_or_404(LandingPage.objects.visible_to(request.user), pk=pk)
    variant = start_ab_test(page, lever=request.POST.get("lever", ""), name=request.POST.get("name", ""))
    words = _("Show the new version to as many visitors as the others, and send its key %(key)s with their visits.")
    say(request, words % {"key": apart(variant.key)})
    return reverse("kpis:levers", args=[page.pk])
