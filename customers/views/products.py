"""The pages of products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db.models import OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from crm.exports import KINDS, Table, file_response, money_unit, with_unit
from crm.pages import (
    LONGEST_SEARCH,
    Chip,
    DetailPage,
    FormPage,
    ListPage,
    Page,
    action,
    count_of,
    form_key,
    key_in,
    not_offered,
    say,
)
from crm.permissions import may_enter, may_keep_reference_data, may_see_costs
from crm.templatetags.crm_format import format_moment
from customers.forms.products import EditProductForm, NewProductForm, ProductForm
from customers.models import Category, Order, OrderLine, Product
from customers.services.products import archive_product, create_product, edit_product, restore_product
from customers.views.duplicates import SHOWN_DUPLICATES, Duplicates, is_sent_again

EXPORT_CHUNK = 2000
ORDERS_ON_PAGE = 20
NO_CATEGORY = "none"
ARCHIVED, EVERYTHING = "archived", "all"
# By what the list is sorted, from the first letter on; without any of them the newest stand first.
SORTS = {"name": "called", "sku": "sku"}
COLUMNS = ("sku", "name", "family", "tier", "list_price", "unit_cost")


class ProductListView(ListPage):
    template_name = "customers/product_list.html"
    permits = staticmethod(may_enter)

    def get_queryset(self) -> QuerySet[Product]:
        asked = self.request.GET
        text = asked.get("q", "").strip()
        categories = [(str(key), name) for key, name in Category.objects.values_list("pk", "name")]
        self.offered = {
            "category": [("", _("Any category")), *categories, (NO_CATEGORY, _("Without a category"))],
            "state": [("", _("Active")), (ARCHIVED, _("Archived")), (EVERYTHING, _("All"))],
            "sort": [("", _("Newest first")), ("name", _("Name")), ("sku", _("SKU"))],
        }
        self.chosen = {name: asked[name] if asked.get(name) in dict(options) else "" for name, options in self.offered.items()}
        self.chosen["q"] = text if len(text) <= LONGEST_SEARCH else ""
        self.missing = not_offered(asked, self.chosen)
        self.order_by = SORTS.get(self.chosen["sort"], "id")
        self.is_newest_first = self.order_by == "id"
        rows = Product.objects.visible_to(self.request.user)
        self.found = rows.none() if self.missing else self._narrowed(rows)
        return self.found.select_related("category").annotate(called=Coalesce(NullIf("name", Value("")), "sku"))

    def _narrowed(self, rows: QuerySet[Product]) -> QuerySet[Product]:
        category, state = self.chosen["category"], self.chosen["state"]
        rows = rows.search(self.chosen["q"])
        if category:
            rows = rows.filter(category=None if category == NO_CATEGORY else category)
        return rows if state == EVERYTHING else rows.filter(is_archived=state == ARCHIVED)

    def value_in(self, stamp: str) -> Any:
        """Names and SKUs."""
        return stamp

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "q": self.chosen["q"],
            "selects": [
                {"name": name, "label": labels_of_filters()[name], "options": options, "chosen": self.chosen[name]}
                for name, options in self.offered.items()
            ],
            "chips": list(self._chips()),
            "sees_costs": may_see_costs(self.request.user),
            "may_keep": may_keep_reference_data(self.request.user),
            "pager": replace(context["pager"], text=self.count_text(len(context["rows"]), count_of(self.found))),
            "files": {kind: self.url_with(export=kind, after=None, before=None) for kind in KINDS},
        }

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if (kind := self.request.GET.get("export")) in KINDS:
            return file_response(self.request, kind, self._table())
        return super().render_to_response(context, **kwargs)

    def _chips(self) -> Iterator[Chip]:
        labels = labels_of_filters()
        urls = {name: self.url_with(**{name: None}, after=None, before=None) for name in labels}
        for name in ("q", "category", "state"):
            if value := self.chosen[name]:
                yield Chip(f"{labels[name]}: {dict(self.offered.get(name, ())).get(value, value)}", urls[name])
        yield from (Chip.not_offered(labels[name], urls[name]) for name in self.missing)

    def _table(self) -> Table:
        unit, factor = money_unit(self.request.prefs)
        amounts = {"list_price": _("List price")} | ({"unit_cost": _("Unit cost")} if may_see_costs(self.request.user) else {})
        headings = [with_unit(heading, unit) for heading in amounts.values()]
        about = [_("SKU"), _("Name"), _("Category"), _("Family"), _("Tier"), *headings, _("Archived")]
        return Table(_("products"), [*about, _("Since"), _("Since (ISO)")], self._cells(tuple(amounts), factor))

    def _cells(self, amounts: Sequence[str], factor: Decimal) -> Iterator[list[Any]]:
        prefs = self.request.prefs
        for product in self.found.select_related("category").order_by("sku").iterator(chunk_size=EXPORT_CHUNK):
            stored = [getattr(product, name) for name in amounts]
            shown = [None if amount is None else amount / factor for amount in stored]
            about = [product.sku, product.name, product.category, product.family, product.tier, *shown]
            since = [format_moment(product.created_at, prefs, "short"), product.created_at.astimezone(prefs.zone)]
            yield [*about, _("Yes") if product.is_archived else _("No"), *since]


def labels_of_filters() -> dict[str, str]:
    return {"q": _("Search"), "category": _("Category"), "state": _("State"), "sort": _("Sort by")}


class ProductDetailView(DetailPage):
    template_name = "customers/product_detail.html"
    permits = staticmethod(may_enter)

    def get_object(self) -> Product:
        rows = Product.objects.visible_to(self.request.user).select_related("category")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context, user = super().get_context_data(**kwargs), self.request.user
        return context | {
            "product": self.object,
            "orders": orders_of(self.object, Order.objects.visible_to(user))[:ORDERS_ON_PAGE],
            "sees_costs": may_see_costs(user),
            "may_keep": may_keep_reference_data(user),
        }


def orders_of(product: Product, orders: QuerySet[Order]) -> QuerySet[Order]:
    """Those of the orders that it was sold in, the latest first, with how many and for how much."""
    lines = OrderLine.objects.filter(product=product)
    own = lines.filter(order=OuterRef("pk")).order_by().values("order")
    sums = {f"sold_{name}": Subquery(own.annotate(sum=Sum(name)).values("sum")) for name in ("quantity", "net_amount")}
    return orders.filter(pk__in=lines.values("order")).annotate(**sums).select_related("customer").order_by("-placed_at", "-pk")


def alike(facts: Mapping[str, Any], *, record: Product | None = None) -> Duplicates:
    """Those of the typed SKU or name; of a stored `record` only what is written anew is asked about."""
    wish = {name: facts.get(name) or "" for name in ("sku", "name")}
    if record is not None:
        wish = {name: "" if text == getattr(record, name) else text for name, text in wish.items()}
    found = Product.objects.resembling(**wish).exclude(pk=record.pk if record else None)
    return Duplicates(list(found[:SHOWN_DUPLICATES]), [])


class ProductDuplicatesView(Page, TemplateView):
    """A fragment for the form while it is being typed into."""

    template_name = "customers/_product_duplicates.html"
    permits = staticmethod(may_keep_reference_data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        typed = {name: self.request.GET.get(name, "").strip()[:200] for name in ("sku", "name", "record")}
        key = key_in(typed["record"])
        record = Product.objects.filter(pk=key).first() if key else None
        return super().get_context_data(duplicates=alike(typed, record=record), **kwargs)


class ProductFormPage(FormPage):
    """A likely duplicate is shown once, with everything typed kept; the second try is taken at its word."""

    template_name = "customers/product_form.html"
    permits = staticmethod(may_keep_reference_data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(categories=Category.objects.values_list("name", flat=True), **kwargs)

    def asks_first(self, form: ProductForm, facts: Mapping[str, Any], record: Product | None = None) -> HttpResponse | None:
        found = None if form.cleaned_data["anyway"] else alike(facts, record=record)
        return self.render_to_response(self.get_context_data(form=form, duplicates=found)) if found else None


class ProductCreateView(ProductFormPage):
    form_class = NewProductForm

    def get_initial(self) -> dict[str, Any]:
        return {"token": uuid4()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(cancel_url=reverse("customers:product-list"), **kwargs)

    def save(self, form: NewProductForm) -> HttpResponse:
        facts = {name: value for name, value in form.cleaned_data.items() if name not in {"anyway", "token"}}
        described = {name: value for name, value in facts.items() if name != "category"}
        key = form_key(Product, form.cleaned_data["token"], described, {"category": facts["category"]})
        if not is_sent_again(Product, key) and (question := self.asks_first(form, facts)) is not None:
            return question
        product = create_product(by=self.request.user, at=self.at, **facts, **key)
        say(self.request, _("%(product)s was saved.") % {"product": product})
        return redirect("customers:product-detail", pk=product.pk)


class ProductEditView(ProductFormPage):
    form_class = EditProductForm

    @property
    def product(self) -> Product:
        if not hasattr(self, "_product"):
            rows = Product.objects.visible_to(self.request.user).select_related("category")
            self._product = get_object_or_404(rows, pk=self.kwargs["pk"])
        return self._product

    def get_initial(self) -> dict[str, Any]:
        category = self.product.category
        return {name: getattr(self.product, name) for name in COLUMNS} | {"category": category.name if category else ""}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        url = reverse("customers:product-detail", args=[self.product.pk])
        return super().get_context_data(product=self.product, cancel_url=url, **kwargs)

    def save(self, form: EditProductForm) -> HttpResponse:
        changed = {name: form.cleaned_data[name] for name in (*COLUMNS, "category") if name in form.cleaned_data}
        if (question := self.asks_first(form, form.initial | changed, self.product)) is not None:
            return question
        edit_product(self.product, by=self.request.user, at=self.at, **changed)
        say(self.request, _("Saved."))
        return redirect("customers:product-detail", pk=self.product.pk)


@action(may_keep_reference_data)
def archive(request: HttpRequest, pk: int) -> str:
    """Offered no longer."""
    product = get_object_or_404(Product.objects.visible_to(request.user), pk=pk)
    archive_product(product, by=request.user, at=timezone.now())
    say(request, _("%(product)s was archived.") % {"product": product}, undo=reverse("customers:product-restore", args=[pk]))
    return reverse("customers:product-detail", args=[pk])


@action(may_keep_reference_data)
def restore(request: HttpRequest, pk: int) -> str:
    product = get_object_or_404(Product.objects.visible_to(request.user), pk=pk)
    restore_product(product, by=request.user, at=timezone.now())
    text = _("%(product)s is in the lists again.") % {"product": product}
    say(request, text, undo=reverse("customers:product-archive", args=[pk]))
    return reverse("customers:product-detail", args=[pk])
