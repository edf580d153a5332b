from decimal import Decimal

import pytest

from crm.confidence import (
    chi_square_tail,
    compare_shares,
    mismatch,
    newcombe,
    nps_interval,
    poisson,
    student,
    student_quantile,
    wilson,
)


def rounded(interval, digits):
    return tuple(round(bound, digits) for bound in interval)


@pytest.mark.parametrize(
    ("successes", "trials", "lower", "upper"),
    [
        (12, 100, 0.069994, 0.198121),
        (7, 10, 0.396778, 0.892209),
        (0, 20, 0, 0.161125),
        (20, 20, 0.838875, 1),
        (45, 300, 0.114032, 0.194818),
        (250, 500, 0.456341, 0.543659),
        (5, 200, 0.010725, 0.057178),
        (18, 60, 0.198982, 0.425087),
    ],
)
def test_wilson(successes, trials, lower, upper):
    assert rounded(wilson(successes, trials), 6) == (lower, upper)


def test_wilson_ends_exactly_at_zero_and_one():
    assert wilson(0, 7).lower == 0
    assert wilson(7, 7).upper == 1


def test_nothing_is_estimated_from_nothing():
    assert wilson(0, 0) is None
    assert nps_interval(0, 0, 0) is None
    assert newcombe(0, 0, 1, 2) is None
    assert newcombe(1, 2, 0, 0) is None
    assert student(1, 5, 25) is None
    assert student(0, 0, 0) is None


def test_nps():
    # 70 promoters and 20 detractors of 100: +50 ± 15.80
    assert rounded(nps_interval(70, 20, 100), 2) == (34.20, 65.80)


def test_nps_stays_on_its_scale():
    assert nps_interval(10, 0, 10) == (100, 100)
    assert nps_interval(9, 1, 10).upper == 100


# The usual tables of exact limits of a Poisson count.
@pytest.mark.parametrize(
    ("count", "lower", "upper"), [(0, 0, 3.689), (1, 0.025, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390), (29, 19.422, 41.649)]
)
def test_poisson(count, lower, upper):
    assert rounded(poisson(count), 3) == (lower, upper)


def test_newcombe():
    assert rounded(newcombe(200, 1000, 250, 1000), 6) == (0.013396, 0.086451)
    # The other way round the signs turn.
    assert rounded(newcombe(250, 1000, 200, 1000), 6) == (-0.086451, -0.013396)


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(1, 12.7062), (2, 4.3027), (4, 2.7764), (10, 2.2281), (30, 2.0423), (120, 1.9799), (100_000, 1.9600)],
)
def test_student_quantiles(freedom, quantile):
    assert round(student_quantile(freedom), 4) == quantile


def test_student_interval_of_a_mean():
    # Hours 2, 3, 5, 8, 12: mean 6, sum 30, squares 246, variance (246 − 180) / 4 = 16.5;
    # half width 2.776445 × √(16.5 / 5) = 5.043663
    assert rounded(student(5, 30, 246), 5) == (0.95634, 11.04366)
    assert student(5, Decimal(30), Decimal(246)) == student(5, 30, 246)


def test_student_of_equal_values_is_a_point():
    # 0.1 three times: in floats the variance would come out a little off zero.
    assert student(3, Decimal("0.3"), Decimal("0.03")) == (0.1, 0.1)


def test_two_shares_are_compared():
    assert [round(found, 6) for found in compare_shares(200, 1000, 250, 1000)] == [2.677398, 0.007420]
    assert round(compare_shares(100, 1000, 120, 1000).p, 6) == 0.152918
    assert compare_shares(250, 1000, 200, 1000).z == -compare_shares(200, 1000, 250, 1000).z
    assert compare_shares(0, 0, 1, 2) is None
    assert compare_shares(0, 10, 0, 10) is None
    assert compare_shares(10, 10, 10, 10) is None


# The usual table of χ²: what is exceeded in 5 % and in 0.1 % of cases.
@pytest.mark.parametrize(
    ("value", "freedom", "tail"),
    [
        (3.841459, 1, 0.05),
        (5.991465, 2, 0.05),
        (7.814728, 3, 0.05),
        (9.487729, 4, 0.05),
        (14.067140, 7, 0.05),
        (10.827566, 1, 0.001),
        (13.815511, 2, 0.001),
        (16.266236, 3, 0.001),
        (0, 3, 1),
    ],
)
def test_chi_square(value, freedom, tail):
    assert chi_square_tail(value, freedom) == pytest.approx(tail, rel=1e-5)


def test_groups_meant_to_be_equal():
    # χ² = 2 × 10² ÷ 110 = 1.818182, one degree of freedom: p = .177530
    assert round(mismatch([100, 120]), 6) == 0.177530
    assert mismatch([50, 50, 50]) == 1
    assert mismatch([]) is None
    assert mismatch([7]) is None
    assert mismatch([0, 0]) is None
