"""The CAMEO tree, its weights, and the way to PLOVER."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.ontology import ACTS, cameo, cameo_codes

CODES = list(cameo_codes().values())
codes = st.sampled_from(CODES)


def test_every_code_of_the_catalogue_is_there_under_twenty_roots():
    assert len(CODES) == 318
    assert {one.root for one in CODES} == {f"{n:02}" for n in range(1, 21)}


@given(codes)
def test_every_code_hangs_on_its_parent(one):
    if one.parent is None:
        assert one.code == one.root
    else:
        assert cameo(one.parent) is not None


@given(codes)
def test_goldstein_weights_lie_between_minus_ten_and_ten(one):
    for weight in (one.goldstein, one.goldstein_gdelt):
        assert weight is None or -10 <= weight <= 10


@given(codes)
def test_every_act_of_the_crosswalk_is_a_plover_act_and_only_the_first_two_roots_have_none(one):
    assert (one.act is None) == (one.root in ("01", "02"))
    if one.act is not None:
        assert one.act in ACTS


@given(codes)
def test_what_the_step_to_plover_drops_is_said(one):
    if one.act is None:
        assert "counts towards no tie" in one.lost


@given(codes)
def test_a_mode_belongs_to_its_act(one):
    if one.mode is not None and one.act is not None:
        assert one.mode in ACTS[one.act].modes, one


@given(st.text(max_size=6))
def test_text_is_a_code_or_none_and_leading_zeros_matter(text):
    found = cameo(text)
    assert found is None or found.code == text


@pytest.mark.parametrize(
    ("code", "act", "goldstein"),
    [("042", "CONSULT", 1.9), ("057", "SUPPORT", 8.0), ("112", "ACCUSE", -2.0), ("190", "ASSAULT", -10.0)],
)
def test_well_known_codes_have_their_act_and_weight(code, act, goldstein):
    found = cameo(code)
    assert found is not None
    assert (found.act, found.goldstein) == (act, goldstein)


@pytest.mark.data
def test_the_shipped_table_agrees_with_the_shared_one(shared_data: Path):
    path = shared_data / "event-coding" / "cameo.csv"
    if not path.exists():
        pytest.skip(f"there is no {path}")
    with path.open(encoding="utf-8") as lines:
        theirs = {row["code"]: row for row in csv.DictReader(lines)}
    assert set(theirs) == set(cameo_codes())
    for code, row in theirs.items():
        ours = cameo_codes()[code]
        assert ours.goldstein == (float(row["goldstein"]) if row["goldstein"] else None), code
