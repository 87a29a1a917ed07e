"""Every real sample and every made-up file: all lines accounted for, twice the same, actors and days as they should be."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from detente.ingest import load
from detente.store import Store

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "feeds"
REAL = {
    "gdelt2-events/20191024143000.export.CSV.gz": ("GDELT 2.0 events", 2111),
    "gdelt2-events/english-100.export.CSV.gz": ("GDELT 2.0 events", 100),
    "gdelt2-mentions/english-100.mentions.CSV.gz": ("GDELT 2.0 mentions", 100),
    "gdelt2-gkg/english-100.gkg.csv.gz": ("GDELT 2.1 knowledge graph", 100),
    "gdelt1-gkg/gkg1-11col-95.csv.gz": ("GDELT 1.0 knowledge graph", 95),
    "gdelt1-events/mixed-57-58-columns-100.csv.gz": ("GDELT 1.0 events", 100),
    "icews/events.20180601.tab.gz": ("ICEWS events, 20 columns", 2359),
    "phoenix/phoenix-rt-sample-a.csv.gz": ("Phoenix real-time events, 28 columns", 2500),
    "acled/acled-argentina-326.csv.gz": ("ACLED export, 31 columns", 326),
    "polecat/header-only.txt": ("POLECAT events, 40 columns", 0),
}
MADE = {
    "gdelt2.export.CSV": "GDELT 2.0 events",
    "gdelt1-daily.export.CSV": "GDELT 1.0 events",
    "gdelt1-backfile.csv": "GDELT 1.0 events",
    "gdelt2.mentions.CSV": "GDELT 2.0 mentions",
    "gdelt2.gkg.csv": "GDELT 2.1 knowledge graph",
    "icews.tab": "ICEWS events, 20 columns",
    "polecat.txt": "POLECAT events, 40 columns",
    "phoenix-daily.txt": "Phoenix real-time events, 26 columns",
    "phoenix-historical.csv": "Phoenix historical events, 25 columns",
    "acled.csv": "ACLED export, 31 columns",
    "own-table.csv": "a table of events, 7 columns",
    "events.jsonl": "event rows, JSON lines",
    "news.rss.xml": "RSS or Atom",
    "news.atom.xml": "RSS or Atom",
}


@pytest.mark.data
@pytest.mark.parametrize("name", REAL)
def test_a_real_sample_loads_with_every_line_accounted_for(name, shared_data, tmp_path, coder):
    layout, rows = REAL[name]
    path = shared_data / "formats" / name
    done = load([str(path)], Store(tmp_path / "store"), coder)
    (one,) = done.ledger.files
    assert (one.layout, one.parsed, one.quarantined) == (layout, rows, 0)
    assert one.why
    again = load([str(path)], Store(tmp_path / "store"), coder)
    assert again.ledger.files[0].kept == 0
    assert again.kept.version == done.kept.version
    thrice = load([str(path)], Store(tmp_path / "store"), coder, again=True)
    assert thrice.ledger.files[0].kept == 0, "rows are known even where the file is read again"


@pytest.mark.parametrize("name", MADE)
def test_a_made_up_file_is_known_by_its_shape_and_loads_without_a_loss(name, tmp_path, coder):
    done = load([str(EXAMPLES / name)], Store(tmp_path / "store"), coder)
    (one,) = done.ledger.files
    assert one.layout == MADE[name]
    assert one.quarantined == 0
    assert one.kept > 0


def test_a_new_user_can_load_all_examples_and_ask_who_moved(detente, monkeypatch, coder):
    monkeypatch.setattr("detente.pipeline.make_coder", lambda *_, **__: coder)
    ran = detente("load", *map(str, sorted(EXAMPLES.iterdir())))
    assert ran.code == 0, ran.err
    moved = detente("movers", "--days", "90")
    assert moved.code == 0, moved.err
    assert len(moved.out.splitlines()) > 4, moved.out


@pytest.mark.data
def test_the_large_gdelt_file_has_the_facts_its_page_tells(shared_data, tmp_path, coder):
    store = Store(tmp_path / "store")
    done = load([str(shared_data / "formats/gdelt2-events/20191024143000.export.CSV.gz")], store, coder)
    assert done.ledger.files[0].same_article == 466
    rows = store.snapshot().events.to_pyarrow().to_pylist()
    precision = Counter(row["day_precision"] for row in rows)
    assert precision == {"day": 2051 + 9, "week": 7, "month": 20, "year": 24}
    assert all((row["day"] is None) == (row["day_precision"] != "day") for row in rows)
    assert {row["published"] for row in rows} == {date(2019, 10, 24)}
    assert {row["published_basis"] for row in rows} == {"added"}
    assert len({row["event_id"] for row in rows}) == 2111
    assert all(row["cameo"].isdigit() and len(row["cameo"]) >= 2 for row in rows)
    assert any(row["cameo"].startswith("0") for row in rows)
    different = [r for r in rows if r["source"] and r["target"] and r["source"] != r["target"]]
    assert 430 <= len(different) <= 480
    assert all((row["act"] is None) == (row["cameo"][:2] in ("01", "02")) for row in rows)


@pytest.mark.data
def test_gdelt_1_keeps_rows_dated_after_their_ingest_and_caps_them(shared_data, tmp_path, coder):
    store = Store(tmp_path / "store")
    load([str(shared_data / "formats/gdelt1-events/mixed-57-58-columns-100.csv.gz")], store, coder)
    rows = store.snapshot().events.to_pyarrow().to_pylist()
    late = [row for row in rows if "dated after it was added" in (row["flags"] or "")]
    assert len(late) == 10
    assert {row["day"] for row in late} == {date(2013, 4, 1)}
    assert {row["source_raw"] for row in rows if "UIS" in row["source_raw"]} <= {"UIS"}


@pytest.mark.data
def test_phoenix_codes_get_their_leading_zero_back(shared_data, tmp_path, coder):
    store = Store(tmp_path / "store")
    load([str(shared_data / "formats/phoenix/phoenix-rt-sample-a.csv.gz")], store, coder)
    codes = {row for row in store.snapshot().events.cameo.to_pyarrow().to_pylist() if row}
    assert {"010", "043", "0311", "190"} <= codes
    assert "43" not in codes
    assert "311" not in codes


@pytest.mark.data
def test_an_archive_may_be_counted_by_its_event_dates(shared_data, tmp_path, coder):
    store = Store(tmp_path / "store")
    path = shared_data / "formats/gdelt1-events/mixed-57-58-columns-100.csv.gz"
    load([str(path)], store, coder, published_by="event")
    rows = store.snapshot().events.to_pyarrow().to_pylist()
    assert min(row["published"] for row in rows) == date(1979, 1, 1)
    assert {row["published_basis"] for row in rows} == {"event"}


def test_a_second_load_under_another_name_changes_nothing(tmp_path, coder):
    copy = tmp_path / "renamed.txt"
    copy.write_bytes((EXAMPLES / "gdelt2.export.CSV").read_bytes() + b"\n")
    store = Store(tmp_path / "store")
    first = load([str(EXAMPLES / "gdelt2.export.CSV")], store, coder)
    second = load([str(copy)], store, coder)
    assert first.ledger.files[0].kept == 60
    assert (second.ledger.files[0].duplicate, second.ledger.files[0].kept) == (60, 0)
    assert second.ledger.files[0].blank == 1
