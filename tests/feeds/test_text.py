"""Texts from outside: every file becomes documents or an error that says what to do."""

from __future__ import annotations

import http.server
import json
import threading
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import DetenteError, UnknownDate, UnreadableInput, WrongUse
from detente.feeds import read_documents
from detente.feeds.text import LARGEST_TEXT, decode, read_json_lines

PLAIN = "China praised Russia. Iran asked both countries for help."
PAGE = """<!doctype html><html><head><title>A visit</title><meta property="og:site_name" content="The Made Paper">
<meta property="article:published_time" content="2022-09-14"></head><body><nav>Home</nav><article><h1>A visit</h1>
<p>China praised Russia on Friday, and the two sides spoke for three hours about gas, rails and the price of grain.</p>
<p>Also Read: <a href="https://example.org/iran">Iran hits back</a></p>
<p>Iran asked both countries for help on Saturday, and neither of the two gave an answer before the end of the week.</p>
</article><script>alert(1)</script></body></html>"""


def one(path: Path, **more):
    (document,) = read_documents(str(path), **more)
    return document


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_an_error(data):
    try:
        text, notes = decode(data, "it")
    except UnreadableInput:
        return
    assert isinstance(text, str)
    assert all(notes)


@given(st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufeff"), max_size=80))
def test_utf8_reads_back_as_itself_with_or_without_its_mark(text):
    assert decode(text.encode(), "it") == decode(b"\xef\xbb\xbf" + text.encode(), "it") == (text, ())


@given(st.text("abc é世", max_size=40))
def test_utf16_is_known_by_its_mark(text):
    assert decode(text.encode("utf-16"), "it") == (text, ())


@settings(max_examples=30)
@given(data=st.binary(max_size=200), suffix=st.sampled_from([".txt", ".md", ".html", ".jsonl"]))
def test_any_file_becomes_documents_or_an_error_of_the_house(tmp_path_factory, data, suffix):
    path = tmp_path_factory.mktemp("any") / f"it{suffix}"
    path.write_bytes(data)
    try:
        documents = list(read_documents(str(path)))
    except DetenteError:
        return
    assert all(document.document_id for document in documents)


@settings(max_examples=30)
@given(
    st.lists(
        st.sampled_from([b'{"text": "A met B."}', b"", b"{", b"[1]", b"\xff", b'{"text": 3}']), max_size=12
    )
)
def test_every_line_that_is_not_blank_gives_a_document_or_a_reason(tmp_path_factory, lines):
    path = tmp_path_factory.mktemp("lines") / "it.jsonl"
    path.write_bytes(b"\n".join(lines))
    found = list(read_json_lines(path))
    assert [line.number for line in found] == [n for n, line in enumerate(lines, 1) if line.strip()]
    assert all((line.document is None) == bool(line.reason) for line in found)


def test_a_plain_file_is_one_document_dated_by_the_caller(tmp_path):
    (tmp_path / "a.txt").write_text(PLAIN)
    document = one(tmp_path / "a.txt", given_date=date(2022, 9, 14))
    assert (document.text, document.published, document.published_basis) == (
        PLAIN,
        date(2022, 9, 14),
        "given",
    )


def test_a_page_gives_its_title_paper_date_and_related_story_with_its_address(tmp_path):
    (tmp_path / "a.html").write_text(PAGE)
    document = one(tmp_path / "a.html", given_date=date(2000, 1, 1))
    assert (document.title, document.publisher) == ("A visit", "The Made Paper")
    assert (document.published, document.published_basis) == (date(2022, 9, 14), "document")
    assert [(story.title, story.url) for story in document.related] == [
        ("Iran hits back", "https://example.org/iran")
    ]
    assert "alert" not in document.text


def test_front_matter_gives_the_facts_and_markup_is_taken_off(tmp_path):
    (tmp_path / "a.md").write_text(
        "---\ntitle: A visit\ndate: 2022-09-14\nauthor: J. Doe\n---\n# Head\n\n"
        "**China** praised [Russia](https://example.org/r_(x)).\n"
    )
    document = one(tmp_path / "a.md")
    assert (document.title, document.author, document.published) == ("A visit", "J. Doe", date(2022, 9, 14))
    assert "China praised Russia" in document.text
    assert "*" not in document.text


@pytest.mark.parametrize("front", ["a: [", "date: 2022-13-45", "[" * 1500, "date: soon"])
def test_front_matter_that_cannot_be_read_is_named(tmp_path, front):
    (tmp_path / "a.md").write_text(f"---\n{front}\n---\n{PLAIN}")
    with pytest.raises((UnreadableInput, UnknownDate), match=r"front matter|not a day") as fault:
        one(tmp_path / "a.md")
    assert fault.value.try_


def test_a_title_that_is_a_list_is_no_title(tmp_path):
    bomb = "a: &a [x, x]\n" + "".join(
        f"{c}: &{c} [*{p}, *{p}]\n"
        for p, c in zip("abcdefghijklmnopqrstuvwx", "bcdefghijklmnopqrstuvwxy", strict=True)
    )
    (tmp_path / "a.md").write_text(f"---\n{bomb}title: *y\n---\n{PLAIN}")
    assert one(tmp_path / "a.md").title is None


def test_a_json_line_gives_all_its_facts(tmp_path):
    row = {"id": 7, "text": PLAIN, "published": "2022-09-14T08:00:00Z", "title": "T", "publisher": "P"}
    (tmp_path / "a.jsonl").write_text(json.dumps(row | {"author": "A", "url": "https://example.org"}))
    document = one(tmp_path / "a.jsonl")
    assert (document.document_id, document.title, document.publisher) == ("7", "T", "P")
    assert (document.author, document.url) == ("A", "https://example.org")
    assert (document.published, document.published_basis) == (date(2022, 9, 14), "document")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not a line of JSON"),
        ("[" * 100_000, "not a line of JSON"),
        ('{"text": ' + "9" * 5000 + "}", "not a line of JSON"),
        ('{"title": "x"}', 'non-empty "text"'),
        ('{"text": "  "}', 'non-empty "text"'),
        ('{"text": "x", "title": ["y"]}', '"title" must be text'),
        ('{"text": "x", "published": "soon"}', "not a day"),
    ],
)
def test_a_bad_json_line_says_why_and_where(tmp_path, line, reason):
    (tmp_path / "a.jsonl").write_text(f'{{"text": "A met B."}}\n\n{line}\n')
    with pytest.raises(UnreadableInput, match=reason) as fault:
        list(read_documents(str(tmp_path / "a.jsonl")))
    assert "line 3" in fault.value.where
    assert "detente load" in fault.value.try_


