"""Products, and a look at customers, orders, tickets and answers, for superusers."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest

from crm.settings_pages import KeptForever, ShownInline, ShownOnly, SluggedForever
from customers.models import (
    Answer,
    Cart,
    Category,
    Contract,
    Customer,
    Invitation,
    InvitationSkip,
    Order,
    OrderLine,
    Product,
    Survey,
    Ticket,
    TicketEvent,
)


@admin.register(Product)
class ProductAdmin(ShownOnly):
    history_page = "customers:product-history"
    list_display = ("sku", "name", "family", "tier", "category", "list_price", "unit_cost")
    list_filter = ("family", "category")
    list_select_related = ("category",)
    search_fields = ("sku", "name")


@admin.register(Category)
class CategoryAdmin(KeptForever):
    history_page = "customers:category-history"
    search_fields = ("name",)


@admin.register(Survey)
class SurveyAdmin(SluggedForever):
    """The scale of a survey never changes: answers to one question must stay comparable."""

    history_page = "customers:survey-history"
    list_display = ("name", "slug", "kind")
    fields = ("name", "slug", "kind", "question", "is_right_to_left")

    def fixed(self, request: HttpRequest, obj: Survey | None = None) -> Iterable[str]:
        return ("slug", "kind", "is_right_to_left") if obj else ()


@admin.register(Customer)
class CustomerAdmin(ShownOnly):
    list_display = ("id", "name", "kind", "phone", "owner", "created_at")
    list_select_related = ("owner",)
    search_fields = ("name", "phone", "email", "external_id")


class OrderLineInline(ShownInline):
    model = OrderLine
    currencies = dict.fromkeys(("unit_price", "discount", "order_discount", "tax"), "order.currency")


@admin.register(Order)
class OrderAdmin(ShownOnly):
    list_display = ("id", "number", "customer", "placed_at", "status", "net_amount")
    list_filter = ("status",)
    list_select_related = ("customer",)
    search_fields = ("number", "external_id")
    inlines = (OrderLineInline,)
    currencies = dict.fromkeys(("discount", "tax", "shipping"), "currency")


class TicketEventInline(ShownInline):
    model = TicketEvent


@admin.register(Ticket)
class TicketAdmin(ShownOnly):
    list_display = ("id", "subject", "customer", "priority", "created_at", "resolved_at")
    list_select_related = ("customer",)
    search_fields = ("subject",)
    inlines = (TicketEventInline,)


@admin.register(Answer)
class AnswerAdmin(ShownOnly):
    list_display = ("id", "survey", "customer", "score", "answered_at")
    list_filter = ("survey",)
    list_select_related = ("survey", "customer")


@admin.register(Cart)
class CartAdmin(ShownOnly):
    list_display = ("id", "customer", "channel", "amount", "created_at", "completed_at", "order")
    list_select_related = ("customer", "channel", "order")
    search_fields = ("visitor", "external_id")


@admin.register(Contract)
class ContractAdmin(ShownOnly):
    list_display = ("id", "customer", "plan", "starts_on", "ends_on", "monthly_amount", "is_trial")
    list_filter = ("is_trial",)
    list_select_related = ("customer",)
    search_fields = ("plan", "external_id")


@admin.register(Invitation)
class InvitationAdmin(ShownOnly):
    list_display = ("id", "survey", "customer", "sent_at", "delivered_at", "answered_at")
    list_filter = ("survey",)
    list_select_related = ("survey", "customer")


@admin.register(InvitationSkip)
class InvitationSkipAdmin(ShownOnly):
    list_display = ("survey", "customer", "reason", "at")
    list_filter = ("survey", "reason")
    list_select_related = ("survey", "customer")
