"""Whatever is given, the answer says what was wrong, where and what to do, with the right exit code."""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys

import pytest
from markdown_it import MarkdownIt

from conftest import BASELINE, environment

GOOD = '{"id": "a", "published": "2022-09-14", "text": "China praised Russia."}'
GERMAN = (
    "Der Minister sagte am Freitag, dass die Gespräche zwischen China und Russland gut gewesen seien.\n" * 3
)


def fails(ran, code: int, *words: str) -> None:
    """The command failed as it should: exit code, words on stderr, nothing on stdout, no traceback."""
    assert ran.code == code, ran.err
    assert "Traceback" not in ran.err
    for word in words:
        assert word in ran.err
    assert ran.out == ""


@pytest.mark.parametrize("verb", ["brief", "code", "load"])
@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.txt", b"", ("is empty", "try")),
        ("binary.txt", b"\x7fELF\x00\x01", ("a binary file", "export it")),
        ("paper.pdf", b"%PDF-1.7\x00", ("a PDF", "export it")),
        ("huge.txt", b"China met Russia. " * 1_200_000, ("21.6 MB", "split it")),
        ("broken.md", b"---\na: [\n---\nChina met Russia.", ("front matter", "mend the lines")),
        ("drawn.html", b"<html><script>x</script></html>", ("no article text", "save the text")),
    ],
)
def test_a_file_that_cannot_be_read_is_a_fault_that_says_what_to_do(
    detente, tmp_path, verb, name, data, words
):
    (tmp_path / name).write_bytes(data)
    fails(detente(verb, name), 1, "UnreadableInput", name, *words)


@pytest.mark.parametrize("verb", ["brief", "code", "load"])
@pytest.mark.parametrize("name", ["missing.txt", "missing.jsonl", "x" * 300])
def test_a_file_that_is_not_there_is_wrong_use(detente, verb, name):
    fails(detente(verb, name), 2, "WrongUse", "try")


@pytest.mark.parametrize(
    "words",
    [
        ("brief", "a.txt", "--date", "soon"),
        ("code", "a.txt", "--date", "2022-02-30"),
        ("load", "a.txt", "--date", "14.9.2022"),
        ("explain", "China met Russia.", "--date", "2022-W37"),
        ("pair", "CHN", "RUS", "--as-of", "today"),
        ("movers", "--as-of", "x\x1b[2J"),
    ],
)
def test_an_unknown_date_names_the_option_and_the_way_to_write_it(detente, tmp_path, words):
    (tmp_path / "a.txt").write_text("China praised Russia.")
    (tmp_path / "d.jsonl").write_text(GOOD)
    detente("load", "d.jsonl")
    ran = detente(*words)
    fails(ran, 2, "UnknownDate", "is not a day", words[-2], "YYYY-MM-DD")
    assert "\x1b" not in ran.err


@pytest.mark.parametrize("words", [("pair", "CHN", "RUS"), ("movers",), ("brief", "a.txt")])
def test_a_store_that_is_not_there_says_how_to_make_one(detente, tmp_path, words):
    (tmp_path / "a.txt").write_text("China praised Russia.")
    fails(detente(*words, "--store", "nowhere"), 2, "MissingStore", "nowhere", "detente load", "--store")


def test_a_brief_without_any_store_is_still_a_brief_and_says_so(detente, tmp_path):
    (tmp_path / "a.txt").write_text("China praised Russia.")
    ran = detente("brief", "a.txt")
    assert ran.code == 0
    assert "there is no store" in ran.out


def test_an_unknown_actor_is_told_its_neighbours(detente, tmp_path):
    (tmp_path / "d.jsonl").write_text(GOOD)
    detente("load", "d.jsonl")
    fails(detente("pair", "Chyna", "RUS"), 2, "UnknownActor", "Chyna", "China", "try")
    fails(detente("pair", "\udcff", "RUS"), 2, "UnknownActor", "try")


