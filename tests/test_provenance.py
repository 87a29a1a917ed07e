"""Content hashes and ledgers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import StoreFault
from detente.provenance import COUNTS, FileLedger, Ledger, content_id

counts = st.integers(0, 10**9)


@st.composite
def ledgers(draw):
    header, blank, quarantined, duplicate, kept = (draw(counts) for _ in range(5))
    parsed = duplicate + kept
    return FileLedger(
        path=draw(st.text(max_size=10)),
        layout="made",
        lines=header + blank + parsed + quarantined,
        header=header,
        blank=blank,
        parsed=parsed,
        quarantined=quarantined,
        duplicate=duplicate,
        kept=kept,
        unresolved=draw(st.integers(0, kept)),
    )


@given(st.lists(st.text()))
def test_a_content_id_depends_on_the_content_alone(parts):
    assert content_id(*parts) == content_id(*parts)
    assert len(content_id(*parts)) == 16


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_other_parts_give_another_id_even_when_they_join_to_the_same_text(one, other):
    assert (content_id(*one) == content_id(*other)) == (one == other)


def test_content_ids_stay_the_same_between_releases():
    assert content_id("a", "b") == "3c9d591045bc8876"


@given(ledgers())
def test_a_ledger_that_adds_up_passes(ledger):
    assert ledger.check() is ledger


@given(ledgers(), st.sampled_from(["lines", "header", "blank", "parsed", "quarantined", "duplicate", "kept"]))
def test_a_ledger_with_one_count_off_by_one_does_not_pass(ledger, name):
    from dataclasses import replace

    with pytest.raises(StoreFault, match="does not add up"):
        replace(ledger, **{name: getattr(ledger, name) + 1}).check()


@given(st.lists(ledgers(), max_size=5))
def test_the_totals_of_ledgers_that_add_up_add_up_too(files):
    totals = Ledger(tuple(files)).totals()
    assert set(totals) == set(COUNTS)
    assert totals["lines"] == totals["header"] + totals["blank"] + totals["parsed"] + totals["quarantined"]
    assert totals["parsed"] == totals["duplicate"] + totals["kept"]


def test_a_ledger_prints_the_shape_others_rely_on():
    shape = Ledger((FileLedger("a.jsonl", "made", lines=1, parsed=1, kept=1),)).as_json()
    assert set(shape) == {"files", "totals"}
    assert set(shape["files"][0]) >= {"path", "layout", *COUNTS}
