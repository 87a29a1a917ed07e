"""Commands that fill the store and keep it right: load, get, unresolved, correct, doctor."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.app import (
    ActorsOption,
    DateOption,
    JsonOption,
    StoreOption,
    _console,
    _day,
    _print_json,
    _progress,
    _warn,
    app,
)

if TYPE_CHECKING:
    from detente.ingest import Loaded


@app.command()
def load(
    paths: Annotated[
        list[str], typer.Argument(help="Files, folders, archives, addresses, or - for standard input.")
    ],
    store: StoreOption = None,
    date: DateOption = None,
    actors: ActorsOption = None,
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns",
            help="Names of the columns of your own table: source=A,target=B,act=C,day=D; also codes=cow, dates=day/month/year.",
            metavar="OURS=THEIRS,...",
        ),
    ] = None,
    published: Annotated[
        str,
        typer.Option(
            "--published",
            help="added: the day the feed took a row in (the rule); event: its event date, for archives compiled later.",
        ),
    ] = "added",
    again: Annotated[bool, typer.Option("--again", help="Read files again that were loaded before.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Keep events and documents in the store; ends with a ledger that accounts for every line."""
    from detente import pipeline
    from detente.errors import WrongUse
    from detente.settings import store_folder
    from detente.store import Store

    if published not in ("added", "event"):
        raise WrongUse(f'--published is "{published}"', near="added, event")
    tables = pipeline.tables(actors)
    keeper = Store(store_folder(store), tell=lambda text: print(text, file=sys.stderr))
    done = pipeline.load(
        paths,
        keeper,
        lambda: pipeline.make_coder(tables),
        given_date=_day(date, "--date"),
        columns=_columns(columns),
        published_by=published,
        again=again,
        actors=tables,
        progress=_progress(),
    )
    _tell(done, str(keeper.folder), as_json)


def _columns(text: str | None) -> dict[str, str]:
    from detente.errors import WrongUse

    found: dict[str, str] = {}
    for one in (text or "").split(","):
        name, equals, value = one.partition("=")
        if one and not (equals and value):
            raise WrongUse(f'--columns has "{one}"', try_="write ours=theirs, for example source=actor_a")
        if one:
            found[name.strip()] = value.strip()
    return found


def _tell(done: Loaded, folder: str, as_json: bool) -> None:
    totals = done.ledger.totals()
    if as_json:
        shape = done.ledger.as_json()
        shape["unresolved"] = [{"raw": raw, "rows": many} for raw, many in done.unresolved.most_common(50)]
        shape["store"] = {"folder": folder, "version": done.kept.version}
        _print_json(shape)
    else:
        print_ledger(done.ledger)
        if done.unresolved:
            many = sum(done.unresolved.values())
            shown = ", ".join(f"{raw} ({times:,})" for raw, times in done.unresolved.most_common(8))
            print(
                f"actors not in the tables: {many:,} namings of {len(done.unresolved):,}; most often {shown}"
            )
        print(
            f"store {folder}, version {done.kept.version}: {done.kept.documents:,} documents and "
            f"{done.kept.events:,} events are new"
        )
    for one in done.failed:
        _warn(f"{one.path}: {one.fault}; nothing of it was kept")
    if done.failed:
        raise typer.Exit(1)
    if totals["quarantined"]:
        raise typer.Exit(3)


def print_ledger(ledger: Any) -> None:
    """The ledger as a table: many files of one layout in one line."""
    from rich.table import Table
    from rich.text import Text

    from detente.provenance import COUNTS

    columns = (*COUNTS, "same_article", "same_act")
    table = Table(box=None, pad_edge=False)
    table.add_column("file", overflow="fold")
    for name in columns:
        table.add_column(name.replace("_", " "), justify="right")
    grouped: dict[str, list[Any]] = {}
    for one in ledger.files:
        grouped.setdefault(one.layout if len(ledger.files) > 20 else one.path, []).append(one)
    for name, files in grouped.items():
        label = name if len(ledger.files) <= 20 else f"{name} ({len(files):,} files)"
        table.add_row(Text(label), *(f"{sum(getattr(one, c) for one in files):,}" for c in columns))
    if len(grouped) > 1:
        table.add_row(
            "total", *(f"{sum(getattr(one, c) for one in ledger.files):,}" for c in columns), style="bold"
        )
    console = _console()
    console.print(table)
    for one in ledger.files[:20]:
        if one.why:
            console.print(Text(f"{one.path}: read as {one.layout}, because of {one.why}"))
        for note in one.notes:
            console.print(Text(f"  {note}"))
    shown = 0
    for one in ledger.files:
        for reason in one.reasons if not one.fault else ():
            if shown < 20:
                _warn(f"{one.path}, {reason}")
            shown += 1
    if shown > 20:
        _warn(
            f"{shown - 20:,} more lines were kept aside (--json shows the reason of each); detente doctor reads them again"
        )
    for one in ledger.files:
        if not one.parsed and not one.quarantined and not one.fault:
            _warn(f"{one.path} holds nothing to load")


