"""PLOVER acts, their quads, and the manual's own view of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import WrongUse
from detente.ontology import ACTS, UNORDERED, Quad, Status, act, strict_plover

acts, statuses = st.sampled_from(sorted(ACTS)), st.sampled_from(list(Status))


def test_there_are_the_sixteen_acts_of_the_manual_four_in_each_kind_of_conflict_and_cooperation():
    by_quad = {quad: sorted(name for name, one in ACTS.items() if one.quad is quad) for quad in Quad}
    assert by_quad == {
        Quad.VERBAL_COOPERATION: ["AGREE", "CONCEDE", "CONSULT", "SUPPORT"],
        Quad.MATERIAL_COOPERATION: ["AID", "COOPERATE", "RETREAT"],
        Quad.VERBAL_CONFLICT: ["ACCUSE", "REJECT", "REQUEST", "THREATEN"],
        Quad.MATERIAL_CONFLICT: ["ASSAULT", "COERCE", "MOBILIZE", "PROTEST", "SANCTION"],
    }


def test_meeting_agreeing_and_acting_together_have_no_direction():
    assert frozenset({"CONSULT", "AGREE", "COOPERATE"}) == UNORDERED


def test_only_what_happened_or_goes_on_counts_towards_ties():
    assert {one for one in Status if one.counts} == {Status.HAPPENED, Status.ONGOING}


@given(acts)
def test_a_quad_is_cooperative_or_conflictual_and_verbal_or_material_as_its_label_says(name):
    quad = ACTS[name].quad
    assert quad.label == f"{'material' if quad.material else 'verbal'} " + (
        "cooperation" if quad.cooperative else "conflict"
    )


@given(acts, statuses)
def test_the_strict_view_never_turns_cooperation_into_conflict(name, status):
    assert ACTS[strict_plover(name, status)].quad.cooperative == ACTS[name].quad.cooperative


@given(acts, statuses)
def test_looking_strictly_twice_changes_nothing(name, status):
    once = strict_plover(name, status)
    assert strict_plover(once, status) == once


@given(acts, st.sampled_from([Status.HAPPENED, Status.ONGOING, Status.DENIED, Status.NEGATED]))
def test_what_is_not_announced_keeps_its_type_in_the_strict_view(name, status):
    assert strict_plover(name, status) == name


@given(acts)
def test_what_is_announced_is_never_material_in_the_strict_view(name):
    assert not ACTS[strict_plover(name, Status.PLANNED)].quad.material


@pytest.mark.parametrize(
    ("name", "status", "seen"),
    [
        ("AID", "planned", "AGREE"),
        ("CONSULT", "planned", "AGREE"),
        ("RETREAT", "planned", "CONCEDE"),
        ("SANCTION", "planned", "THREATEN"),
        ("ASSAULT", "hypothetical", "THREATEN"),
        ("REQUEST", "planned", "REQUEST"),
        ("ASSAULT", "denied", "ASSAULT"),
    ],
)
def test_an_announced_act_is_filed_as_the_manual_files_it(name, status, seen):
    assert strict_plover(name, status) == seen


def test_an_unknown_act_is_refused_and_the_known_ones_are_named():
    with pytest.raises(WrongUse, match="YIELD") as fault:
        act("YIELD")
    assert "RETREAT" in fault.value.near
