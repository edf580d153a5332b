from crm.models.holiday import Holiday
from crm.models.idempotency import IdempotencyKey
from crm.models.organization import ExchangeRate, Organization
from crm.models.people_list import PeopleList
from crm.models.record import Record, RecordQuerySet
from crm.models.token import ApiToken
from crm.models.user import Team, User

__all__ = [
    "ApiToken",
    "ExchangeRate",
    "Holiday",
    "IdempotencyKey",
    "Organization",
    "PeopleList",
    "Record",
    "RecordQuerySet",
    "Team",
    "User",
]
