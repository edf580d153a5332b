"""Every page of the settings, with rows in it: each opens, asks the database once for each thing, and speaks Persian."""

import re
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pghistory.models
import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.templatetags.admin_list import result_headers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags

from campaigns.models import Expense, LeadSource
from crm.models import ExchangeRate, User
from customers.models import Answer, Customer, InvitationSkip, Survey, Ticket, TicketEvent
from kpis.models import Alert, AlertRule, Annotation, Target
from leads.models import Activity, Touch
from tests.factories.campaigns import make_landing_page, make_post, make_session
from tests.factories.crm import make_token
from tests.factories.customers import make_cart, make_contract, make_invitation, make_order
from tests.factories.kpis import make_books, tehran
from tests.factories.leads import make_lead, make_opportunity, make_quote

pytestmark = pytest.mark.django_db

MODELS = list(admin.site._registry)
# What stays as it is between Persian words.
CODES = re.compile(r"\b(API|UTM|SKU|MQL|SQL|NPS|CSAT|TOTP|ROMI)\b")
AT = tehran(2025, 10, 1)
MEHR = date(2025, 9, 23)


@pytest.fixture(scope="module")
def company(once):
    """Two rows at least of whatever the settings list, each with relations of its own."""
    books = make_books()
    for channel, user, campaign in zip(books.channels, books.users, books.campaigns, strict=True):
        source = LeadSource.objects.create(slug=channel.slug, name="نمایشگاه")
        buyer = Customer.objects.create(name="مریم", owner=user)
        page = make_landing_page("ab")
        make_session(("/", "/start"), channel=channel, landing_page=page)
        make_post(campaign=campaign)
        order = make_order(((1, 100), (2, 300)), customer=buyer, rate=Decimal("1.5"), currency="EUR", discount=50)
        make_cart(customer=buyer, channel=channel, order=order)
        make_contract(customer=buyer)
        make_invitation(customer=buyer)
        InvitationSkip.objects.create(survey=Survey.objects.first(), customer=buyer, reason="no_order", at=AT)
        ticket = Ticket.objects.create(customer=buyer, subject="فاکتور")
        TicketEvent.objects.create(ticket=ticket, kind="opened", at=AT, by=user)
        Answer.objects.create(survey=Survey.objects.first(), customer=buyer, score=9, answered_at=AT)
        lead = make_lead(name="علی", owner=user, lead_source=source)
        Touch.objects.create(lead=lead, at=AT, channel=channel, campaign=campaign)
        make_quote(((1, 100), (2, 300)), opportunity=make_opportunity(name="فرصت", lead=lead, owner=user))
        Activity.objects.create(kind="call", lead=lead, owner=user, due_at=AT)
        Expense.objects.create(kind="ads", amount=7, channel=channel, valid_from=MEHR, valid_to=MEHR)
        ExchangeRate.objects.create(currency="EUR", day=MEHR + timedelta(days=channel.pk), rate=Decimal("0.00000125"))
        make_token(user)
        Authenticator.objects.create(user=user, type="totp", data={"secret": "s3cret"})
        make_plans(user, channel)
    return books


def make_plans(user, channel):
    facts = {"calendar": "jalali", "grain": "month", "channel": channel, "kpi": "revenue"}
    Target.objects.create(start=MEHR, value=Decimal(9_000), set_by=user, **facts)
    rule = AlertRule.objects.create(user=user, condition="above", bound=Decimal(5_000), **facts)
    rung = {"calendar": "jalali", "grain": "month", "start": MEHR, "condition": "above", "bound": 5_000, "version": 1}
    Alert.objects.create(rule=rule, value=6_000, raised_at=AT, mail="failed", **rung)
    Annotation.objects.create(user=user, day=MEHR, text="گرانی", kpi="revenue")


@pytest.fixture(scope="module")
def windows(company):
    """A superuser's browser in each language."""
    found = {}
    for language, calendar in (("fa", "jalali"), ("en", "gregorian")):
        root = User.objects.create_superuser(f"{language}@example.com", name="مدیر", language=language, calendar=calendar)
        found[language] = Client(headers={"host": "localhost"})
        found[language].force_login(root)
    return found


def asked_again(queries):
    """Queries that differ in nothing but a key."""
    shapes = Counter(re.sub(r"\d+|'[^']*'", "?", query["sql"]) for query in queries)
    return [shape for shape, times in shapes.items() if times > 1 and not shape.startswith(("SAVEPOINT", "RELEASE"))]


def latin(texts):
    """Those that are not whole in Persian."""
    return [text for text in map(strip_tags, map(str, texts)) if re.search("[A-Za-z]{2}", CODES.sub("", text))]


