"""Every measure gives the same rows on DuckDB and on Spark, and compiles for BigQuery."""

from __future__ import annotations

import importlib.util
import shutil
from datetime import date
from pathlib import Path

import ibis
import pytest

from detente.errors import WrongUse
from detente.ingest import load
from detente.relations import (
    bloc_matrix,
    by_period,
    counterparts,
    daily,
    dyad_series,
    evidence,
    movers,
    totals,
    unresolved_actors,
)
from detente.store import Store
from detente.store.corrections import correct
from detente.store.engines import bigquery_sql, connect, scanned_bytes
from detente.store.tables import EVENTS
from making import made_event

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "feeds"
LAST = date(2022, 12, 31)
BLOCS = {"CHN": "east", "RUS": "east", "KAZ": "east", "USA": "west", "FRA": "west"}
MEASURES = {
    "pairs by day": lambda e: dyad_series(e, as_of=LAST, every="day"),
    "pairs by week": lambda e: dyad_series(e, as_of=LAST, every="week"),
    "pairs by month": lambda e: dyad_series(e, as_of=LAST, every="month"),
    "totals": lambda e: totals(e, as_of=LAST, since=date(2022, 7, 1)),
    "movers": lambda e: movers(e, as_of=date(2022, 11, 1), days=60),
    "one pair": lambda e: daily(e, "CHN", "RUS", as_of=LAST),
    "by month": lambda e: by_period(e, as_of=LAST),
    "counterparts": lambda e: counterparts(e, "CHN", as_of=LAST),
    "blocs": lambda e: bloc_matrix(e, BLOCS, as_of=LAST),
    "evidence": lambda e: evidence(e, "CHN", "RUS", since=date(2022, 6, 1), until=LAST),
    "unresolved": unresolved_actors,
}
NO_SPARK = next(
    (
        reason
        for missing, reason in (
            (importlib.util.find_spec("pyspark") is None, "pyspark is not installed (extra spark)"),
            (shutil.which("java") is None, "there is no Java"),
        )
        if missing
    ),
    "",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory, coder) -> Store:
    """All made-up tables, some of them twice, and a correction."""
    made = Store(tmp_path_factory.mktemp("engines") / "store")
    tables = [str(one) for one in sorted(EXAMPLES.iterdir()) if not one.name.endswith("xml")]
    load(tables, made, coder)
    made.keep([], [made_event("CHN", "RUS", "AID", start=n) for n in range(4)])
    event = made_event("CHN", "RUS", "ASSAULT", start=99)
    made.keep([], [event])
    correct(made, event.event_id, {"act": "CONSULT"}, why="misread", made="2024-01-01T00:00:00")
    return made


@pytest.fixture(scope="module")
def spark():
    if NO_SPARK:
        pytest.skip(NO_SPARK)
    connection = connect("spark://local[2]")
    yield connection
    connection._session.stop()


def rows(table: ibis.expr.types.Table) -> list[dict[str, object]]:
    """The rows with floats rounded to what both engines must agree on."""
    return [
        {name: round(value, 9) if isinstance(value, float) else value for name, value in row.items()}
        for row in table.to_pyarrow().to_pylist()
    ]


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_gives_the_same_rows_on_spark(name, store, spark):
    here = rows(MEASURES[name](store.snapshot().events))
    there = rows(MEASURES[name](store.snapshot(spark).events))
    assert here
    assert here == there


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("settled", [True, False])
def test_a_measure_compiles_for_bigquery(name, settled):
    schema = ibis.Schema.from_pyarrow(EVENTS)
    table = ibis.table(schema, name="events")
    sql = bigquery_sql(MEASURES[name](table if settled else table.drop("same_act")))
    assert "SELECT" in sql
    assert ("ROW_NUMBER" in sql) == (not settled and name not in ("evidence", "unresolved"))


def test_the_bytes_of_a_question_are_estimated_from_the_columns_it_reads():
    table = ibis.table(ibis.Schema.from_pyarrow(EVENTS), name="events")
    assert scanned_bytes(table, ["source", "published"], 1000) == 18_000


def test_an_unknown_engine_is_refused():
    assert connect(None) is None
    assert connect("duckdb://") is None
    with pytest.raises(WrongUse, match="no engine"):
        connect("oracle://x")
    with pytest.raises(WrongUse, match="not run there"):
        connect("bigquery://project/set")


def test_the_matrix_of_blocs_counts_what_the_pairs_count(store):
    events = store.snapshot().events
    matrix = rows(bloc_matrix(events, BLOCS, as_of=LAST))
    pairs = [one for one in rows(totals(events, as_of=LAST)) if {one["first"], one["second"]} <= BLOCS.keys()]
    assert sum(one["acts"] for one in matrix) == sum(one["acts"] for one in pairs)


def test_counterparts_and_days_add_up_to_the_totals(store):
    events = store.snapshot().events
    pairs = rows(totals(events, as_of=LAST))
    mine = {one["other"]: one["acts"] for one in rows(counterparts(events, "CHN", as_of=LAST))}
    assert sum(mine.values()) == sum(one["acts"] for one in pairs if "CHN" in (one["first"], one["second"]))
    assert sum(one["acts"] for one in rows(daily(events, "CHN", "RUS", as_of=LAST))) == mine["RUS"]
    assert sum(one["acts"] for one in rows(by_period(events, as_of=LAST))) == sum(
        one["acts"] for one in pairs
    )
