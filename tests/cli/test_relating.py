from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest
from typer.testing import CliRunner

import detente
from detente.cli.app import app
from detente.errors import NothingFound, UnknownActor, UnreadableInput, WrongUse
from detente.events import Event, validated
from detente.store import Store

LAST = date(2022, 9, 10)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    members = ("CHN", "RUS", "IND", "PAK", "KAZ", "UZB")
    acts = ("SUPPORT", "AID", "ACCUSE", "CONSULT", "SANCTION")
    many = []
    for at in range(300):
        source = [*members, "USA", "FRA", "DEU", "GBR"][at % 10]
        target = [*members, "USA", "FRA", "DEU", "GBR"][(at * 7 + 1 + at // 10) % 10]
        if source == target:
            continue
        day = LAST - timedelta(days=at)
        many.append(
            validated(
                Event(
                    event_id=f"e{at:04d}",
                    day=day,
                    day_precision="day",
                    published=day,
                    published_basis="given",
                    source=source,
                    target=target,
                    source_raw=source,
                    target_raw=target,
                    act=acts[(at // 3) % 5],
                    status="happened",
                )
            )
        )
    Store(folder).keep([], many)
    return str(folder)


def run(*words):
    return CliRunner().invoke(app, list(words), catch_exceptions=True)


def test_balance_prints_the_agreed_shape(tmp_path):
    edges = tmp_path / "edges.csv"
    edges.write_text("source,target,weight\nA,B,1\nB,C,1\nA,C,-1\nC,A,-1\nD,D,3\nA,E,0\n")
    done = run("balance", str(edges), "--json")
    shape = json.loads(done.stdout)
    assert {"nodes", "edges", "frustration", "bound", "optimal", "partition", "seconds"} <= set(shape)
    assert (shape["nodes"], shape["edges"], shape["frustration"], shape["optimal"]) == (5, 3, 1.0, True)
    assert len(shape["notes"]) == 3
    assert run("balance", str(edges), "--k", "3").exit_code == 0


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a,b\n1,2\n", UnreadableInput),
        ("source,target,weight\nA,B,much\n", UnreadableInput),
        ("source,target,weight\nA,B,nan\n", UnreadableInput),
        ("source,target,weight\nA,,1\n", UnreadableInput),
        ("source,target,weight\n", NothingFound),
    ],
)
def test_balance_says_what_is_wrong_with_a_file(tmp_path, text, fault):
    edges = tmp_path / "edges.csv"
    edges.write_text(text)
    assert isinstance(run("balance", str(edges)).exception, fault)


def test_issue_shows_the_mean_first_and_the_spread(tmp_path):
    actors = tmp_path / "actors.csv"
    actors.write_text("actor,position,salience,capability\nA,0,50,1\nB,10,50,3\n")
    assert run("issue", str(actors)).stdout.splitlines()[0].startswith("weighted mean       7.500")
    shape = json.loads(run("issue", str(actors), "--json").stdout)
    assert shape["challenge_low"] <= shape["challenge_high"]


def test_bloc_names_members_on_the_day_and_exports_with_a_sidecar(store, tmp_path):
    for ending in (".graphml", ".gexf", ".csv", ".parquet"):
        out = tmp_path / f"sco{ending}"
        done = run("bloc", "SCO", "--store", store, "--json", "--out", str(out))
        assert done.exit_code == 0, done.exception
        side = json.loads((tmp_path / f"sco{ending}.meta.json").read_text())
        assert {"query", "data_version", "licence", "citation"} <= set(side)
        if ending in (".graphml", ".gexf"):
            ET.parse(out)
    shape = json.loads(done.stdout)
    assert "IRN" not in shape["members"]  # joined after this day
    assert shape["cohesion"]["cohesion"]["low"] < shape["cohesion"]["cohesion"]["high"]
    assert 0 < shape["exits"]["member_leaves_within_1_year"] < 0.02
    assert "KGZ" in shape["unseen"]
    assert run("bloc", "SCO", "--store", store).exit_code == 0


def test_bloc_of_ones_own_members_and_what_cannot_be(store):
    assert run("bloc", "--members", "CHN,RUS,IND", "--store", store).exit_code == 0
    assert isinstance(run("bloc", "--members", "CHN", "--store", store).exception, WrongUse)
    assert isinstance(run("bloc", "--members", "CHN,NOBODYLAND", "--store", store).exception, UnknownActor)
    assert isinstance(run("bloc", "SCO", "--as-of", "1990-01-01", "--store", store).exception, NothingFound)
    assert isinstance(run("bloc", "--store", store).exception, WrongUse)
    quiet = run("bloc", "--members", "TON,WSM", "--store", store)
    assert quiet.exit_code == 4
    assert "no tie among these members" in quiet.stdout


def test_actor_lists_ties_and_hedging_between_two_poles(store):
    done = run("standing", "IND", "--store", store, "--between", "CHN,USA", "--json")
    assert done.exit_code == 0, done.exception
    shape = json.loads(done.stdout)
    assert shape["actor"] == "IND"
    assert shape["ties"]
    assert run("standing", "TON", "--store", store).exit_code == 4
    assert isinstance(run("standing", "IND", "--between", "CHN", "--store", store).exception, WrongUse)


def test_a_pair_in_a_notebook_is_a_chart_and_four_kinds_of_table(store):
    found = detente.pair("Russia", "CHN", store=store, since="2022-06-01")
    assert "<svg" in found._repr_html_()
    assert set(found._repr_mimebundle_()) == {"text/plain", "text/html"}
    table = found.to_arrow()
    assert (
        table.num_rows
        == found.to_polars().height
        == len(found.to_pandas())
        == found.to_ibis().count().execute()
    )
    moved = found.change.fading + sum(one.added for one in found.change.contributions)
    assert moved == pytest.approx(found.change.moved)
    nothing = detente.pair("TON", "WSM", store=store)
    assert "nothing on record" in repr(nothing)
    with pytest.raises(WrongUse):
        detente.pair("CHN", "CHN", store=store)
