"""The list of orders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _

from crm.columns import ColumnsPage
from crm.exports import KINDS, Table, file_response, money_unit, with_unit
from crm.pages import count_of
from crm.permissions import may_enter
from crm.templatetags.crm_format import format_moment
from customers.columns import ORDER_COLUMNS
from customers.models import Order
from customers.order_filters import OrderFilters

EXPORT_CHUNK = 2000


class OrderListView(ColumnsPage):
    template_name = "customers/order_list.html"
    permits = staticmethod(may_enter)
    order_by = "placed_at"
    list_name = "orders"
    columns = ORDER_COLUMNS

    def get_queryset(self) -> QuerySet[Order]:
        self.filters = OrderFilters(self.request, self.request.prefs.today(self.at))
        self.missing = self.filters.missing
        self.found = self.filters.rows()
        return self.found.select_related(*self.joins)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        most = self.filters.most
        return context | {
            "filters": self.filters,
            "chips": self.filters.chips(),
            "pager": replace(context["pager"], text=self.count_text(len(context["rows"]), count_of(self.found, most), most)),
            "files": {kind: self.url_with(export=kind, after=None, before=None) for kind in KINDS},
        }

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if (kind := self.request.GET.get("export")) in KINDS:
            return file_response(self.request, kind, self._table())
        return super().render_to_response(context, **kwargs)

    def _table(self) -> Table:
        amount = with_unit(_("Net amount"), money_unit(self.request.prefs)[0])
        about = [_("Number"), _("Customer"), _("Status"), amount, _("Owner"), _("Channel"), _("Campaign")]
        return Table(_("orders"), [*about, _("Placed"), _("Placed (ISO)")], self._cells())

    def _cells(self) -> Iterator[list[Any]]:
        prefs = self.request.prefs
        factor = money_unit(prefs)[1]
        rows = self.found.select_related("customer", "owner", "channel", "campaign").order_by("-placed_at", "-pk")
        for order in rows.iterator(chunk_size=EXPORT_CHUNK):
            placed = [format_moment(order.placed_at, prefs, "short"), order.placed_at.astimezone(prefs.zone)]
            sums = [order.get_status_display(), order.net_amount / factor]
            yield [str(order), order.customer, *sums, order.owner, order.channel, order.campaign, *placed]
