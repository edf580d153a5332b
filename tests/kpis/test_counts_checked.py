"""The check of customers who count once in a period: it has a statement for each of three counts, and each of their sides."""

import pytest
from django.db import connection

from kpis.catalogue.measures import BUYERS, CHURNED, ENGAGED
from kpis.engine.oncedrift import drift_of_counts
from kpis.models import Cross, Rollup

pytestmark = pytest.mark.usefixtures("db")


def differences():
    with connection.cursor() as cursor:
        return list(drift_of_counts(cursor))


@pytest.mark.parametrize("cube", [BUYERS, CHURNED, ENGAGED], ids=lambda cube: cube.key)
@pytest.mark.parametrize("stored", [Rollup, Cross])
def test_one_too_many_is_found_on_each_side(books, stored, cube):
    rows = stored.objects.filter(cube=cube.code)
    dimensions = sorted(set(rows.values_list("dimension", flat=True)))
    assert (differences(), dimensions[0], len(dimensions) > 1) == ([], 0, True)

    for dimension in dimensions:
        row = rows.filter(dimension=dimension).order_by("-start", "grain").first()
        rows.filter(pk=row.pk).update(m1=row.m1 + 1)
        (found,) = differences()
        assert found.startswith(f"{cube.key}: grain {row.grain}, {row.start}, dimension {dimension}/{row.member}")
        assert (found.endswith(" differs by -1"), "crossed with" in found) == (True, stored is Cross)
        rows.filter(pk=row.pk).update(m1=row.m1)