@app.command()
def get(
    publisher: Annotated[str, typer.Argument(help="gdelt, icews, polecat, unga, cow or rss.")],
    address: Annotated[str | None, typer.Argument(help="The address of the feed, for rss.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="First day.", metavar="YYYY-MM-DD")] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="First day that is not wanted.", metavar="YYYY-MM-DD")
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Show files, bytes and disk; fetch nothing.")] = False,
    kinds: Annotated[str, typer.Option("--kinds", help="For gdelt: events, mentions, gkg.")] = "events",
    translated: Annotated[
        bool, typer.Option("--translated", help="For gdelt: the translated stream.")
    ] = False,
    from_folder: Annotated[
        str | None,
        typer.Option("--from-folder", help="Take files that were got by other means.", metavar="DIR"),
    ] = None,
    mirror: Annotated[str | None, typer.Option("--mirror", help="Another server of the same files.")] = None,
    parallel: Annotated[int, typer.Option("--parallel", help="Files at a time.", min=1, max=16)] = 4,
    gaps: Annotated[bool, typer.Option("--gaps", help="Only what failed before.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Fetch public event data into the cache, where detente load finds it; a second run goes on where the first stopped."""
    from dataclasses import asdict
    from datetime import UTC, datetime
    from pathlib import Path

    from detente.errors import WrongUse
    from detente.feeds import fetching, publishers
    from detente.settings import cache_folder

    names = ("gdelt", "icews", "polecat", "unga", "cow", "rss")
    if publisher not in names:
        raise WrongUse(f'nothing is fetched from "{publisher}"', near=", ".join(names))
    fetcher = fetching.Fetcher(
        cache_folder(), parallel=parallel, tell=lambda text: print(text, file=sys.stderr)
    )
    first, last = _day(since, "--since"), _day(until, "--until")
    if first and last and last <= first:
        raise WrongUse("--until is not after --since", try_="the day of --until is left out")
    if from_folder:
        made = fetching.Plan(publisher, ())
        done = fetcher.from_folder(publisher, Path(from_folder))
    else:
        if gaps:
            lost = [one for plan_ in fetcher.gaps() if plan_.publisher == publisher for one in plan_.files]
            made = fetching.Plan(publisher, tuple(dict.fromkeys(lost)))
        elif publisher == "gdelt":
            made = publishers.gdelt_plan(
                fetcher,
                since=first,
                until=last,
                kinds=[one.strip() for one in kinds.split(",")],
                translated=translated,
                mirror=mirror,
            )
        elif publisher == "cow":
            made = publishers.cow_plan(mirror=mirror)
        elif publisher == "rss":
            made = publishers.rss_plan(address or "", datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"))
        else:
            made = publishers.dataverse_plan(fetcher, publisher, since=first, until=last, mirror=mirror)
        done = [] if plan else fetcher.fetch(made)
    ends = fetching.summary(done)
    folder = fetcher.folder(publisher)
    if as_json:
        _print_json(
            {
                "publisher": publisher,
                "folder": str(folder),
                "files": [asdict(one) for one in made.files],
                "bytes": made.bytes,
                "absent": list(made.absent),
                "done": [asdict(one) for one in done],
                "summary": ends,
            }
        )
    elif plan:
        _print_plan(made, fetcher)
    else:
        print(", ".join(f"{many:,} {state}" for state, many in ends.items()))
        print(f"the files lie in {folder}; keep them in the store with: detente load {folder}")
    for one in done:
        if one.state == fetching.FAILED:
            _warn(f"{one.name} failed: {one.why}")
        elif one.state == fetching.ABSENT:
            _warn(f"{one.name} is absent at the publisher: {one.why}")
    if made.absent and not as_json:
        _warn(f"{len(made.absent):,} slots are absent at the publisher, the first {made.absent[0]}")
    if ends[fetching.FAILED]:
        raise typer.Exit(1)
    if not made.files and not done:
        raise typer.Exit(4)


def _print_plan(made: Any, fetcher: Any) -> None:
    import shutil

    waiting = fetcher.waiting(made)
    total = sum(one.size or 0 for one in waiting)
    unstated = sum(one.size is None for one in waiting)
    fetcher.cache.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(fetcher.cache).free
    print(f"{len(made.files):,} files, {len(made.files) - len(waiting):,} of them in the cache already")
    print(f"{total:,} bytes to fetch" + (f", and {unstated:,} files of unstated size" if unstated else ""))
    print(f"{free:,} bytes are free in {fetcher.cache}")
    for one in made.files[:10]:
        print(f"  {one.name}  {'' if one.size is None else f'{one.size:,} bytes'}")
    if len(made.files) > 10:
        print(f"  and {len(made.files) - 10:,} more")
    if made.note:
        print(made.note)


@app.command()
def unresolved(
    store: StoreOption = None,
    top: Annotated[int, typer.Option("--top", help="How many to show.", min=1)] = 40,
    as_json: JsonOption = False,
) -> None:
    """Actors of the feeds that no table knows, most frequent first."""
    from detente import pipeline
    from detente.relations import unresolved_actors

    rows = unresolved_actors(pipeline.open_store(store).snapshot().events).limit(top).to_pyarrow().to_pylist()
    if as_json:
        _print_json(rows)
    else:
        for row in rows:
            print(f"{row['rows']:>10,}  {row['feed']:<10} {row['raw']}")
    if not rows:
        raise typer.Exit(4)


@app.command()
def correct(
    event: Annotated[
        str | None, typer.Argument(help="Id of the event, as detente pair --json gives it.")
    ] = None,
    act: Annotated[str | None, typer.Option("--act", help="The PLOVER act it is.")] = None,
    status: Annotated[str | None, typer.Option("--status", help="happened, planned, denied ...")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Who acted: a code or a name.")] = None,
    target: Annotated[str | None, typer.Option("--target", help="Whom it was aimed at.")] = None,
    day: Annotated[str | None, typer.Option("--day", help="When it happened.", metavar="YYYY-MM-DD")] = None,
    why: Annotated[str, typer.Option("--why", help="The reason; it is kept with the correction.")] = "",
    export: Annotated[
        bool, typer.Option("--export", help="Print every correction, one JSON line each.")
    ] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge one event anew. The data stays as it came; the judgement is kept beside it and applied on reading."""
    from datetime import UTC, datetime

    from detente import pipeline
    from detente.actors import gazetteer
    from detente.errors import WrongUse
    from detente.store.corrections import correct as judge

    keeper = pipeline.open_store(store)
    if export:
        for row in keeper.snapshot().table("corrections").to_pyarrow().to_pylist():
            print(json.dumps(row, default=str, ensure_ascii=False))
        return
    if not event:
        raise WrongUse("no event is named", try_="detente correct EVENT --act CONSULT --why '...'")
    actors = gazetteer()
    changes: dict[str, str | None] = {
        name: value
        for name, value in (("act", act and act.upper()), ("status", status), ("day", day))
        if value
    }
    for name, value in (("source", source), ("target", target)):
        if value:
            changes[name] = pipeline.actor_id(value, actors)
    before, after = judge(
        keeper, event, changes, why=why, made=datetime.now(UTC).isoformat(timespec="microseconds")
    )
    if as_json:
        _print_json({"before": before.as_json(), "after": after.as_json(), "why": why})
    else:
        for name in changes:
            print(f"{name}: {getattr(before, name)} -> {getattr(after, name)}")


@app.command()
def doctor(
    store: StoreOption = None,
    actors: ActorsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check every part of the store, and read again only the lines that were set aside."""
    from detente import pipeline
    from detente.ingest import read_again
    from detente.store.checks import check_store

    keeper = pipeline.open_store(store)
    health = check_store(keeper)
    repaired = read_again(keeper, actors=pipeline.tables(actors)) if not health.faults else None
    if as_json:
        _print_json(
            {
                "parts": health.parts,
                "rows": health.rows,
                "faults": list(health.faults),
                "set_aside": repaired.waiting if repaired else None,
                "mended": repaired.mended if repaired else None,
                "still": list(repaired.still) if repaired else None,
            }
        )
    else:
        print(f"{health.parts:,} parts, {health.rows:,} rows, {len(health.faults)} faults")
        for fault in health.faults:
            _warn(fault)
        if repaired:
            print(
                f"{repaired.waiting:,} lines were set aside; {repaired.mended:,} can be read now and are kept"
            )
            for one in repaired.still[:20]:
                _warn(one)
    if health.faults:
        raise typer.Exit(1)
    if repaired and repaired.still:
        raise typer.Exit(3)
