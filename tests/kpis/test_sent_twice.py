"""Forms of alerts, notes and reviews: the same one sent twice makes one row."""

import pytest

from kpis.models import AlertRule, Annotation, Review

pytestmark = pytest.mark.django_db
ALERT = {"kpi": "leads", "condition": "below", "bound": "20", "grain": "week", "of": ""}
NOTE = {"day": "2025-09-24", "text": "New prices"}
REVIEW = {"name": "Saturdays", "cadence": "week", "kpis": ["revenue", "leads"]}
FORMS = [
    (AlertRule, "/alerts/new/", ALERT, {"bound": "30"}),
    (Annotation, "/annotations/new/?kpi=leads", NOTE, {"text": "Newer prices"}),
    (Review, "/reviews/new/", REVIEW, {"name": "Sundays"}),
]


@pytest.mark.parametrize("form", FORMS)
def test_sent_twice_is_one_and_with_other_words_another(browse, sara, form):
    model, url, data, change = form
    client = browse(sara)
    token = {"token": client.get(url).context["form"].initial.get("token", "")}

    answers = [client.post(url, data | token) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert model.objects.count() == 1
    for _ in range(2):
        client.post(url, data | token | change)
    assert model.objects.count() == 2


@pytest.mark.parametrize("form", FORMS)
def test_somebody_elses_is_another(browse, sara, omid, form):
    model, url, data, _change = form
    client = browse(sara)
    token = {"token": client.get(url).context["form"].initial.get("token", "")}

    for user in (sara, omid):
        browse(user).post(url, data | token)

    assert sorted(model.objects.values_list("user", flat=True)) == sorted([sara.pk, omid.pk])


@pytest.mark.parametrize("url", [url for _model, url, _data, _change in FORMS[:2]])
def test_the_page_carries_its_token(browse, sara, url):
    assert '<input type="hidden" name="token" value="' in browse(sara).get(url).content.decode()


def test_a_note_that_was_removed_is_written_again(browse, sara):
    client, url = browse(sara), "/annotations/new/?kpi=leads"
    token = {"token": client.get(url).context["form"].initial["token"]}
    client.post(url, NOTE | token)
    Annotation.objects.update(is_removed=True)

    client.post(url, NOTE | token)

    assert sorted(Annotation.objects.values_list("is_removed", flat=True)) == [False, True]


def test_an_alert_is_changed_where_it_is(browse, sara):
    client = browse(sara)
    client.post("/alerts/new/", ALERT | {"token": client.get("/alerts/new/").context["form"].initial["token"]})
    rule = AlertRule.objects.get()

    client.post(f"/alerts/{rule.pk}/edit/", ALERT | {"bound": "40", "token": ""})

    assert AlertRule.objects.get().bound == 40
