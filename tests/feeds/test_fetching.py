"""Fetching, against a server of ours on this machine that does what bad servers do."""

from __future__ import annotations

import hashlib
import http.server
import io
import json
import threading
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from detente.errors import StoreFault, UnreadableInput
from detente.feeds import fetching, publishers
from detente.feeds.fetching import ABSENT, CACHED, FAILED, FETCHED, Fetcher, Plan, Wanted

EXAMPLE = (Path(__file__).resolve().parents[2] / "examples/feeds/gdelt2.export.CSV").read_bytes()


def zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


class Server:
    """Serves `files` by path; `tricks` say what happens at the first askings of a path."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.tricks: dict[str, list[str]] = {}
        self.asked: Counter[str] = Counter()
        self.ranges: list[str] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                outer.asked[self.path] += 1
                waiting = outer.tricks.get(self.path) or []
                trick = waiting.pop(0) if waiting else ""
                data = outer.files.get(self.path.partition("?")[0])
                if trick.isdigit():
                    return self.answer(int(trick), b"busy", {"Retry-After": "7"} if trick == "429" else {})
                if data is None:
                    return self.answer(404, b"not here")
                if trick == "html":
                    return self.answer(200, b"<!DOCTYPE html><html><body>Please log in</body></html>")
                if trick == "short":  # a whole answer, of half the file
                    return self.answer(200, data[: len(data) // 2])
                if trick == "wrong":
                    return self.answer(200, data[:-1] + bytes([data[-1] ^ 1]))
                start = 0
                if wanted := self.headers.get("Range"):
                    outer.ranges.append(wanted)
                    start = int(wanted.removeprefix("bytes=").rstrip("-"))
                if trick == "cut":
                    self.send_response(206 if start else 200)
                    self.send_header("Content-Length", str(len(data) - start))
                    self.end_headers()
                    self.wfile.write(data[start : start + (len(data) - start) // 2])
                    self.wfile.flush()
                    self.close_connection = True
                    return None
                return self.answer(206 if start else 200, data[start:])

            def answer(self, code: int, data: bytes, headers: dict[str, str] | None = None) -> None:
                self.send_response(code)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def server():
    one = Server()
    yield one
    one.http.shutdown()
    one.http.server_close()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def fetcher(tmp_path, waits):
    return Fetcher(tmp_path / "cache", wait=waits.append, timeout=5)


def put(server: Server, name: str, data: bytes) -> Wanted:
    server.files[f"/{name}"] = data
    return Wanted(f"{server.base}/{name}", name, len(data), hashlib.md5(data).hexdigest())


def test_files_are_fetched_once_and_never_again(server, fetcher):
    plan = Plan("gdelt", tuple(put(server, f"{n}.zip", zipped(f"{n}.CSV", EXAMPLE)) for n in range(6)))
    assert {one.state for one in fetcher.fetch(plan)} == {FETCHED}
    assert {one.state for one in fetcher.fetch(plan)} == {CACHED}
    assert set(server.asked.values()) == {1}


@pytest.mark.parametrize("trick", ["429", "500", "503", "cut", "html", "short", "wrong"])
def test_a_passing_fault_is_outlived(server, fetcher, waits, trick):
    wanted = put(server, "a.zip", zipped("a.CSV", EXAMPLE))
    server.tricks["/a.zip"] = [trick, trick]
    (done,) = fetcher.fetch(Plan("gdelt", (wanted,)))
    assert (done.state, done.tries) == (FETCHED, 3)
    assert Path(done.path).read_bytes() == server.files["/a.zip"]
    assert waits == ([7.0, 7.0] if trick == "429" else [1.0, 2.0])


def test_a_cut_file_is_gone_on_with_where_it_broke_off(server, fetcher):
    wanted = put(server, "a.zip", zipped("a.CSV", EXAMPLE * 50))
    server.tricks["/a.zip"] = ["cut"]
    fetcher.fetch(Plan("gdelt", (wanted,)))
    assert server.ranges == [f"bytes={wanted.size // 2}-"]


def test_a_fetch_that_was_stopped_goes_on_in_the_next_run(server, fetcher, tmp_path):
    wanted = put(server, "a.zip", zipped("a.CSV", EXAMPLE))
    server.tricks["/a.zip"] = ["cut"] + ["500"] * 9
    (done,) = fetcher.fetch(Plan("gdelt", (wanted,)))
    assert done.state == FAILED
    assert "are kept and gone on with" in done.why
    server.tricks.clear()
    assert [plan.files for plan in fetcher.gaps()] == [(wanted,)]
    assert {one.state for plan in fetcher.gaps() for one in fetcher.fetch(plan)} == {FETCHED}
    assert server.ranges
    assert not list(fetcher.gaps())


def test_what_the_publisher_lacks_is_told_from_what_failed_here(server, fetcher):
    gone = Wanted(f"{server.base}/gone.zip", "gone.zip", 10)
    bad = put(server, "bad.zip", zipped("a", b"x"))
    server.tricks["/bad.zip"] = ["html"] * 20
    shut = put(server, "shut.zip", zipped("a", b"x"))
    server.tricks["/shut.zip"] = ["403"]
    states = {one.name: one for one in fetcher.fetch(Plan("gdelt", (gone, bad, shut)))}
    assert states["gone.zip"].state == ABSENT
    assert states["bad.zip"].state == FAILED
    assert "a web page instead of the file: Please log in" in states["bad.zip"].why
    assert (states["shut.zip"].state, states["shut.zip"].why) == (FAILED, "HTTP 403")
    assert server.asked["/gone.zip"] == server.asked["/shut.zip"] == 1, "there is nothing to wait for"
    assert not (fetcher.folder("gdelt") / "bad.zip").exists()


def test_a_plan_larger_than_the_disk_is_refused_before_anything_moves(server, fetcher):
    with pytest.raises(StoreFault, match="are free"):
        fetcher.fetch(Plan("gdelt", (Wanted(f"{server.base}/a", "a", 10**18),)))
    assert not server.asked


def gdelt_server(server: Server, day: str = "20200101", lacking: tuple[int, ...] = (3,)) -> None:
    lines = []
    for n, slot in enumerate(publishers.slots(date(2020, 1, 1), date(2020, 1, 2))):
        if n in lacking or n > 5:
            continue
        for end in publishers.KINDS.values():
            name = f"{slot}.{end}"
            data = zipped(name.removesuffix(".zip"), EXAMPLE)
            server.files[f"/gdeltv2/{name}"] = data
            lines.append(
                f"{len(data)} {hashlib.md5(data).hexdigest()} http://data.gdeltproject.org/gdeltv2/{name}"
            )
    server.files["/gdeltv2/masterfilelist.txt"] = "\n".join(lines).encode()
    server.files["/gdeltv2/lastupdate.txt"] = "\n".join(lines[-3:]).encode()


def test_gdelt_is_planned_by_the_publishers_list_and_its_empty_slots_are_named(server, fetcher):
    gdelt_server(server)
    plan = publishers.gdelt_plan(fetcher, since=date(2020, 1, 1), until=date(2020, 1, 2), mirror=server.base)
    assert len(plan.files) == 5
    assert len(plan.absent) == 96 - 5
    assert plan.absent[0] == "20200101004500.export.CSV.zip"
    assert plan.bytes == sum(one.size for one in plan.files)
    assert {one.state for one in fetcher.fetch(plan)} == {FETCHED}


def test_the_latest_files_are_the_publishers_latest_and_not_the_clocks(server, fetcher):
    gdelt_server(server)
    (latest,) = publishers.gdelt_plan(fetcher, since=None, until=None, mirror=server.base).files
    assert latest.name == "20200101011500.export.CSV.zip"
    plan = publishers.gdelt_plan(fetcher, since=date(2020, 1, 1), until=None, mirror=server.base)
    assert len(plan.files) == 5


def test_old_days_come_from_the_first_version_by_year_month_or_day(fetcher):
    def names(since: date, until: date) -> list[str]:
        return [one.name for one in publishers.gdelt_plan(fetcher, since=since, until=until).files]

    assert names(date(1990, 5, 1), date(1991, 2, 1)) == ["1990.zip", "1991.zip"]
    assert names(date(2013, 3, 30), date(2013, 4, 3)) == [
        "201303.zip",
        "20130401.export.CSV.zip",
        "20130402.export.CSV.zip",
    ]


def test_a_list_that_is_a_page_is_an_error_with_advice(server, fetcher):
    server.files["/gdeltv2/lastupdate.txt"] = b"<html>moved</html>"
    with pytest.raises(UnreadableInput, match="no line of size"):
        publishers.gdelt_plan(fetcher, since=None, until=None, mirror=server.base)
    with pytest.raises(UnreadableInput, match="HTTP 404"):
        publishers.gdelt_plan(fetcher, since=date(2020, 1, 1), until=date(2020, 1, 2), mirror=server.base)


def test_dataverse_sets_are_planned_with_size_and_checksum(server, fetcher):
    data = zipped("events.2017.tab", b"x")
    server.files["/api/access/datafile/5"] = data
    rows = [
        {
            "dataFile": {
                "id": 5,
                "filename": "events.2017.zip",
                "filesize": len(data),
                "md5": hashlib.md5(data).hexdigest(),
            }
        },
        {"dataFile": {"id": 6, "filename": "20230103-icews-events.zip", "filesize": 9, "md5": "0" * 32}},
        {"dataFile": {"id": 7, "filename": "codebook.pdf", "filesize": 9, "md5": "0" * 32}},
    ]
    server.files["/api/datasets/:persistentId/"] = json.dumps(
        {"data": {"latestVersion": {"files": rows}}}
    ).encode()
    plan = publishers.dataverse_plan(
        fetcher, "icews", since=date(2017, 1, 1), until=date(2018, 1, 1), mirror=server.base
    )
    assert [one.name for one in plan.files] == ["events.2017.zip", "codebook.pdf"]
    done = fetcher.fetch(Plan("icews", plan.files[:1]))
    assert done[0].state == FETCHED


def test_a_feed_is_kept_as_it_was_on_the_day(server, fetcher):
    server.files["/feed.xml"] = b"<?xml version='1.0'?><rss/>"
    (done,) = fetcher.fetch(publishers.rss_plan(f"{server.base}/feed.xml", "20240101T000000Z"))
    assert done.state == FETCHED
    assert done.name.startswith("20240101T000000Z-127.0.0.1")


def test_files_got_by_other_means_are_taken_over_and_looked_at(tmp_path, fetcher):
    there = tmp_path / "there"
    there.mkdir()
    (there / "good.zip").write_bytes(zipped("a.CSV", EXAMPLE))
    (there / "bad.zip").write_bytes(b"<html>no</html>")
    done = {one.name: one.state for one in fetcher.from_folder("gdelt", there)}
    assert done == {"good.zip": FETCHED, "bad.zip": FAILED}
    assert {one.name: one.state for one in fetcher.from_folder("gdelt", there)}["good.zip"] == CACHED


def test_get_and_load_on_the_command_line(server, detente, tmp_path, monkeypatch):
    gdelt_server(server)
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(fetching.time, "sleep", lambda _: None)
    span = ("--since", "2020-01-01", "--until", "2020-01-02", "--mirror", server.base)
    shown = detente("get", "gdelt", *span, "--plan")
    assert shown.code == 0, shown.err
    assert "5 files" in shown.out
    assert "91 slots are absent at the publisher" in shown.err
    assert not list((tmp_path / "cache").rglob("*.zip"))
    assert detente("get", "gdelt", *span).code == 0
    ran = detente("load", str(tmp_path / "cache" / "gdelt"), "--json")
    assert ran.code == 0, ran.err
    totals = json.loads(ran.out)["totals"]
    assert (totals["lines"], totals["kept"], totals["duplicate"]) == (300, 60, 240)
    assert detente("get", "nobody").code == 2
    assert detente("get", "gdelt", "--since", "2020-01-02", "--until", "2020-01-01").code == 2
