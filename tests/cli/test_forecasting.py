"""The commands of forecasting, from a store to a track record."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from detente.store import Store
from making import made_event

TEXT = "CHN SUPPORT RUS within 30 days"


@pytest.fixture
def store(tmp_path: Path) -> str:
    first = date(2022, 1, 1)
    events = [
        made_event(*pair, act, published=first + timedelta(days=n), origin=f"{n}{act}")
        for n in range(0, 300, 7)
        for pair, act in ((("CHN", "RUS"), "SUPPORT"), (("USA", "CHN"), "ACCUSE"))
    ]
    Store(tmp_path / "store").keep([], events)
    return str(tmp_path / "store")


def test_a_forecast_is_printed_with_reasons_and_kept(detente, store):
    ran = detente("forecast", TEXT, "--store", store, "--as-of", "2022-06-01")
    assert ran.code == 0, ran.err
    for word in ("CHN SUPPORT RUS", "why", "rule", "simple answers", "base rate"):
        assert word in ran.out
    rows = json.loads(detente("questions", "--store", store, "--json").out)
    assert [row["statement"] for row in rows] == [TEXT]


def test_a_question_is_asked_settled_and_scored(detente, store):
    words = ("--as-of", "2022-06-01", "--chance", "0.7", "--by", "Ana", "--json")
    ran = detente("forecast", TEXT, "--store", store, *words)
    assert 0 < json.loads(ran.out)["forecast"]["chance"] < 1
    done = json.loads(detente("settle", "--store", store, "--json").out)
    assert done["settled"][0]["came"] is True
    assert done["settled"][0]["events"][0]["sentence"]
    assert json.loads(detente("settle", "--store", store, "--json").out)["settled"] == []
    records = json.loads(detente("track-record", "--store", store, "--json").out)["forecaster"]
    assert {one["name"] for one in records} == {"detente", "user: Ana"}
    assert "too few to judge" in detente("track-record", "--store", store).out


def test_a_clock_set_ahead_settles_nothing_that_the_store_cannot_know(detente, store):
    detente("forecast", "CHN AID RUS within 300 days", "--store", store, "--as-of", "2022-10-01")
    done = json.loads(detente("settle", "--store", store, "--as-of", "2099-01-01", "--json").out)
    assert done["settled"] == []
    assert len(done["open"]) == 1


def test_a_forecast_past_the_end_of_the_store_warns(detente, store):
    ran = detente("forecast", TEXT, "--store", store, "--as-of", "2023-06-01", "--dry")
    assert ran.code == 0
    assert "knows nothing after" in ran.err


def test_a_person_settles_with_a_reason(detente, store):
    detente("forecast", "CHN AID RUS within 10 days", "--store", store, "--as-of", "2022-06-01")
    identity = json.loads(detente("questions", "--store", store, "--json").out)[0]["question_id"]
    assert detente("settle", identity, "--came", "--store", store).code == 2
    assert detente("settle", identity, "--reason", "x", "--store", store).code == 2
    assert detente("settle", "nobody", "--came", "--reason", "x", "--store", store).code == 2
    ran = detente(
        "settle", identity, "--came", "--reason", "seen on the spot", "--by", "Ana", "--store", store
    )
    assert ran.code == 0
    assert "Ana" in ran.out


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CHN SUPPORT RUS within 0 days", 2),
        ("CHN SUPPORT RUS within 5000 days", 2),
        ("CHN SUPPORT CHN within 5 days", 2),
        ("CHN DANCE RUS within 5 days", 2),
        ("Atlantis SUPPORT RUS within 5 days", 2),
        ("what will happen", 2),
        ("FJI SUPPORT PER within 1000 days", 0),
    ],
)
def test_every_odd_question_has_a_defined_answer(detente, store, text, code):
    ran = detente("forecast", text, "--store", store)
    assert ran.code == code
    assert "Traceback" not in ran.err


def test_without_a_store_or_without_forecasts_the_command_says_so(detente, store):
    assert detente("forecast", TEXT, "--store", "nowhere").code == 2
    assert detente("track-record", "--store", store).code == 4
    assert detente("questions", "--store", store).code == 4


def test_a_damaged_ledger_is_named_and_left_alone(detente, store):
    path = Path(store) / "forecasts.jsonl"
    path.write_text('{"kind": "question"\n')
    ran = detente("forecast", TEXT, "--store", store)
    assert ran.code == 1
    assert "line 1" in ran.err
    assert path.read_text() == '{"kind": "question"\n'


def test_the_ledger_only_grows(detente, store):
    path = Path(store) / "forecasts.jsonl"
    detente("forecast", TEXT, "--store", store, "--as-of", "2022-06-01")
    before = path.read_bytes()
    detente("forecast", TEXT, "--store", store, "--as-of", "2022-07-01")
    detente("settle", "--store", store)
    assert path.read_bytes().startswith(before)
    assert len(path.read_bytes()) > len(before)


def test_the_ledger_is_readable_as_a_page(detente, store, tmp_path):
    detente("forecast", TEXT, "--store", store, "--as-of", "2022-06-01")
    detente("settle", "--store", store)
    page = tmp_path / "page.html"
    assert detente("track-record", "--store", store, "--html", str(page)).code == 0
    text = page.read_text(encoding="utf-8")
    for word in ("CHN SUPPORT RUS", "came", "too few to judge", "A made sentence."):
        assert word in text
    assert "http" not in text
