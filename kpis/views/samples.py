"""Sample data in the settings: what there is, loading it, removing it, and how far a worker has come with that."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from crm.models import User
from crm.pages import Page, action, counted, say
from crm.permissions import may_manage_people, may_open_screens
from kpis.management import demo
from kpis.models import SampleJob
from kpis.services import ask_samples, has_no_records, sample_progress

STAGES = {
    demo.Stage.ROWS: gettext_lazy("Records"),
    demo.Stage.FIGURES: gettext_lazy("Figures"),
    demo.Stage.PREDICTIONS: gettext_lazy("Predictions"),
}


def sample_banner(user: User) -> dict[str, Any] | None:
    """For those who answer for the figures: that what they see are samples, as long as it is so."""
    if not (may_open_screens(user) and demo.is_loaded()):
        return None
    return {"url": reverse("kpis:samples") if may_manage_people(user) else ""}


class SamplesView(Page, TemplateView):
    template_name = "kpis/samples.html"
    permits = staticmethod(may_manage_people)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        jobs, is_loaded = SampleJob.objects.order_by("pk"), demo.is_loaded()
        job, last = jobs.open().first(), jobs.exclude(state=SampleJob.State.DUE).last()
        return super().get_context_data(**kwargs) | {
            "job": job,
            "progress": self.progress() if job else None,
            "last": last,
            "removed": counted(last.removed, self.request.prefs, last.removed) if last else "",
            "is_loaded": is_loaded,
            "may_load": not is_loaded and has_no_records(),
            **(self.size() if is_loaded and not job else {}),
        }

    def progress(self) -> dict[str, Any]:
        """Nothing is known yet before a worker has begun."""
        step = sample_progress()
        if not step:
            return {"text": _("A worker begins in a few seconds.")}
        name = str(STAGES[demo.Stage(step["stage"])])
        return step | {"text": f"{name}: {step['text']}" if step["text"] else name}

    def size(self) -> dict[str, Any]:
        """What a removal would take away, the most first; parts go with their records."""
        prefs, found = self.request.prefs, demo.size()
        whole = {model: count for model, count in found.items() if count and not model._meta.auto_created}
        total = sum(found.values())
        return {
            "kinds": [
                (model._meta.verbose_name_plural, counted(count, prefs, count))
                for model, count in sorted(whole.items(), key=lambda item: -item[1])
            ],
            "total": counted(total, prefs, total),
        }


@action(may_manage_people)
def load(request: HttpRequest) -> str:
    ask_samples(SampleJob.Kind.LOAD, by=request.user, at=timezone.now())
    say(request, _("The sample data are being loaded."))
    return reverse("kpis:samples")


@action(may_manage_people)
def remove(request: HttpRequest) -> str:
    kind = SampleJob.Kind.UNLINK if request.POST.get("unlink") else SampleJob.Kind.REMOVE
    ask_samples(kind, by=request.user, at=timezone.now())
    say(request, _("The sample data are being removed."))
    return reverse("kpis:samples")
