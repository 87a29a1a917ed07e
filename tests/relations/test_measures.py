"""Measures on events: what counts, and what a later day or another name changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.events import events_table
from detente.relations import counted, dyad_series, movers, totals
from making import ACTORS, FIRST_DAY, events, made_event

AS_OF = FIRST_DAY + timedelta(days=250)
many = st.lists(events(dated=False), max_size=12)
few = settings(max_examples=5)


def rows_of(table) -> list[dict]:
    return table.to_pyarrow().to_pylist()


def table_of(found) -> ibis.Table:
    return ibis.memtable(events_table(found))


@few
@given(many)
def test_a_series_as_of_a_day_ignores_later_news(found):
    known = [one for one in found if one.published and one.published <= AS_OF]
    for measure in (dyad_series, totals):
        assert rows_of(measure(table_of(found), as_of=AS_OF)) == rows_of(
            measure(table_of(known), as_of=AS_OF)
        )
    assert rows_of(movers(table_of(found), as_of=AS_OF, days=60)) == rows_of(
        movers(table_of(known), as_of=AS_OF, days=60)
    )


@few
@given(many, st.permutations(ACTORS))
def test_renaming_the_actors_renames_the_results_and_nothing_else(found, names):
    other = dict(zip(ACTORS, names, strict=True))
    renamed = [
        replace(one, source=other[one.source], target=one.target and other[one.target]) for one in found
    ]

    def seen(events, translate):
        return {
            (frozenset(translate.get(row[side], row[side]) for side in ("first", "second")), row["period"]): (
                row["cooperative"],
                row["conflictual"],
                row["material"],
                row["acts"],
            )
            for row in rows_of(dyad_series(table_of(events), as_of=AS_OF))
        }

    assert seen(found, other) == seen(renamed, {})


@few
@given(many)
def test_every_period_adds_up_and_all_units_give_the_same_total(found):
    table = table_of(found)
    sums = set()
    for every in ("day", "week", "month", "year"):
        rows = rows_of(dyad_series(table, as_of=AS_OF, every=every))
        assert all(row["acts"] == row["cooperative"] + row["conflictual"] for row in rows)
        sums.add(sum(row["acts"] for row in rows))
    sums.add(sum(row["acts"] for row in rows_of(totals(table, as_of=AS_OF))))
    assert len(sums) == 1


@few
@given(many)
def test_hearing_everything_twice_counts_nothing_twice(found):
    echoes = [replace(one, event_id=one.event_id + "-echo") for one in found]
    assert rows_of(totals(table_of([*found, *echoes]), as_of=AS_OF)) == rows_of(
        totals(table_of(found), as_of=AS_OF)
    )


@pytest.mark.parametrize(
    "event",
    [
        made_event(status="planned"),
        made_event(status="denied"),
        made_event(published=None),
        made_event(target=None),
        made_event(act=None, cameo="010"),
        made_event("CHN", "CHN"),
        made_event(published=date(2023, 1, 1)),
    ],
)
def test_what_did_not_happen_or_is_not_known_counts_for_nothing(event):
    assert rows_of(counted(table_of([event]), as_of=date(2022, 12, 31))) == []


def test_a_meeting_told_from_both_sides_on_one_day_is_one_act_and_help_both_ways_is_two():
    meeting = [
        made_event("CHN", "RUS", "CONSULT", origin="a"),
        made_event("RUS", "CHN", "CONSULT", origin="b"),
    ]
    helping = [made_event("CHN", "RUS", "AID"), made_event("RUS", "CHN", "AID")]
    assert len(rows_of(counted(table_of(meeting), as_of=date.max))) == 1
    assert len(rows_of(counted(table_of(helping), as_of=date.max))) == 2


def test_a_pair_that_turned_hostile_is_the_first_mover():
    day = date(2022, 9, 30)
    warm = [
        made_event("CHN", "RUS", "AID", published=day - timedelta(days=n), start=n) for n in range(31, 40)
    ]
    cold = [made_event("CHN", "RUS", "ASSAULT", published=day - timedelta(days=n), start=n) for n in range(9)]
    steady = [made_event("IND", "USA", "AID", published=day - timedelta(days=n), start=n) for n in range(60)]
    first, second = rows_of(movers(table_of([*warm, *cold, *steady]), as_of=day, days=30))
    assert (first["first"], first["second"]) == ("CHN", "RUS")
    assert first["shift"] < -1.5 < -0.1 < second["shift"] < 0.1


@pytest.mark.parametrize("days", [1, 10**6, 10**12])
def test_a_span_longer_than_the_calendar_reaches_to_its_beginning(days):
    rows = rows_of(movers(table_of([made_event()]), as_of=date(2022, 9, 14), days=days))
    assert [row["recent_cooperative"] for row in rows] == [1]
