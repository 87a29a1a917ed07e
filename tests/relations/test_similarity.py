from __future__ import annotations

import csv
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.actors import Membership
from detente.errors import WrongUse
from detente.relations.similarity import (
    cohen_kappa,
    ideal_gaps,
    joint_memberships,
    likeness,
    s_score,
    scott_pi,
)

portfolios = st.integers(2, 12).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 3), min_size=n, max_size=n)] * 2)
)


@pytest.mark.data
def test_germany_and_russia_of_1914_have_their_published_likeness(alignment_data):
    with (alignment_data / "similarity" / "germany_russia_1914.csv").open() as handle:
        rows = list(csv.DictReader(handle))
    one, other = ([float(row[who]) for row in rows] for who in ("germany", "russia"))
    found = likeness(one, other, highest=3)
    assert found.tau_b == pytest.approx(0.0303, abs=1e-4)
    assert found.s == pytest.approx(0.400, abs=1e-4)
    assert found.s_squared == pytest.approx(0.444444, abs=1e-6)
    assert found.kappa == pytest.approx(-0.0776, abs=1e-4)
    assert found.pi == pytest.approx(-0.086957, abs=1e-6)
    assert cohen_kappa(one, other, linear=True) == pytest.approx(-0.071429, abs=1e-6)
    assert scott_pi(one, other, linear=True) == pytest.approx(-0.084337, abs=1e-6)
    both = [[float(value > 0) for value in many] for many in (one, other)]
    assert cohen_kappa(*both) == pytest.approx(0.0625)


@given(portfolios)
def test_likeness_does_not_depend_on_who_is_named_first(pair):
    one, other = pair
    there, back = likeness(one, other, highest=3), likeness(other, one, highest=3)
    for name in ("pi", "kappa", "tau_b", "s", "s_squared"):
        assert (
            getattr(there, name) == pytest.approx(getattr(back, name), abs=1e-12)
            or getattr(there, name) is None
        )


@given(portfolios)
def test_a_portfolio_is_fully_like_itself(pair):
    one, _ = pair
    found = likeness(one, one, highest=3)
    assert found.s == 1
    assert found.kappa is None or found.kappa == pytest.approx(1)


def test_missing_items_are_left_out_and_nothing_in_common_is_no_number():
    nan = float("nan")
    assert likeness([1, nan, 3], [1, 2, nan], highest=3).items == 1
    assert likeness([nan], [1.0]).kappa is None
    assert s_score([0, 3], [3, 0], span=3, weights=[1, 0]) == -1
    with pytest.raises(WrongUse):
        likeness([1], [1, 2])


def test_gaps_of_ideal_points_have_a_trend_where_three_years_are_known():
    gaps = ideal_gaps({2000: 0.0, 2001: 0.0, 2002: 0.0}, {2000: 0.3, 2001: 0.2, 2002: 0.1, 2003: 1})
    assert [round(one.gap, 9) for one in gaps] == [0.3, 0.2, 0.1]
    assert gaps[0].trend is None
    assert gaps[2].trend == pytest.approx(-0.1)


def test_a_suspension_outweighs_a_seat_that_contradicts_it():
    seats = [
        Membership("A", "X", date(2000, 1, 1)),
        Membership("B", "X", date(2000, 1, 1)),
        Membership("B", "X", date(2010, 1, 1), None, "suspended"),
        Membership("A", "Y", date(2000, 1, 1)),
        Membership("B", "Y", date(2000, 1, 1)),
    ]
    assert joint_memberships(seats, "A", "B", date(2005, 1, 1)) == (("X", "Y"), 1.0)
    assert joint_memberships(seats, "A", "B", date(2011, 1, 1)) == (("Y",), 0.5)
    assert joint_memberships(seats, "A", "B", date(1990, 1, 1)) == ((), None)
