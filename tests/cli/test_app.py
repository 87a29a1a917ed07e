"""The command line: the right words on the right stream, and the right exit code."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from conftest import environment

TEXT = "China praised Russia. Iran asked both countries for help. If Iran leaves the accord, China will protest.\n"
HEAVY = (
    "pyarrow",
    "duckdb",
    "ibis",
    "onnxruntime",
    "rich",
    "altair",
    "numpy",
    "scipy",
    "trafilatura",
    "httpx",
)


@pytest.fixture
def article(tmp_path):
    path = tmp_path / "article.txt"
    path.write_text(TEXT)
    return str(path)


def lines_of(*rows: dict | str) -> str:
    return "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)


DISPATCHES = lines_of(
    {"id": "a", "published": "2022-09-01", "text": "China praised Russia."},
    {"id": "b", "published": "2022-09-08", "text": "Russia thanked China and China supported Russia."},
    {"id": "c", "published": "2022-09-14", "text": "India condemned Pakistan."},
)


@pytest.fixture
def loaded(detente, tmp_path):
    """The name of a store with three dispatches in it."""
    (tmp_path / "dispatches.jsonl").write_text(DISPATCHES)
    assert detente("load", "dispatches.jsonl", "--store", "store").code == 0
    return "store"


def test_help_wakes_none_of_the_heavy_engines():
    program = (
        "import sys\nsys.argv = ['detente', '--help']\nfrom detente.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print([one for one in {HEAVY!r} if one in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, env=environment(), timeout=60, check=True
    )
    assert b"Usage" in done.stdout
    assert done.stderr.strip() == b"[]"


def test_the_module_can_be_run():
    done = subprocess.run(
        [sys.executable, "-m", "detente", "--help"],
        capture_output=True,
        env=environment(),
        timeout=60,
        check=True,
    )
    for verb in (b"brief", b"code", b"explain", b"load", b"pair", b"movers", b"demo", b"evaluate"):
        assert verb in done.stdout


def test_a_brief_says_who_did_what_with_the_sentence(detente, article):
    ran = detente("brief", article, "--date", "2022-09-14")
    assert ran.code == 0
    assert "China supported Russia" in ran.out
    assert "“China praised Russia.”" in ran.out


def test_a_brief_in_json_has_the_shape_others_rely_on(detente, article):
    shape = json.loads(detente("brief", article, "--date", "2022-09-14", "--json").out)
    assert set(shape) >= {
        *(
            "document",
            "actors",
            "events",
            "expectations",
            "conditionals",
            "claims",
            "ties",
            "blocs",
            "related",
        ),
        "uncoded",
    }
    assert set(shape["actors"][0]) >= {"id", "name", "mentions"}
    assert {"if", "then", "sentence"} <= set(shape["conditionals"][0])
    assert shape["document"]["published"] == "2022-09-14"


def test_an_article_without_a_date_earns_a_warning(detente, article):
    ran = detente("brief", article)
    assert ran.code == 0
    assert "no date is known" in ran.err
    assert "--date" in ran.err


def test_code_prints_one_json_line_per_event_with_the_id_of_its_line(detente, tmp_path):
    (tmp_path / "dispatches.jsonl").write_text(DISPATCHES)
    ran = detente("code", "dispatches.jsonl")
    rows = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 0
    assert {row["document_id"] for row in rows} == {"a", "b", "c"}
    assert rows[0]["source"] == "CHN"
    assert rows[0]["target"] == "RUS"


def test_standard_input_is_read_for_a_dash(detente):
    ran = detente("code", "-", stdin=TEXT.encode())
    assert ran.code == 0
    assert json.loads(ran.out.splitlines()[0])["act"] == "SUPPORT"


def test_explain_tells_every_step_on_one_sentence(detente):
    ran = detente("explain", "China praised Russia.")
    assert ran.code == 0
    for word in ("mentions", "CHN", "RUS", "SUPPORT", "praised"):
        assert word in ran.out


def test_loading_the_same_file_again_finds_only_what_it_knows(detente, loaded):
    ran = detente("load", "dispatches.jsonl", "--store", loaded, "--json")
    totals = json.loads(ran.out)["totals"]
    assert ran.code == 0
    assert (totals["parsed"], totals["duplicate"], totals["kept"]) == (3, 3, 0)


def test_pair_says_how_two_actors_stand_whichever_is_named_first(detente, loaded):
    one = json.loads(detente("pair", "CHN", "Russia", "--store", loaded, "--json").out)
    other = json.loads(detente("pair", "RUS", "China", "--store", loaded, "--json").out)
    assert one == other
    assert one["tie"]["acts"] == len(one["events"]) == 2


def test_pair_as_of_a_day_does_not_know_later_news(detente, loaded):
    shown = json.loads(
        detente("pair", "CHN", "RUS", "--store", loaded, "--as-of", "2022-09-02", "--json").out
    )
    assert shown["tie"]["acts"] == len(shown["events"]) == 1


def test_a_pair_with_nothing_on_record_ends_with_four(detente, loaded):
    ran = detente("pair", "CHN", "PAK", "--store", loaded)
    assert ran.code == 4
    assert "nothing on record" in ran.out


def test_movers_prints_the_day_it_speaks_of(detente, loaded):
    ran = detente("movers", "--store", loaded, "--days", "1000000")
    assert ran.code == 0
    assert "As of 2022-09-14" in ran.out


def test_evaluate_coding_prints_the_contract(detente, tmp_path):
    row = {
        "id": 1,
        "text": "China praised Russia.",
        "events": [{"source": ["CHN"], "target": ["RUS"], "plover": "SUPPORT", "status": "happened"}],
    }
    (tmp_path / "gold.jsonl").write_text(lines_of(row))
    shape = json.loads(detente("evaluate", "coding", "gold.jsonl", "--coder", "lexical", "--json").out)
    assert shape["f1"] == shape["precision"] == shape["recall"] == shape["status_accuracy"] == 1
    assert {"f1_low", "f1_high", "f1_quad", "f1_pair", "sentences_per_second"} <= set(shape)


def test_pages_are_written_where_they_are_asked_for(detente, article, tmp_path):
    ran = detente("brief", article, "--html", "a.html", "--md", "a.md")
    assert ran.code == 0
    assert "wrote a.html" in ran.err
    assert (tmp_path / "a.html").read_text().startswith("<!doctype html>")
    assert (tmp_path / "a.md").read_text().startswith("# ")


def test_your_own_actors_are_read_from_a_file(detente, tmp_path):
    (tmp_path / "own.csv").write_text("id,name,aliases,kind\nZUB,Zubrowka,Zubrowkan,own\n")
    ran = detente("code", "-", "--actors", "own.csv", stdin=b"Zubrowka praised Russia.")
    assert json.loads(ran.out)["source"] == "ZUB"
