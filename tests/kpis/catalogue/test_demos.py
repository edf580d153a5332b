"""Demos and consultations, a worked example. Days are of Mehr 1404 unless a row says otherwise."""

from datetime import timedelta
from decimal import Decimal

import pytest

from campaigns.models import Channel
from kpis.definitions import Dimension
from leads.models import Activity, Lead, Opportunity, Stage
from tests.factories.kpis import tehran
from tests.kpis.proof import card, parts

pytestmark = pytest.mark.django_db
MEHR, SHAHRIVAR = tehran(2025, 9, 25), tehran(2025, 8, 25)


def test_demos(refresh):
    mail = Channel.objects.create(slug="mail", name="Mail")
    lead = Lead.objects.create(name="Ali", created_at=SHAHRIVAR, channel=mail)
    spam = Lead.objects.create(name="Prize", created_at=SHAHRIVAR, is_spam=True)
    deal = Opportunity.objects.create(name="Deal", lead=lead, stage=Stage.objects.get(kind="won"))
    later = MEHR + timedelta(days=3)
    booked = {"booked_at": MEHR, "due_at": later}
    for kind, facts in (
        ("demo", {"lead": lead, "done_at": later}),
        ("consultation", {"opportunity": deal, "done_at": later}),
        ("demo", {"lead": lead, "done_at": later, "outcome": "no_show"}),  # closed, but nobody came
        ("demo", {"lead": lead, "outcome": "no_show"}),
        ("demo", {"lead": lead}),  # still open
        ("call", {"lead": lead, "done_at": later}),  # no demo
        ("demo", {"lead": spam, "done_at": later}),
    ):
        Activity.objects.create(kind=kind, **booked, **facts)
    Activity.objects.create(kind="demo", lead=lead, booked_at=SHAHRIVAR, due_at=MEHR, done_at=MEHR)  # booked before
    refresh()

    # booked in Mehr: 5; held: 2 and the one booked before; nobody came to 2 of 3 + 2
    assert (card("demos_scheduled").value, card("demos_held").value) == (5, 3)
    value = card("demo_no_show_rate")
    assert (value.numerator, value.denominator, value.value) == (2, 5, Decimal("0.4"))
    assert parts("demos_scheduled", Dimension.CHANNEL) == {mail.pk: 5}
