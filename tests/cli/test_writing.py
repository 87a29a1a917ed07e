"""A file of events that an interrupted run can go on with."""

from __future__ import annotations

import json

import pytest

ROWS = [
    {"id": "a", "text": "China praised Russia."},
    {"id": "b", "text": "India condemned Pakistan. India praised Japan."},
    {"id": "c", "text": "It rained."},
]


@pytest.fixture
def code(detente, tmp_path):
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))

    def run() -> list[str]:
        assert detente("code", "in.jsonl", "--out", "out.jsonl").code == 0
        return (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()

    return run


def test_a_run_that_is_repeated_writes_nothing_twice(code):
    assert code() == code()
    assert [json.loads(line)["document_id"] for line in code()] == ["a", "b", "b"]


def test_a_run_that_was_cut_off_inside_a_document_goes_on_as_if_it_had_not_been(code, tmp_path):
    whole = code()
    (tmp_path / "out.jsonl").write_text("\n".join(whole[:2]) + "\n" + whole[2][:30], encoding="utf-8")
    (tmp_path / "out.jsonl.done").write_text("a\n")
    assert code() == whole


def test_lines_that_are_not_ours_are_no_traceback(code, tmp_path):
    whole = code()
    with (tmp_path / "out.jsonl").open("ab") as out:
        out.write(b"\xff\xfe\n[1]\n3\n")
    assert code() == whole


def test_a_place_that_cannot_be_written_to_is_named(detente, tmp_path):
    (tmp_path / "in.txt").write_text("China praised Russia.")
    ran = detente("code", "in.txt", "--out", "no/folder/out.jsonl")
    assert ran.code == 1
    assert "cannot write" in ran.err
    assert "try" in ran.err


def test_a_file_that_no_unfinished_run_wrote_is_left_alone(detente, tmp_path):
    (tmp_path / "in.txt").write_text("China praised Russia on Monday.", encoding="utf-8")
    (tmp_path / "out.jsonl").write_text("somebody's notes\n", encoding="utf-8")
    ran = detente("code", "in.txt", "--out", "out.jsonl")
    assert ran.code == 2
    assert "out.jsonl.done is not beside it" in ran.err
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8") == "somebody's notes\n"