def test_a_line_of_twenty_megabytes_is_kept_aside(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "China met Russia. " * 1_200_000}))
    (line,) = read_json_lines(tmp_path / "a.jsonl")
    assert line.document is None
    assert "at most 10 MB" in (line.reason or "")


def test_a_lone_surrogate_in_a_json_line_does_not_stop_the_load(tmp_path):
    (tmp_path / "a.jsonl").write_text(
        '{"text": "China \\ud800 met Russia.", "title": "A \\udc00 title", "id": "\\ud800x"}'
    )
    document = one(tmp_path / "a.jsonl")
    assert (document.title, document.document_id) == ("A title", "x")
    document.text.encode()


def test_text_that_was_mis_encoded_is_mended_with_a_note(tmp_path):
    (tmp_path / "a.txt").write_bytes("Türkiye’s minister met Iran’s.".encode().decode("cp1252").encode())
    document = one(tmp_path / "a.txt")
    assert document.text == "Türkiye’s minister met Iran’s."
    assert any("mis-encoded" in note for note in document.notes)


def test_windows_1252_is_read_with_a_note(tmp_path):
    (tmp_path / "a.txt").write_bytes("The minister’s café".encode("cp1252"))
    document = one(tmp_path / "a.txt")
    assert document.text == "The minister’s café"
    assert any("Windows-1252" in note for note in document.notes)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"%PDF-1.7\n\x00\x01\x02", "a PDF"),
        (b"PK\x03\x04\x00\x00", "a zip or office file"),
        (b"\x1f\x8b\x08\x00", "a gzip file"),
        (b"\x7fELF\x00\x00", "a binary file"),
        ("China met Russia.".encode("utf-16-le"), "a binary file"),
        (b"x" * (LARGEST_TEXT + 1), "10 MB"),
    ],
)
def test_a_file_that_is_no_text_says_what_it_is_and_what_to_do(tmp_path, data, words):
    (tmp_path / "a.txt").write_bytes(data)
    with pytest.raises(UnreadableInput, match=words) as fault:
        one(tmp_path / "a.txt")
    assert "a.txt" in fault.value.what
    assert fault.value.try_


