"""Engines: the measures run on DuckDB in this process, on Spark unchanged, and compile for BigQuery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.errors import WrongUse

if TYPE_CHECKING:
    import ibis.expr.types as ir

SCHEMES = ("duckdb", "spark")


def connect(url: str | None) -> Any:
    """An Ibis connection for `--engine URL`; None for the DuckDB of this process.

    spark://local[2] starts Spark here; spark://host:7077 asks a cluster, which must see the store's folder.

    Raises
    ------
    WrongUse : no such engine, or what it needs is not installed.
    """
    if not url:
        return None
    scheme, _, rest = url.partition("://")
    if scheme == "duckdb":
        return None
    if scheme == "bigquery":
        raise WrongUse(
            "the measures compile for BigQuery but are not run there from here",
            try_="detente.store.engines.bigquery_sql(measure) gives the query to run with a cap on its bytes",
        )
    if scheme != "spark":
        raise WrongUse(f'"{url}" is no engine', near=", ".join(f"{one}://" for one in SCHEMES))
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise WrongUse(
            "Spark is not installed", try_="pip install 'detente[spark]', and a Java of version 17"
        ) from None
    import ibis

    host = rest.rstrip("/")
    master = host if host.startswith("local") else f"spark://{host}"
    session = (
        SparkSession.builder.master(master)
        .appName("detente")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return ibis.pyspark.connect(session)


def bigquery_sql(expression: ir.Expr) -> str:
    """The measure as BigQuery SQL; nothing is run."""
    import ibis

    return str(ibis.to_sql(expression, dialect="bigquery"))


# Bytes a row takes in a columnar scan, by column: what BigQuery bills is the width of the columns read.
_WIDTH = {
    "string": 10,
    "date": 8,
    "boolean": 1,
    "int8": 8,
    "int32": 8,
    "int64": 8,
    "float32": 8,
    "float64": 8,
}


def scanned_bytes(table: ir.Table, columns: list[str], rows: int) -> int:
    """About how many bytes a question over these columns of so many rows reads there.

    An estimate from the widths of the types; a dry run at the publisher gives the exact number.
    """
    return sum(_WIDTH.get(str(table[one].type().copy(nullable=True)), 10) for one in columns) * rows
