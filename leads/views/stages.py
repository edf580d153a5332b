"""The stages of the pipeline, for those who keep the settings."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from crm.pages import FormPage, action, key_in, say
from crm.permissions import may_manage_people
from leads.forms.stages import EditStageForm, StageForm
from leads.models import Stage
from leads.services import stages as services

STEPS = {"up": -1, "down": 1}


class StageListView(FormPage):
    template_name = "leads/stages.html"
    form_class = StageForm
    permits = staticmethod(may_manage_people)

    def get_initial(self) -> dict[str, Any]:
        return {"stale_days": Stage._meta.get_field("stale_days").default}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(rows=Stage.objects.all(), **kwargs)

    def save(self, form: StageForm) -> HttpResponse:
        stage = services.add_stage(by=self.request.user, at=self.at, **form.facts)
        say(self.request, _("%(stage)s was added.") % {"stage": stage}, undo=reverse("leads:stage-archive", args=[stage.pk]))
        return redirect("leads:stages")


class StageEditView(FormPage):
    template_name = "leads/stage_form.html"
    form_class = EditStageForm
    permits = staticmethod(may_manage_people)

    @cached_property
    def stage(self) -> Stage:
        return get_object_or_404(Stage, pk=self.kwargs["pk"])

    @cached_property
    def keeps_probability(self) -> bool:
        return services.keeps_probability(self.stage)

    def get_form_kwargs(self) -> dict[str, Any]:
        fixed = ["probability"] if self.keeps_probability else []
        fixed += [] if self.stage.kind == Stage.Kind.OPEN else ["stale_days"]
        return super().get_form_kwargs() | {"fixed": fixed}

    def get_initial(self) -> dict[str, Any]:
        known = {name: getattr(self.stage, name) for name in StageForm.base_fields}
        return known | {"probability": int(self.stage.probability * 100)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(stage=self.stage, cancel_url=reverse("leads:stages"), **kwargs)

    def save(self, form: EditStageForm) -> HttpResponse:
        services.edit_stage(self.stage, by=self.request.user, at=self.at, **form.facts)
        say(self.request, _("Saved."))
        return redirect("leads:stages")


@action(may_manage_people)
def order(request: HttpRequest) -> str:
    """As the rows stand, with one moved by its arrow where there are no scripts; or as the way back names them."""
    sent = request.POST.getlist("stage") or request.GET.getlist("stage")
    keys = [key for text in sent if (key := key_in(text)) is not None]
    before = services.order_stages(moved(keys, request.POST.get("arrange", "")), by=request.user, at=timezone.now())
    undo = f"{reverse('leads:stages-order')}?{urlencode([('stage', key) for key in before])}"
    say(request, _("The order of the stages was saved."), undo=undo)
    return reverse("leads:stages")


def moved(keys: list[int], wish: str) -> list[int]:
    """“up-2” and “down-0”: a row and the way it goes; what leads out of the list, and what is no such wish, moves nothing."""
    way, _dash, place = wish.partition("-")
    row = key_in(place)
    if way not in STEPS or row is None or row >= len(keys) or not 0 <= row + STEPS[way] < len(keys):
        return keys
    keys[row], keys[row + STEPS[way]] = keys[row + STEPS[way]], keys[row]
    return keys


@action(may_manage_people)
def archive(request: HttpRequest, pk: int) -> str:
    stage = services.archive_stage(get_object_or_404(Stage, pk=pk), by=request.user, at=timezone.now())
    say(request, _("%(stage)s was archived.") % {"stage": stage}, undo=reverse("leads:stage-restore", args=[pk]))
    return reverse("leads:stages")


@action(may_manage_people)
def restore(request: HttpRequest, pk: int) -> str:
    stage = services.restore_stage(get_object_or_404(Stage, pk=pk), by=request.user, at=timezone.now())
    say(request, _("%(stage)s is on the board again.") % {"stage": stage}, undo=reverse("leads:stage-archive", args=[pk]))
    return reverse("leads:stages")
