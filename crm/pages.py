"""The generic pages that all apps declare theirs with: lists, records, forms, and the decorator of actions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid5

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.generic import FormView, TemplateView

from crm.forms.reader import ReaderForm
from crm.models import User
from crm.money import format_number
from crm.permissions import may_enter
from crm.preferences import Preferences
from crm.slips import removed_row
from crm.transactions import in_transaction

PAGE_SIZE = 25
FORM_SOURCE = "page"
RECENT, MOST_RECENT = "recent", 5  # records that somebody opened, for the command palette
LONGEST_SEARCH = 100
LONGEST_KEY = 19  # digits of the first key that PostgreSQL would not take
# Beyond it a list says “more than”: nobody reads the rest, and to count a million rows takes longer than all else.
MOST_COUNTED = 10_000
MOST_FOUND = 1_000  # the same of a search and of filters, which have to look into each row


class Gone(Exception):  # noqa: N818 -- what happened to the record, not that the program erred
    """What is asked for was deleted meanwhile; `url` is the list that it stood in."""

    def __init__(self, name: object, url: str) -> None:
        super().__init__(str(name))
        self.url = url

    def answer(self, request: HttpRequest) -> HttpResponse:
        messages.info(request, _("%(name)s is already gone.") % {"name": self})
        return redirect(self.url)


def row_or_gone(rows: QuerySet, pk: int, url: Callable[[Model], str], name: Callable[[Model], object] = str) -> Model:
    """One of the rows; of one that was deleted its list is told, and what never was is no page."""
    if row := rows.filter(pk=pk).first():
        return row
    if gone := removed_row(rows.model, pk):
        raise Gone(name(gone), url(gone))
    raise Http404


class Page(LoginRequiredMixin):
    """A page for those who are signed in and whom its rule lets in; the clock is read once, here."""

    permits: Callable[[User], bool] = staticmethod(may_enter)
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and not self.permits(request.user):
            raise PermissionDenied
        self.at = timezone.now()
        try:
            return super().dispatch(request, *args, **kwargs)
        except Gone as gone:
            return gone.answer(request)


@dataclass(frozen=True)
class Pager:
    """What `_parts/pager.html` shows."""

    previous_url: str
    next_url: str
    text: str = ""

    @classmethod
    def within(cls, query: QueryDict, part: str, *, after: Any, following: str | None) -> Pager:
        """Of a part of a page: back to where it begins, and on to what comes after the last row shown."""
        begin, then = query_with(query, after=None), query_with(query, after=following)
        return cls(f"{begin}#{part}" if after else "", f"{then}#{part}" if following else "")


@dataclass(frozen=True)
class Chip:
    """A filter that is on, in words, with the address of the page without it."""

    text: str
    remove_url: str

    @classmethod
    def not_offered(cls, label: Any, remove_url: str) -> Chip:
        return cls(_("%(filter)s: not available") % {"filter": label}, remove_url)


class ListPage(Page, TemplateView):
    """A list with its whole state in the URL, turned by the last row seen: OFFSET would read all rows before."""

    order_by = "id"
    is_newest_first = True
    page_size = PAGE_SIZE

    def get_queryset(self) -> QuerySet:
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        queryset = self.get_queryset()
        rows, pager = self.page_of(queryset)
        return super().get_context_data(rows=rows, pager=pager, **kwargs)

    def page_of(self, queryset: QuerySet) -> tuple[list[Any], Pager]:
        """One page and the ways on: `after` and `before` name the row where the page begins or ends."""
        before = self._cursor("before")
        after = None if before else self._cursor("after")
        is_back, cursor = before is not None, before or after
        descending = self.is_newest_first != is_back
        signs = [f"-{name}" if descending else name for name in dict.fromkeys((self.order_by, "pk"))]
        found = list(self._beyond(queryset, cursor, descending=descending).order_by(*signs)[: self.page_size + 1])
        has_more, rows = len(found) > self.page_size, found[: self.page_size]
        rows = rows[::-1] if is_back else rows
        has_previous, has_next = (has_more, True) if is_back else (cursor is not None, has_more)
        return rows, Pager(
            self.url_with(before=self._place(rows[0]), after=None) if rows and has_previous else "",
            self.url_with(after=self._place(rows[-1]), before=None) if rows and has_next else "",
        )

    def url_with(self, **changes: str | None) -> str:
        """This page's address with some parameters changed, or gone where None."""
        return f"{self.request.path}{query_with(self.request.GET, **changes)}"

    def count_text(self, shown: int, total: int, most: int = MOST_COUNTED) -> str:
        """“25 of 1,240”, “25 of more than 10,000”."""
        texts = {"shown": counted(shown, self.request.prefs), "total": counted(total, self.request.prefs, most)}
        return _("%(shown)s of %(total)s") % texts

    def _beyond(self, queryset: QuerySet, cursor: tuple[Any, int] | None, *, descending: bool) -> QuerySet:
        if cursor is None:
            return queryset
        value, pk = cursor
        side = "lt" if descending else "gt"
        if self.order_by == "id":
            return queryset.filter(**{f"pk__{side}": pk})
        further = Q(**{f"{self.order_by}__{side}": value}) | Q(**{f"pk__{side}": pk})
        # The first condition is the one that an index on (order_by, id) can start from.
        return queryset.filter(further, **{f"{self.order_by}__{side}e": value})

    def _place(self, row: Model) -> str:
        value = getattr(row, self.order_by)
        stamp = value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        return f"{stamp}_{row.pk}"

    def _cursor(self, name: str) -> tuple[Any, int] | None:
        """A place that cannot be read is no place: the list starts at its beginning."""
        stamp, _mark, pk = self.request.GET.get(name, "").rpartition("_")
        key = key_in(pk)
        if not stamp or key is None:
            return None
        if self.order_by == "id":
            return key, key
        value = self.value_in(stamp)
        return None if value is None else (value, key)

    def value_in(self, stamp: str) -> Any:
        """The value of `order_by` in a place of an address, a moment unless the list says otherwise; None for what is none."""
        try:
            value = datetime.fromisoformat(stamp)
        except ValueError:
            return None
        return value.astimezone(UTC) if value.tzinfo and 1900 < value.year < 9000 else None