def test_records_and_their_columns_are_called_by_persian_names():
    """Of the settings, and whatever hangs on them; the engine's own sums are read by nobody."""
    ours = [model for app in ("crm", "campaigns", "customers", "leads") for model in apps.get_app_config(app).get_models()]
    with translation.override("fa"):
        names = {
            model._meta.label: [
                *latin((model._meta.verbose_name, model._meta.verbose_name_plural)),
                *latin(column.verbose_name for column in model._meta.local_fields if column.name != "pk"),
            ]
            for model in {*ours, *MODELS}
            if not issubclass(model, pghistory.models.Event)
        }

    assert {label: words for label, words in names.items() if words} == {}


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_every_list_and_its_first_row_open(windows, model, language):
    name, window = f"admin:{model._meta.app_label}_{model._meta.model_name}", windows[language]
    with CaptureQueriesContext(connection) as of_list:
        listed = window.get(reverse(f"{name}_changelist"))
    row = listed.context["cl"].result_list[0]
    with CaptureQueriesContext(connection) as of_row:
        opened = window.get(reverse(f"{name}_change", args=[row.pk]))

    assert [listed.status_code, opened.status_code] == [200, 200]
    assert asked_again(of_list.captured_queries) == []
    assert len(of_row) <= 12
    if language == "fa":
        with translation.override("fa"):
            assert latin(header["text"] for header in result_headers(listed.context["cl"])) == []
            assert latin(re.findall(r"<label[^>]*>(.*?)</label>", opened.content.decode(), re.DOTALL)) == []
        assert digits_in(listed) == []


def digits_in(response):
    """Latin digits that a person would read: not those of codes such as `network-4`."""
    page = response.content.decode()
    main = page[page.index('id="changelist-form"') :] if 'id="changelist-form"' in page else page
    cells = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", re.sub(r"<bdi.*?</bdi>", "", main), re.DOTALL)
    return [text for text in map(strip_tags, cells) if re.search("[0-9]", text) and not re.search("[a-z]", text)]


def test_what_is_typed_is_read_as_everywhere_and_the_history_tells_of_it(windows, company):
    """In toman, in Persian digits, by the Jalali calendar; what was left as it stood is no change."""
    window, campaign = windows["fa"], company.campaigns[0]
    url = reverse("admin:campaigns_campaign_change", args=[campaign.pk])
    for typed in ({"starts_on": "۱۴۰۴/۷/۱", "budget": "۲٬۵۰۰"}, {"name": "پاییز"}):
        form = window.get(url).context["adminform"].form
        shown = {name: form[name].value() for name in form.fields}
        sent = {name: "" if value is None else value for name, value in shown.items()}
        assert window.post(url, sent | typed).status_code == 302
    campaign.refresh_from_db()
    history = window.get(reverse("admin:campaigns_campaign_history", args=[campaign.pk]))
    rows = re.findall(r"<td>(.*?)</td>", history.content.decode().partition('id="change-history"')[2])
    listed = window.get(reverse("admin:campaigns_campaign_changelist")).content.decode()

    # 2,500 toman are 25,000 rials
    assert (campaign.name, campaign.starts_on, campaign.budget) == ("پاییز", MEHR, 25_000)
    assert rows == ["مدیر", "آغاز و بودجه تغییر یافتند.", "مدیر", "نام تغییر یافتند."]
    assert ('<time datetime="2025-09-23">۱۴۰۴/۰۷/۰۱</time>' in listed, "۲٬۵۰۰</bdi> تومان" in listed) == (True, True)


def test_a_lost_second_step_is_deleted_and_its_secret_never_shown(windows):
    (row, *_others), window = Authenticator.objects.all(), windows["en"]

    page = window.get(reverse("admin:mfa_authenticator_change", args=[row.pk])).content.decode()
    window.post(reverse("admin:mfa_authenticator_delete", args=[row.pk]), {"post": "yes"})

    assert ("TOTP" in page, "s3cret" in page) == (True, False)
    assert not Authenticator.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize(
    ("address", "sent", "slugs"),
    [
        # the API finds a source by its name's slug, so this is what its own would be
        ("campaigns_leadsource", {"name": "نمایشگاه تهران"}, ["نمایشگاه-تهران", "نمایشگاه-تهران-2"]),
        ("campaigns_leadsource", {"name": "؟!"}, ["leadsource-1", "leadsource-2"]),
        ("campaigns_leadsource", {"name": "Fair", "slug": "my-fair"}, ["my-fair"]),
    ],
)
def test_a_slug_that_is_not_typed_is_made(db, browse, address, sent, slugs):
    window = browse(User.objects.create_superuser("boss@example.com", "x", language="en"))
    model = apps.get_model(*address.split("_"))
    before = set(model.objects.values_list("slug", flat=True))

    for _time in slugs:
        window.post(reverse(f"admin:{address}_add"), sent)

    assert set(model.objects.values_list("slug", flat=True)) - before == set(slugs)
