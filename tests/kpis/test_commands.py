"""The engine's commands as they are typed."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from kpis.management.commands.doctor import mails
from kpis.management.commands.refresh_kpis import day_typed
from kpis.models import Delivery
from leads.models import QuoteMail
from tests.factories.kpis import tehran
from tests.factories.leads import make_lead, make_quote
from tests.factories.mailings import make_mailing

pytestmark = pytest.mark.django_db

NOW = tehran(2025, 9, 23, 10)


def test_the_comparison_runs_once_and_says_of_what():
    said = StringIO()

    # with the system checks, as on a command line: they are another thing
    call_command("refresh_kpis", "--check", stdout=said, skip_checks=False)

    assert said.getvalue() == "No difference between the stored figures and a full recompute.\n"


def test_days_may_be_of_either_calendar():
    assert [day_typed(text) for text in ("1404-07-01", "۱۴۰۴/۷/۱", "2025-09-23")] == [date(2025, 9, 23)] * 3
    with pytest.raises(CommandError, match="“soon” is not a date"):
        call_command("refresh_kpis", "--rebuild", "--from", "soon")


def test_the_doctor_names_mails_that_were_refused_of_late(sara):
    recipient = make_mailing(sara, sara).recipients.get()
    for days in (1, 8):
        at = NOW - timedelta(days=days)
        Delivery.objects.create(
            recipient=recipient,
            grain="day",
            calendar="jalali",
            start=at.date(),
            mail="failed",
            mail_at=at,
            mail_error="no such box",
        )

    facts = {"mail": "failed", "mail_at": NOW, "mail_error": "550 no such box", "created_at": NOW}
    QuoteMail.objects.create(quote=make_quote(lead=make_lead()), **facts)

    assert list(mails(NOW)) == [
        "mails of reports that were refused in the last week: 1, the last one on 2025-09-22 06:30: no such box",
        "mails of quotes that were refused in the last week: 1, the last one on 2025-09-23 06:30: 550 no such box",
    ]