def test_a_device_without_end_is_read_no_further_than_one_text():
    with pytest.raises(UnreadableInput, match="at most 10 MB"):
        list(read_documents("/dev/zero"))


def test_a_page_without_text_says_so(tmp_path):
    (tmp_path / "a.html").write_text("<html><body><script>draw()</script></body></html>")
    with pytest.raises(UnreadableInput, match="no article text"):
        one(tmp_path / "a.html")


def test_a_json_lines_file_without_lines_is_empty(tmp_path):
    (tmp_path / "a.jsonl").write_text("\n\n")
    with pytest.raises(UnreadableInput, match="is empty"):
        list(read_documents(str(tmp_path / "a.jsonl")))


@pytest.mark.parametrize("name", ["missing.txt", "missing.jsonl", "missing/", "no/such/folder/a.txt"])
def test_a_file_that_is_not_there_is_wrong_use(tmp_path, name):
    with pytest.raises(WrongUse, match="there is no file"):
        list(read_documents(str(tmp_path / name)))


def test_text_given_in_place_of_a_file_name_is_told_apart():
    with pytest.raises(WrongUse, match="too long to be the name of a file") as fault:
        list(read_documents(PLAIN * 20))
    assert "standard input" in fault.value.try_


def test_a_folder_gives_its_files_in_order_and_an_empty_one_says_so(tmp_path):
    for name in ("b.txt", "a.md", "c.bin"):
        (tmp_path / name).write_text(f"China met Russia in {name}.")
    assert [document.text[-5:-1] for document in read_documents(str(tmp_path))] == ["a.md", ".txt"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableInput, match="no text files"):
        list(read_documents(str(tmp_path / "empty")))


@pytest.fixture
def site():
    """A web server of this machine's own."""

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            pages = {"/page": PAGE.encode(), "/binary": b"\x00\x01" * 50, "/empty": b""}
            self.send_response(200 if self.path in pages else 404)
            self.end_headers()
            self.wfile.write(pages.get(self.path, b""))

        def log_message(self, *_):
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_an_address_is_fetched_and_kept_with_the_document(site):
    (document,) = read_documents(f"{site}/page")
    assert (document.title, document.url) == ("A visit", f"{site}/page")


@pytest.mark.parametrize(
    ("page", "words"),
    [("/gone", "could not be fetched"), ("/binary", "a binary file"), ("/empty", "is empty")],
)
def test_an_address_that_gives_no_text_says_why(site, page, words):
    with pytest.raises(UnreadableInput, match=words) as fault:
        list(read_documents(site + page))
    assert page in fault.value.what


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x", "http://", "https://[::1", "http://a\u2028b/"])
def test_an_address_that_cannot_be_reached_or_read_is_an_error_of_the_house(address):
    with pytest.raises(UnreadableInput, match="could not be fetched"):
        list(read_documents(address))
