"""What was derived of a new row stays when a client that lost the answer sends the same nulls again."""

import pytest

from tests.api_client import Api
from tests.factories.crm import make_token

pytestmark = pytest.mark.django_db
MORNING = "2025-10-01T13:30:00+03:30"


@pytest.mark.parametrize(
    ("path", "sent", "name", "value"),
    [
        ("leads", {"name": "a", "channel": None, "utm": {"source": "instagram"}}, "channel", "social"),
        ("activities", {"kind": "task", "lead": {"external_id": "0"}, "done_at": None}, "done_at", None),
        (
            "activities",
            {"kind": "demo", "lead": {"external_id": "0"}, "booked_at": None, "created_at": MORNING},
            "booked_at",
            MORNING,
        ),
    ],
)
def test_nulls_sent_again_change_nothing(client, path, sent, name, value):
    api = Api(client, make_token(name="site"))
    api.post("/leads/", {"name": "a", "external_id": "0"})
    made = api.post(f"/{path}/", {"external_id": "1", **sent}).json()

    again = api.post(f"/{path}/bulk/", {"items": [{"external_id": "1", **sent}]}).json()["results"]

    assert (made[name], [result["status"] for result in again]) == (value, ["unchanged"])