@pytest.mark.parametrize(
    "text", [b"{", b"\xff\xfe", b'{"version": "x", "schema": 1, "parts": [], "loads": []}']
)
@pytest.mark.parametrize("words", [("pair", "CHN", "RUS"), ("movers",), ("load", "d.jsonl")])
def test_a_damaged_manifest_is_a_fault_with_the_way_out(detente, tmp_path, words, text):
    (tmp_path / "d.jsonl").write_text(GOOD)
    detente("load", "d.jsonl", "--store", "s")
    (tmp_path / "s" / "manifest.json").write_bytes(text)
    fails(detente(*words, "--store", "s"), 1, "StoreFault", "damaged", "manifest.json", "restore")


def test_a_store_without_dated_events_has_nothing_to_say(detente, tmp_path):
    (tmp_path / "a.txt").write_text("China praised Russia.")
    assert detente("load", "a.txt").code == 0
    fails(detente("movers"), 4, "NothingFound", "no dated events", "--date")


def without_override() -> None:
    """Let even the superuser keep to the permissions of files."""
    ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)  # drop CAP_DAC_OVERRIDE from what the program may have


@pytest.fixture
def locked(tmp_path):
    """A folder that nobody may write to."""
    if not sys.platform.startswith("linux"):
        pytest.skip("needs Linux, where the superuser can be held to permissions")
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("load", "a.txt", "--store", "locked/store"), "--store"),
        (("load", "a.txt", "--store", "locked"), "--store"),
        (("brief", "a.txt", "--html", "locked/a.html"), "another place"),
        (("brief", "a.txt", "--md", "locked/a.md"), "another place"),
    ],
)
def test_a_folder_that_may_not_be_written_to_is_named_with_the_way_out(
    detente_process, tmp_path, locked, words, fault
):
    (tmp_path / "a.txt").write_text("China praised Russia.")
    fails(detente_process(*words, preexec_fn=without_override), 1, "Permission denied", "locked", fault)


def test_the_demo_says_where_it_may_not_write(detente, tmp_path):
    ran = detente("demo", "--store", "s", "--html", str(tmp_path / "no" / "folder" / "a.html"))
    assert ran.code == 1
    assert "cannot write" in ran.err
    assert "another place" in ran.err


def test_bad_lines_are_kept_aside_and_every_line_is_accounted_for(detente, tmp_path):
    rows = [
        GOOD,
        "",
        "{",
        '{"text": ""}',
        GOOD,
        '{"text": "x", "published": "\x1b[2J"}',
        "\xff",
        GOOD.replace('"a"', '"b"'),
    ]
    (tmp_path / "d.jsonl").write_bytes("\n".join(rows).encode("latin-1"))
    ran = detente("load", "d.jsonl", "--json")
    (ledger,) = json.loads(ran.out)["files"]
    assert ran.code == 3
    assert (
        ledger["lines"] == 8 == ledger["header"] + ledger["blank"] + ledger["parsed"] + ledger["quarantined"]
    )
    assert ledger["parsed"] == 3 == ledger["duplicate"] + ledger["kept"]
    assert (ledger["blank"], ledger["quarantined"], ledger["duplicate"]) == (1, 4, 1)
    assert [reason.split(":")[0] for reason in ledger["reasons"]] == ["line 3", "line 4", "line 6", "line 7"]


def test_bad_lines_are_named_on_stderr_and_only_so_many_of_them(detente, tmp_path):
    (tmp_path / "d.jsonl").write_text("\n".join([GOOD, *["{"] * 30]))
    ran = detente("load", "d.jsonl")
    assert ran.code == 3
    assert "line 2: not a line of JSON" in ran.err
    assert "10 more lines" in ran.err


def test_an_upper_case_suffix_is_the_same_kind_of_file(detente, tmp_path):
    (tmp_path / "D.JSONL").write_text(GOOD + "\n{\n")
    assert detente("load", "D.JSONL").code == 3


def test_a_file_without_lines_loads_nothing_and_says_so(detente, tmp_path):
    (tmp_path / "d.jsonl").write_text("")
    ran = detente("load", "d.jsonl")
    assert ran.code == 0
    assert "holds nothing to load" in ran.err


