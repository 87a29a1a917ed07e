"""The laws of the store: kept by content, whole after any kill or full disk, read while it is written, judged anew beside the data."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import environment
from detente.errors import NothingFound, StoreFault, WrongUse
from detente.ingest import load
from detente.relations import counted, movers, totals
from detente.store import Store
from detente.store import loading as loading_room
from detente.store.checks import check_store
from detente.store.corrections import correct
from making import events, made_event

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "feeds"
LAST = date(2030, 1, 1)
TABLES = [
    EXAMPLES / name
    for name in (
        "gdelt2.export.CSV",
        "icews.tab",
        "polecat.txt",
        "phoenix-daily.txt",
        "own-table.csv",
        "gdelt2.mentions.CSV",
    )
]


def ids(store: Store) -> list[str]:
    return sorted(store.snapshot().events.event_id.to_pyarrow().to_pylist())


@settings(max_examples=25)
@given(st.lists(events(dated=False), max_size=30), st.lists(events(dated=False), max_size=30))
def test_events_are_kept_once_however_they_are_given(tmp_path_factory, first, second):
    store = Store(tmp_path_factory.mktemp("s") / "store")
    store.keep([], first)
    store.keep([], [*second, *first])
    store.keep([], second)
    assert ids(store) == sorted({one.event_id for one in (*first, *second)})


@settings(max_examples=25)
@given(st.lists(events(), min_size=1, max_size=60), st.randoms())
def test_repetitions_settled_at_loading_count_as_those_found_when_asked(tmp_path_factory, some, rng):
    """`same_act`, worked out load by load, gives what the window over all rows gives."""
    store = Store(tmp_path_factory.mktemp("s") / "store")
    left = list(some)
    while left:
        many = rng.randint(1, len(left))
        store.keep([], left[:many])
        left = left[many:]
    table = store.snapshot().events
    as_loaded = totals(table, as_of=LAST).to_pyarrow().to_pylist()
    when_asked = totals(table.drop("same_act", "same_article"), as_of=LAST).to_pyarrow().to_pylist()
    assert as_loaded == when_asked


def test_the_files_may_come_in_any_order_and_in_any_number_of_loads(tmp_path, coder):
    one = Store(tmp_path / "one")
    load([str(path) for path in TABLES], one, coder)
    other = Store(tmp_path / "other")
    for path in reversed(TABLES):
        load([str(path)], other, coder)
    assert ids(one) == ids(other)
    sides = [totals(store.snapshot().events, as_of=LAST).to_pyarrow().to_pylist() for store in (one, other)]
    assert sides[0] == sides[1]


def test_small_flushes_give_the_same_store_as_one(tmp_path, coder, monkeypatch):
    big = Store(tmp_path / "big")
    load([str(path) for path in TABLES], big, coder)
    monkeypatch.setattr(loading_room, "FLUSH_ROWS", 7)
    small = Store(tmp_path / "small")
    done = load([str(path) for path in TABLES], small, coder)
    assert ids(small) == ids(big)
    assert (
        done.ledger.totals()["kept"]
        == load([str(p) for p in TABLES], big, coder, again=True).ledger.totals()["duplicate"]
    )


def test_parts_hold_one_month_and_know_their_days(tmp_path, coder):
    store = Store(tmp_path / "store")
    load([str(EXAMPLES / "gdelt2.export.CSV")], store, coder)
    for part in store.snapshot().manifest.parts:
        if part.table == "events":
            days = pq.read_table(store.folder / "parts" / part.file, columns=["published"])[
                "published"
            ].to_pylist()
            assert len({(day.year, day.month) for day in days}) == 1
            assert (min(days).isoformat(), max(days).isoformat()) == (part.since, part.until)


def test_many_small_loads_are_merged_and_nothing_is_lost(tmp_path):
    store = Store(tmp_path / "store")
    for n in range(30):
        store.keep([], [made_event(start=n, published=date(2022, 9, 1 + n % 28))])
    assert len(ids(store)) == 30
    assert len(store.snapshot().manifest.files("events")) < 20
    assert not check_store(store).faults


def test_a_reader_of_an_older_version_is_not_disturbed_by_merging(tmp_path):
    store = Store(tmp_path / "store")
    for n in range(11):
        store.keep([], [made_event(start=n)])
    old = store.snapshot()
    for n in range(11, 30):
        store.keep([], [made_event(start=n)])
    assert old.events.count().to_pyarrow().as_py() == 11


def test_a_store_of_the_first_schema_is_read_and_upgraded_by_the_next_load(tmp_path):
    import json

    from detente.events import events_table

    folder = tmp_path / "store"
    (folder / "parts").mkdir(parents=True)
    old = [made_event(start=n, published=date(2022, 9, 1) + timedelta(days=n)) for n in range(40)]
    pq.write_table(
        events_table([*old, made_event(start=0, published=date(2022, 9, 1), origin="b")]),
        folder / "parts" / "e.parquet",
    )
    manifest = {
        "version": 3,
        "schema": 1,
        "parts": [{"table": "events", "file": "e.parquet", "rows": 41}],
        "loads": [],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    store = Store(folder)
    before = totals(store.snapshot().events, as_of=LAST).to_pyarrow().to_pylist()
    assert store.snapshot().last_published() == date(2022, 10, 10)
    store.keep([], [made_event(start=0, published=date(2022, 9, 1)), made_event("IND", "CHN", start=1)])
    after = store.snapshot()
    assert after.manifest.schema == 2
    assert all(part.schema == 2 for part in after.manifest.parts)
    assert len(ids(store)) == 42
    assert totals(after.events, as_of=LAST).to_pyarrow().to_pylist()[-1:] == before


def test_a_store_of_a_later_schema_is_refused_with_what_to_do(tmp_path):
    import json

    (tmp_path / "manifest.json").write_text(
        json.dumps({"version": 1, "schema": 99, "parts": [{"new": 1}], "loads": []})
    )
    with pytest.raises(StoreFault, match="newer"):
        Store(tmp_path).snapshot()


# --- corrections


def test_a_correction_changes_what_is_read_and_not_what_is_kept(tmp_path):
    store = Store(tmp_path / "store")
    event = made_event("CHN", "RUS", "ASSAULT")
    store.keep([], [event, made_event("CHN", "IND", start=5)])
    parts = {
        one.file: (store.folder / "parts" / one.file).read_bytes() for one in store.snapshot().manifest.parts
    }
    before, after = correct(
        store, event.event_id, {"act": "CONSULT"}, why="a visit", made="2024-01-01T00:00:00"
    )
    assert (before.act, after.act, after.quad, after.symmetric) == ("ASSAULT", "CONSULT", 1, True)
    rows = {row["event_id"]: row for row in store.snapshot().events.to_pyarrow().to_pylist()}
    assert rows[event.event_id]["act"] == "CONSULT"
    assert len(rows) == 2
    assert all((store.folder / "parts" / file).read_bytes() == data for file, data in parts.items())
    correct(store, event.event_id, {"act": "AID"}, why="better", made="2024-01-02T00:00:00")
    assert store.snapshot().event(event.event_id).act == "AID"


def test_a_corrected_row_lets_the_report_it_hid_count_again(tmp_path):
    store = Store(tmp_path / "store")
    twins = [made_event("CHN", "RUS", "AID", start=n) for n in range(2)]
    store.keep([], twins)
    assert counted(store.snapshot().events, as_of=LAST).count().to_pyarrow().as_py() == 1
    first = next(
        row["event_id"] for row in store.snapshot().events.to_pyarrow().to_pylist() if not row["same_act"]
    )
    correct(store, first, {"status": "denied"}, why="it was denied", made="2024-01-01T00:00:00")
    assert counted(store.snapshot().events, as_of=LAST).count().to_pyarrow().as_py() == 1
    assert movers(store.snapshot().events, as_of=date(2022, 10, 1), days=30).count().to_pyarrow().as_py() == 1


def test_a_correction_needs_a_reason_an_event_and_a_real_act(tmp_path):
    store = Store(tmp_path / "store")
    event = made_event()
    store.keep([], [event])
    with pytest.raises(WrongUse, match="reason"):
        correct(store, event.event_id, {"act": "AID"}, why=" ", made="x")
    with pytest.raises(WrongUse, match="no PLOVER act"):
        correct(store, event.event_id, {"act": "HUG"}, why="so", made="x")
    with pytest.raises(NothingFound):
        correct(store, "nothing", {"act": "AID"}, why="so", made="x")


def test_corrections_are_made_and_exported_on_the_command_line(detente, tmp_path):
    store = Store(tmp_path / "default-store")
    event = made_event("CHN", "RUS", "ASSAULT")
    store.keep([], [event])
    ran = detente("correct", event.event_id, "--act", "consult", "--target", "India", "--why", "misread")
    assert ran.code == 0, ran.err
    assert store.snapshot().event(event.event_id).target == "IND"
    ran = detente("correct", "--export")
    assert ran.out.count("misread") == 2
    assert detente("correct", event.event_id, "--act", "AID").code == 2
    assert detente("doctor").code == 0


# --- kills, full disks, two loaders, readers

LOADER = """
import sys
from pathlib import Path
from detente.ingest import load
from detente.store import Store, loading
loading.FLUSH_ROWS = 20
load(sys.argv[2:], Store(Path(sys.argv[1])), lambda: None)
"""


def loader(store: Path, paths: list[Path], **more) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", LOADER, str(store), *map(str, paths)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **more,
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> list[str]:
    """The ids of a store into which everything was loaded undisturbed."""
    folder = tmp_path_factory.mktemp("whole")
    done = loader(folder, TABLES)
    _, words = done.communicate(timeout=120)
    assert done.returncode == 0, words.decode()
    return ids(Store(folder))


def kill_in_a_loop(folder: Path, whole: list[str], times: int) -> None:
    """Kill a loader at random moments again and again; then the store is whole and the last load finishes it."""
    rng = random.Random(11)
    for _ in range(times):
        running = loader(folder, TABLES)
        time.sleep(rng.uniform(0.3, 2.5))
        running.send_signal(signal.SIGKILL)
        running.wait()
        store = Store(folder)
        assert not check_store(store).faults
        assert set(ids(store)) <= set(whole)
    done = loader(folder, TABLES)
    assert done.wait(timeout=120) == 0
    assert ids(Store(folder)) == whole
    assert not list((folder / "parts").glob("*.unfinished"))


def test_a_loader_may_be_killed_at_any_moment(tmp_path, whole):
    kill_in_a_loop(tmp_path / "store", whole, 4)


@pytest.mark.soak
def test_a_loader_may_be_killed_fifty_times(tmp_path, whole):
    kill_in_a_loop(tmp_path / "store", whole, 50)


def test_a_load_killed_at_any_step_of_its_writing_leaves_a_whole_store(tmp_path, monkeypatch, coder):
    """Every call that touches the disk may be the last one."""
    steps = 0

    class Killed(BaseException):
        pass

    def counting(name, real):
        def call(*args, **more):
            nonlocal steps
            steps += 1
            if steps == limit:
                raise Killed(name)
            return real(*args, **more)

        return call

    monkeypatch.setattr(loading_room, "write_manifest", counting("manifest", loading_room.write_manifest))
    monkeypatch.setattr(loading_room.os, "fsync", counting("fsync", os.fsync))
    monkeypatch.setattr(Path, "replace", counting("replace", Path.replace))
    monkeypatch.setattr(loading_room.Loading, "_copy", counting("copy", loading_room.Loading._copy))
    monkeypatch.setattr(loading_room, "FLUSH_ROWS", 25)
    store = Store(tmp_path / "store")
    before: set[str] = set()
    for limit in range(1, 400):  # noqa: B007
        steps = 0
        try:
            load([str(path) for path in TABLES], store, coder)
        except Killed:
            assert not check_store(store).faults
            now = set(ids(store))
            assert before <= now
            before = now
        else:
            break
    assert limit > 20, "every step was tried"
    assert before <= set(ids(store))


def full_disk(folder: Path, whole: list[str], limits: list[int]) -> None:
    for limit in limits:
        running = loader(
            folder,
            TABLES,
            preexec_fn=lambda limit=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )
        _, words = running.communicate(timeout=120)
        store = Store(folder)
        assert not check_store(store).faults
        assert set(ids(store)) <= set(whole)
        if running.returncode:
            assert b"StoreFault" in words, words.decode()
            assert b"free some disk" in words
    done = loader(folder, TABLES)
    assert done.wait(timeout=120) == 0
    assert ids(Store(folder)) == whole


def test_a_disk_that_is_full_ends_the_load_with_words_and_a_whole_store(tmp_path, whole):
    full_disk(tmp_path / "store", whole, [0, 3000, 9000])


@pytest.mark.soak
def test_a_disk_may_be_full_at_any_byte(tmp_path, whole):
    full_disk(tmp_path / "store", whole, [n * 400 for n in range(50)])


def test_two_loaders_at_once_lose_nothing_and_the_second_waits(tmp_path, whole):
    folder = tmp_path / "store"
    both = [loader(folder, TABLES[::step]) for step in (1, -1)]
    assert [one.wait(timeout=120) for one in both] == [0, 0]
    assert ids(Store(folder)) == whole


def test_a_reader_works_on_while_a_load_runs(tmp_path, whole):
    folder = tmp_path / "store"
    Store(folder).keep([], [made_event()])
    running = loader(folder, TABLES)
    seen, looks = 0, 0
    while running.poll() is None or looks == 0:
        now = len(ids(Store(folder)))
        assert now >= seen
        seen, looks = now, looks + 1
    assert running.returncode == 0
    assert len(ids(Store(folder))) == len(whole) + 1
