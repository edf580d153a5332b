"""Reports by e-mail of a month that has not ended yet, and when they are due."""

from kpis.models import Mailing
from kpis.services import set_mailing
from tests.factories.kpis import tehran

MADE = tehran(2025, 10, 20, 12)  # Monday 28 Mehr 1404
DUE = tehran(2025, 10, 23, 8)  # 1 Aban 1404, 08:00: Mehr has ended


def make_mailing(user, *readers, at=MADE, **facts):
    given = {"name": "Leads of the month", "kpi": "leads", "cadence": "month", "calendar": "jalali", "hour": 8} | facts
    return set_mailing(Mailing(), given | {"user": user}, readers or [user], at=at)