def test_one_bad_file_among_good_ones_is_named_and_costs_only_itself(detente, tmp_path):
    (tmp_path / "a.jsonl").write_text(GOOD)
    (tmp_path / "b.txt").write_text("")
    ran = detente("load", "a.jsonl", "b.txt", "--store", "s")
    assert ran.code == 1
    assert "b.txt is empty" in ran.err
    assert "nothing of it was kept" in ran.err
    assert detente("movers", "--store", "s").code == 0


def test_a_text_in_another_language_is_kept_not_coded_and_says_why(detente, tmp_path):
    (tmp_path / "a.txt").write_text(GERMAN)
    ran = detente("code", "a.txt")
    assert (ran.code, ran.out) == (4, "")
    assert "does not look English" in ran.err
    assert "reads English only" in ran.err


def test_a_mis_encoded_text_is_mended_with_a_warning(detente, tmp_path):
    (tmp_path / "a.txt").write_bytes("China praised Türkiye’s offer.".encode().decode("cp1252").encode())
    ran = detente("code", "a.txt")
    assert ran.code == 0
    assert "mis-encoded" in ran.err
    assert json.loads(ran.out)["sentence"] == "China praised Türkiye’s offer."


@pytest.mark.parametrize("text", ["The harvest was good this year.", "Advertisement\nShare"])
@pytest.mark.parametrize("verb", ["brief", "code"])
def test_a_text_that_gives_nothing_ends_with_four_and_the_reason(detente, tmp_path, verb, text):
    (tmp_path / "a.txt").write_text(text)
    ran = detente(verb, "a.txt")
    assert ran.code == 4
    assert "no event was found" in ran.err or "nothing is left" in ran.err


@pytest.mark.parametrize(
    ("data", "code", "word"),
    [
        (b"", 1, "no labelled sentence"),
        (b"\xff\x00", 1, "cannot read"),
        (b"{", 1, "line 1"),
        (b'{"text": "x", "events": [{}]}', 1, "line 1"),
        (b'{"text": 3, "events": []}', 1, "line 1"),
        (
            b'{"text": "x", "events": [{"source": ["A"], "target": ["B"], "plover": "FLY", "status": "x"}]}',
            1,
            "an act of PLOVER",
        ),
        (b'{"text": "x", "events": [], "date": "soon"}', 1, "line 1"),
        (None, 2, "there is no file"),
    ],
)
def test_labels_that_cannot_be_read_are_named(detente, tmp_path, data, code, word):
    if data is not None:
        (tmp_path / "gold.jsonl").write_bytes(data)
    fails(detente("evaluate", "coding", "gold.jsonl", "--coder", "lexical"), code, "gold.jsonl", word)


@pytest.mark.parametrize("data", [b"\xff", b"id\nX\n", b"id,name\n,x\n"])
def test_an_actors_file_that_cannot_be_read_is_named(detente, tmp_path, data):
    (tmp_path / "own.csv").write_bytes(data)
    fails(detente("explain", "China met Russia.", "--actors", "own.csv"), 1, "UnreadableInput", "own.csv")


@pytest.mark.parametrize(
    "words", [(), ("brief",), ("fly",), ("load", "a.txt", "--fast"), ("movers", "--days", "0")]
)
def test_wrong_use_ends_with_two(detente, words):
    assert detente(*words).code == 2


def test_a_second_loader_waits_says_so_and_then_loads(tmp_path, detente):
    (tmp_path / "d.jsonl").write_text(GOOD)
    (tmp_path / "s").mkdir()
    with (tmp_path / "s" / "lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = subprocess.Popen(
            [sys.executable, str(BASELINE), "load", "d.jsonl", "--store", "s"],
            cwd=tmp_path,
            env=environment(),
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert second.stderr is not None
        assert "another process is writing" in second.stderr.readline()
        assert not (tmp_path / "s" / "manifest.json").exists()
    out, _ = second.communicate(timeout=60)
    assert second.returncode == 0
    assert "1 events are new" in out
    assert detente("pair", "CHN", "RUS", "--store", "s").code == 0


def test_two_loaders_at_once_keep_everything_once(tmp_path, detente):
    both = []
    for name in ("one", "two"):
        rows = [GOOD, GOOD.replace('"a"', f'"{name}"').replace("praised", "aided")]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(rows))
        command = [sys.executable, str(BASELINE), "load", f"{name}.jsonl", "--store", "s"]
        both.append(
            subprocess.Popen(
                command, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, stdout=subprocess.PIPE
            )
        )
    for one in both:
        _, err = one.communicate(timeout=120)
        assert one.returncode == 0, err
    shown = json.loads(detente("pair", "CHN", "RUS", "--store", "s", "--json").out)
    assert sorted(event["document_id"] for event in shown["events"]) == ["a", "one", "two"]


