"""What one press changes about an order. Each says what it did and how to take it back."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.pages import action, say
from crm.permissions import may_enter
from crm.templatetags.crm_format import named_apart
from customers.models import Order, Refund
from customers.services.giving_back import take_back_refund
from customers.services.sales import set_order_status


@action(may_enter)
def set_status(request: HttpRequest, pk: int) -> str:
    order = get_object_or_404(Order.objects.visible_to(request.user), pk=pk)
    before, status = order.status, request.POST.get("status") or request.GET.get("status", "")
    order = set_order_status(order, status=status, by=request.user, at=timezone.now())
    undo = f"{reverse('customers:order-status', args=[pk])}?status={before}" if before != order.status else ""
    words = {"order": named_apart(order, request.prefs), "status": order.get_status_display()}
    say(request, _("Order %(order)s: %(status)s") % words, undo=undo)
    return reverse("customers:order-detail", args=[pk])


@action(may_enter)
def take_back(request: HttpRequest, pk: int) -> str:
    refund = get_object_or_404(Refund.objects.visible_to(request.user).select_related("order"), pk=pk)
    order = take_back_refund(refund, by=request.user, at=timezone.now())
    say(request, _("The refund was taken back."))
    return reverse("customers:order-detail", args=[order.pk])
