"""The store: keeping twice changes nothing, a reader sees all of a load or none."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.documents import make_document
from detente.errors import MissingStore, StoreFault
from detente.store import Store
from detente.store.manifest import read_manifest, writing
from making import events, made_event

DOCUMENTS = [make_document("China met Russia.", title="One"), make_document("Iran left.", title="Two")]
EVENTS = [made_event(origin="a"), made_event("RUS", "CHN", "AID", origin="b", published=date(2022, 9, 20))]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def ids(store: Store) -> tuple[list[str], list[str]]:
    snapshot = store.snapshot()
    return (
        sorted(snapshot.events.event_id.to_pyarrow().to_pylist()),
        sorted(snapshot.documents.document_id.to_pyarrow().to_pylist()),
    )


@settings(max_examples=6)
@given(st.lists(events(), max_size=5), st.lists(events(), max_size=5))
def test_loading_twice_changes_nothing_and_the_order_of_loads_does_not_matter(tmp_path_factory, one, other):
    there = Store(tmp_path_factory.mktemp("there"))
    back = Store(tmp_path_factory.mktemp("back"))
    for many in (one, other, one):
        there.keep([], many)
    for many in (other, one):
        back.keep([], many)
    assert ids(there) == ids(back)
    assert ids(there)[0] == sorted({event.event_id for event in (*one, *other)})


def test_keeping_twice_counts_the_rows_as_known_and_makes_no_new_version(store):
    first, second = store.keep(DOCUMENTS, EVENTS), store.keep(DOCUMENTS, EVENTS)
    assert (first.documents, first.events, first.version) == (2, 2, 1)
    assert (second.documents, second.events, second.version) == (0, 0, 1)
    assert (second.documents_known, second.events_known) == (2, 2)


def test_a_row_that_comes_twice_in_one_load_is_kept_once(store):
    kept = store.keep([DOCUMENTS[0]] * 3, [EVENTS[0]] * 2)
    assert (kept.documents, kept.events) == (1, 1)


def test_events_come_back_as_they_went_in_newest_first(store):
    store.keep([], EVENTS)
    assert store.snapshot().events_between("CHN", "RUS") == EVENTS[::-1]


def test_events_of_a_pair_can_be_asked_for_by_day(store):
    store.keep([], EVENTS)
    found = store.snapshot().events_between("CHN", "RUS", since=date(2022, 9, 14), until=date(2022, 9, 20))
    assert found == EVENTS[:1]


def test_the_newest_day_of_publication_is_the_default_as_of(store):
    assert store.snapshot().last_published() is None
    store.keep([], EVENTS)
    assert store.snapshot().last_published() == date(2022, 9, 20)


def test_a_reader_keeps_the_version_it_opened(store):
    store.keep([], EVENTS[:1])
    before = store.snapshot()
    store.keep([], EVENTS)
    assert before.events.count().to_pyarrow().as_py() == 1
    assert store.snapshot().events.count().to_pyarrow().as_py() == 2


def test_an_empty_store_answers_with_empty_tables(store):
    snapshot = store.snapshot()
    assert snapshot.empty
    assert snapshot.documents.count().to_pyarrow().as_py() == 0


def test_a_store_must_exist_to_be_read(tmp_path):
    with pytest.raises(MissingStore, match="no store") as fault:
        Store.existing(tmp_path / "nowhere")
    assert "detente load" in fault.value.try_


def test_what_a_killed_load_left_behind_is_not_seen(store):
    store.keep(DOCUMENTS, EVENTS)
    before = ids(store)
    (store.folder / "parts" / "events-000002-dead.parquet").write_bytes(b"half a file")
    (store.folder / "parts" / "events-000003-dead.parquet.unfinished").write_bytes(b"")
    (store.folder / "manifest.json.new").write_text('{"version": 9')
    assert ids(store) == before
    assert store.keep([], [made_event("IRN", "CHN", "AID")]).version == 2


def test_a_load_that_cannot_be_written_leaves_the_store_as_it_was(store, monkeypatch):
    store.keep(DOCUMENTS, EVENTS[:1])
    before = ids(store)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("detente.store.loading.write_manifest", full)
    with pytest.raises(StoreFault, match="No space left") as fault:
        store.keep([], EVENTS)
    assert "--store" in fault.value.try_
    assert ids(store) == before


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"version": "new", "schema": 1, "parts": [], "loads": []}',
        b'{"version": 1, "schema": "x", "parts": [], "loads": []}',
        b'{"version": 1, "schema": 1, "parts": [{"name": "x"}], "loads": []}',
        b'{"version": 1, "schema": 1, "parts": 3, "loads": []}',
    ],
)
def test_a_damaged_manifest_is_named_with_the_way_out(store, text):
    store.keep([], EVENTS)
    (store.folder / "manifest.json").write_bytes(text)
    with pytest.raises(StoreFault, match="damaged") as fault:
        store.snapshot()
    assert "manifest.json" in fault.value.where
    assert "restore" in fault.value.try_


def test_a_store_of_a_newer_release_is_left_alone(store):
    store.keep([], EVENTS)
    path = store.folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema": 99}))
    with pytest.raises(StoreFault, match="newer"):
        store.keep([], EVENTS)


@pytest.mark.parametrize("how", ["missing", "damaged"])
def test_a_part_that_is_missing_or_damaged_is_named_by_reader_and_writer(store, how):
    store.keep([], EVENTS)
    (part,) = (store.folder / "parts").glob("events-*")
    part.unlink() if how == "missing" else part.write_bytes(b"not parquet at all")
    with pytest.raises(StoreFault, match=f"{how}: {part.name}"):
        _ = store.snapshot().events
    with pytest.raises(StoreFault, match=f"{how}: {part.name}"):
        store.keep([], EVENTS)


def test_a_file_in_the_place_of_the_store_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreFault) as fault:
        Store(tmp_path / "file" / "store").keep([], EVENTS)
    assert "--store" in fault.value.try_


def test_the_manifest_names_every_load(store):
    store.keep([], EVENTS[:1], load={"files": ["a.jsonl"]})
    store.keep([], EVENTS, load={"files": ["b.jsonl"]})
    manifest = read_manifest(store.folder)
    assert [one["files"] for one in manifest.loads] == [["a.jsonl"], ["b.jsonl"]]
    assert sum(one.rows for one in manifest.parts) == 2


def test_one_writer_alone_has_nothing_to_say(tmp_path):
    said: list[str] = []
    with writing(tmp_path, said.append):
        pass
    assert said == []