def test_an_interrupted_load_says_that_nothing_was_kept(tmp_path):
    (tmp_path / "d.jsonl").write_text(GOOD)
    (tmp_path / "s").mkdir()
    with (tmp_path / "s" / "lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        loader = subprocess.Popen(
            [sys.executable, str(BASELINE), "load", "d.jsonl", "--store", "s"],
            cwd=tmp_path,
            env=environment(),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert loader.stderr is not None
        loader.stderr.readline()  # it waits now
        os.kill(loader.pid, signal.SIGINT)
        _, err = loader.communicate(timeout=60)
    assert loader.returncode == 130
    assert "nothing was kept" in err
    assert "Traceback" not in err


HOSTILE = {
    "id": "h",
    "title": "<script>alert(1)</script> [red]title[/red] **bold** \x1b[31m\x00\u202e",
    "publisher": "[link=https://example.org]x[/link] <img src=x onerror=alert(2)>",
    "url": "javascript:alert(3)//\x1b]0;owned\x07 <b>",
    "text": "China praised Russia & <script>alert(4)</script> [bold]Iran[/bold] \x1b[2J\x9b1m \x00\u202eabc\u202c *x*.\n"
    "The minister said that the talks of the two sides had been of use to all of the neighbours in the region.\n"
    "Also Read: <img src=y onerror=alert(5)> [blink]\x1b[5m\n",
    "published": "2022-09-14",
}


@pytest.fixture
def hostile(tmp_path):
    (tmp_path / "h.jsonl").write_text(json.dumps(HOSTILE))
    return "h.jsonl"


@pytest.mark.parametrize("words", [("brief", "h.jsonl"), ("brief", "h.jsonl", "--json"), ("code", "h.jsonl")])
def test_hostile_text_reaches_the_terminal_as_plain_words(detente, hostile, words):
    ran = detente(*words)
    assert ran.code == 0
    for stream in (ran.out, ran.err):
        assert not any(c in stream for c in "\x1b\x00\x07\x9b\u202e\u202c")
    assert "<script>alert(4)</script> [bold]Iran[/bold]" in ran.out


def test_hostile_words_of_explain_reach_the_terminal_as_plain_words(detente):
    ran = detente("explain", "China praised Russia \x1b[2J[red]\u202e.")
    assert ran.code == 0
    assert "\x1b" not in ran.out
    assert "[red]" in ran.out


def test_hostile_text_stays_text_in_the_page_and_in_markdown(detente, hostile, tmp_path):
    assert detente("brief", hostile, "--html", "h.html", "--md", "h.md").code == 0
    page, markdown = (tmp_path / "h.html").read_text(), (tmp_path / "h.md").read_text()
    for text in (page, markdown):
        assert not any(c in text for c in "\x1b\x00\x07\x9b\u202e\u202c")
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(4)" in page
    assert 'href="javascript' not in page
    rendered = MarkdownIt("commonmark").render(markdown)
    for raw in ("<script", "<img", "<em>x", "<strong>bold", "<a "):
        assert raw not in rendered
    assert "&lt;script&gt;alert(4)&lt;/script&gt; [bold]Iran[/bold]" in rendered


def test_a_terminal_of_few_characters_shows_what_it_can(tmp_path):
    (tmp_path / "a.txt").write_text("China praised Türkiye’s offer.")
    done = subprocess.run(
        [sys.executable, str(BASELINE), "brief", "a.txt"],
        cwd=tmp_path,
        env={**environment(), "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"praised" in done.stdout
    rows = subprocess.run(
        [sys.executable, str(BASELINE), "code", "a.txt"],
        cwd=tmp_path,
        env={**environment(), "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert json.loads(rows.stdout)["sentence"] == "China praised Türkiye’s offer."