def count_of(rows: QuerySet, most: int = MOST_COUNTED) -> int:
    """How many rows there are, up to one more than a list counts."""
    return rows.order_by().values("pk")[: most + 1].count()


def counted(count: int, prefs: Preferences, most: int = MOST_COUNTED) -> str:
    """A count in the reader's digits; one that was broken off says so."""
    text = format_number(min(count, most), prefs.language, latin_digits=prefs.latin_digits)
    return text if count <= most else _("more than %(count)s") % {"count": text}


class DetailPage(Page, TemplateView):
    """One record, found among those its reader may see."""

    def get_object(self) -> Model:
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.object = self.get_object()
        remember(self.request, self.object)
        return super().get_context_data(object=self.object, **kwargs)


def remember(request: HttpRequest, row: Model) -> None:
    """Keeps a record among the last ones its reader opened; they are forgotten at sign-out, with the session."""
    place, known = [row._meta.label_lower, row.pk], request.session.get(RECENT, [])
    recent = [place, *(kept for kept in known if kept != place)][:MOST_RECENT]
    if recent != known:
        request.session[RECENT] = recent


class FormPage(Page, FormView):
    """A form that knows its reader; what a service refuses is said on the form, with nothing lost."""

    form_class: type[ReaderForm]

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user, "prefs": self.request.prefs, "at": self.at}

    def save(self, form: ReaderForm) -> HttpResponse:
        raise NotImplementedError

    def form_valid(self, form: ReaderForm) -> HttpResponse:
        try:
            return in_transaction(lambda: self.save(form))
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)

    def form_invalid(self, form: ReaderForm) -> HttpResponse:
        form.focus_on_error()
        return self.render_to_response(self.get_context_data(form=form), status=422 if self.request.htmx else 200)


def posted(permits: Callable[[User], bool]) -> Callable:
    """A view that takes what those whom its rule lets in send."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @require_POST
        @login_required
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not permits(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        wrapped.permits = permits
        return wrapped

    return decorate


def action(permits: Callable[[User], bool]) -> Callable:
    """A view that changes one thing by POST and goes back to a page; what the service refuses becomes a message.

    The view returns the address to go to.
    """

    def decorate(view: Callable[..., str]) -> Callable[..., HttpResponse]:
        @posted(permits)
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                target = in_transaction(lambda: view(request, *args, **kwargs))
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
                return redirect(next_url(request, default=page_before(request)))
            except Gone as gone:
                return gone.answer(request)
            return redirect(next_url(request, default=target))

        return wrapped

    return decorate


def refusal(request: HttpRequest, text: str, *, status: int = 400) -> HttpResponse:
    """What was sent cannot be taken; nothing was changed."""
    return render(request, "400.html", {"refusal": text}, status=status)


def next_url(request: HttpRequest, default: str) -> str:
    """The page of ours that a form asks to return to, else the page it stands on, else the default."""
    return next(
        (wish for wish in (request.POST.get("next"), request.GET.get("next")) if wish and is_ours(request, wish)), default
    )


def page_before(request: HttpRequest) -> str:
    """The page that something was sent from: who is refused stays where they were."""
    page = request.headers.get("Referer", "")
    return page if is_ours(request, page) else "/"


def is_ours(request: HttpRequest, url: str) -> bool:
    """A whole address, or one from the root on: anything else would be taken for the name of a route."""
    return url.startswith(("/", "http")) and url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


def query_with(query: QueryDict, /, **changes: str | None) -> str:
    """A query string with some parameters changed, or gone where None; those left empty are dropped."""
    kept = {name: value for name, value in query.items() if value and name not in changes}
    kept |= {name: value for name, value in changes.items() if value}
    return f"?{urlencode(kept)}" if kept else "?"


def not_offered(query: QueryDict, chosen: Mapping[str, Any]) -> dict[str, str]:
    """The filters that an address names by something that is not offered (any more), such as a list that was removed.

    To leave them out would show, export and change more rows than were asked for: while there are some, nothing matches.
    """
    asked = {name: query.get(name, "").strip() for name in chosen}
    return {name: asked[name] for name, value in chosen.items() if asked[name] and not value}


def key_in(text: object) -> int | None:
    """The key of a row in a parameter, or None for what is no key."""
    typed = str(text or "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < LONGEST_KEY else None


def form_key(
    model: type[Model], token: UUID | None, facts: Mapping[str, Any], beside: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """The key of a row that a form makes: sent twice it is one row, sent again with other words it is another.

    It comes from the words, so that other words sent twice are one row as well; and from a row that says something
    else by now it leads on to the next. `beside` is what the form says that is no column of this row.
    """
    if token is None:
        return {}
    words = json.dumps([facts, beside or {}], sort_keys=True, default=worded)
    while True:
        token = uuid5(token, words)
        key = {"source": FORM_SOURCE, "external_id": str(token)}
        known = model.objects.filter(**key).first()
        if known is None or all(getattr(known, name) == value for name, value in facts.items()):
            return key


def worded(value: object) -> str:
    return str(value.pk) if isinstance(value, Model) else str(value)


def say(request: HttpRequest, text: str, *, undo: str = "") -> None:
    """A toast; `undo` is the address that takes the change back."""
    messages.success(request, text, extra_tags=undo)
