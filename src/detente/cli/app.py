"""Commands, one verb per job."""

from __future__ import annotations

import io
import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli import forecasting, relating
from detente.errors import DetenteError, printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

app = typer.Typer(
    name="detente",
    help="Reads news about states: who did what to whom, who moves closer to whom, with the sentence behind each.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
evaluate = typer.Typer(help="Measure how good the coder is on labelled data.", rich_markup_mode=None)
app.add_typer(evaluate, name="evaluate")

StoreOption = Annotated[str | None, typer.Option("--store", help="Folder of the store.", metavar="PATH")]
DateOption = Annotated[
    str | None,
    typer.Option("--date", help="Day of publication, where the text has none.", metavar="YYYY-MM-DD"),
]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="Last day whose news may be known.", metavar="YYYY-MM-DD")
]
SinceOption = Annotated[
    str | None, typer.Option("--since", help="First day to look at.", metavar="YYYY-MM-DD")
]
ActorsOption = Annotated[
    str | None,
    typer.Option("--actors", help="Your own actors: CSV id,name,aliases,kind or JSON lines.", metavar="FILE"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
EngineOption = Annotated[
    str | None,
    typer.Option("--engine", help="Where to ask: spark://local[2], spark://host:7077.", metavar="URL"),
]
WeightsOption = Annotated[
    str | None, typer.Option("--weights", help="Folder of other weights for the coder.", metavar="PATH")
]
ConfidenceOption = Annotated[
    float | None,
    typer.Option("--min-confidence", help="Leave out events below this probability.", min=0, max=1),
]


INTERRUPTED = 130


def main() -> None:
    """Run the command line; faults go to stderr with the exit code of their kind."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal of few characters shows what it can
            stream.reconfigure(errors="backslashreplace")
    try:
        app(standalone_mode=True)
    except DetenteError as fault:
        print(f"{type(fault).__name__}: {fault}", file=sys.stderr)
        sys.exit(fault.exit_code)
    except SystemExit as leaving:
        if leaving.code == INTERRUPTED:
            print("stopped; nothing was kept of what was unfinished", file=sys.stderr)
        raise


def _day(text: str | None, option: str) -> date | None:
    from detente.periods import parse_day

    return parse_day(text, where=option) if text else None


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def _print_json(value: Any, *, indent: int | None = 1) -> None:
    ascii_only = (sys.stdout.encoding or "utf-8").lower().replace("-", "") != "utf8"
    print(json.dumps(value, ensure_ascii=ascii_only, default=str, indent=indent))


def _warn(text: str) -> None:
    print(f"warning: {printable(text)}", file=sys.stderr)


def _progress() -> Callable[[str, int, int | None], None]:
    """A progress line on a terminal; silence in a pipe."""
    if not sys.stderr.isatty():
        return lambda *_: None

    def show(doing: str, done: int, of: int | None) -> None:
        print(f"\r{doing}: {done}{f' of {of}' if of else ''}   ", end="", file=sys.stderr, flush=True)
        if of and done >= of:
            print(file=sys.stderr)

    return show


def _write(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as fault:
        raise DetenteError(
            f"cannot write {path}: {fault.strerror}", try_="choose another place you may write to"
        ) from None


@app.command()
def brief(
    articles: Annotated[
        list[str], typer.Argument(help="Files, folders, addresses, or - for standard input.")
    ],
    date: DateOption = None,
    store: StoreOption = None,
    html: Annotated[
        str | None,
        typer.Option(
            "--html", help="Write an HTML page (FILE-1, FILE-2 for several articles).", metavar="FILE"
        ),
    ] = None,
    md: Annotated[str | None, typer.Option("--md", help="Write Markdown.", metavar="FILE")] = None,
    actors: ActorsOption = None,
    min_confidence: ConfidenceOption = None,
    weights: WeightsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what an article says: who did, asked, refused or promised what to whom, and where the ties stand."""
    from detente import pipeline
    from detente.brief import as_html, as_markdown, print_brief

    tables = pipeline.tables(actors)
    coder = pipeline.make_coder(tables, min_confidence=min_confidence, weights=weights)
    briefs = [
        pipeline.brief(document, coder, tables, store=store)
        for document in pipeline.ingest(articles, given_date=_day(date, "--date"))
    ]
    for one in briefs:
        for note in (*one.coding.document.notes, *one.coding.warnings):
            _warn(f"{one.title}: {note}")
        if one.coding.document.published is None:
            _warn(f"{one.title}: no date is known, so its acts count towards no tie; give one with --date")
    for path, render in ((html, as_html), (md, as_markdown)):
        if path:
            for number, one in enumerate(briefs, 1):
                page = Path(path)
                page = page if len(briefs) == 1 else page.with_stem(f"{page.stem}-{number}")
                _write(str(page), render(one))
                print(f"wrote {page}", file=sys.stderr)
    if as_json:
        shapes = [one.as_json() for one in briefs]
        _print_json(shapes[0] if len(shapes) == 1 else shapes)
    elif not (html or md):
        console = _console()
        for one in briefs:
            print_brief(one, console)
    if not any(one.coding.events for one in briefs):
        raise typer.Exit(4)


@app.command()
def code(
    paths: Annotated[list[str], typer.Argument(help="Files, folders, or - for standard input.")],
    date: DateOption = None,
    actors: ActorsOption = None,
    min_confidence: ConfidenceOption = None,
    weights: WeightsOption = None,
    jobs: Annotated[int, typer.Option("--jobs", help="Processes to code in.", min=1)] = 1,
    out: Annotated[
        str | None,
        typer.Option(
            "--out", help="Write here; a run that was stopped goes on where it stood.", metavar="FILE"
        ),
    ] = None,
) -> None:
    """Print the events of texts, one JSON line each."""
    from detente import pipeline
    from detente.cli.writing import EventsOut

    given = _day(date, "--date")
    show = _progress()
    with EventsOut(out) as sink:
        documents = (
            one for one in pipeline.ingest(paths, given_date=given) if one.document_id not in sink.written
        )
        if jobs > 1:
            codings = pipeline.code_in_parallel(
                documents, jobs=jobs, actors_file=actors, weights=weights, min_confidence=min_confidence
            )
        else:
            coder = pipeline.make_coder(
                pipeline.tables(actors), min_confidence=min_confidence, weights=weights
            )
            codings = iter(pipeline.code(documents, coder))
        for number, coding in enumerate(codings, 1):
            for note in (*coding.document.notes, *coding.warnings):
                _warn(f"{coding.document.title or coding.document.document_id}: {note}")
            sink.write(coding)
            show("documents coded", number, None)
    if not sink.events:
        raise typer.Exit(4)


@app.command()
def explain(
    sentence: Annotated[str, typer.Argument(help="One sentence, in quotes.")],
    date: DateOption = None,
    actors: ActorsOption = None,
) -> None:
    """Show every step of the coder on one sentence."""
    from detente import pipeline
    from detente.coding.explain import explain as explained

    for line in explained(sentence, pipeline.make_coder(pipeline.tables(actors)), _day(date, "--date")):
        print(printable(line))


@app.command()
def pair(
    first: Annotated[str, typer.Argument(help="An actor, by code or name.")],
    second: Annotated[str, typer.Argument(help="Another.")],
    store: StoreOption = None,
    as_of: AsOfOption = None,
    since: SinceOption = None,
    as_json: JsonOption = False,
) -> None:
    """How two actors stand, and the acts behind it."""
    from detente import pipeline

    view = pipeline.pair(
        first, second, store=store, as_of=_day(as_of, "--as-of"), since=_day(since, "--since")
    )
    if as_json:
        from dataclasses import asdict

        tie = {**asdict(view.tie), "verdict": view.tie.verdict}
        events = [one.as_json() for one in view.events]
        _print_json({"tie": tie, "months": view.months, "events": events})
    else:
        from detente.cli.show import print_pair

        print_pair(view, _console())
    if view.tie.acts == 0:
        raise typer.Exit(4)


@app.command()
def movers(
    store: StoreOption = None,
    as_of: AsOfOption = None,
    days: Annotated[int, typer.Option("--days", help="Length of the span that is compared.", min=1)] = 90,
    top: Annotated[int, typer.Option("--top", help="How many pairs to show.", min=1)] = 10,
    engine: EngineOption = None,
    as_json: JsonOption = False,
) -> None:
    """Pairs that moved most against the span before."""
    from detente import pipeline
    from detente.actors import gazetteer
    from detente.relations import movers as moved

    snapshot = pipeline.open_snapshot(store, engine)
    day = pipeline.as_of_day(snapshot, _day(as_of, "--as-of"))
    rows = moved(snapshot.events, as_of=day, days=days).limit(top).to_pyarrow().to_pylist()
    if as_json:
        _print_json({"as_of": str(day), "days": days, "movers": rows})
    else:
        from detente.cli.show import print_movers

        print_movers(rows, gazetteer(), day, days, _console())
    if not rows:
        raise typer.Exit(4)


@app.command()
def actor(
    name: Annotated[str, typer.Argument(help="A code, a name, a person in office, a seat of power.")],
    as_of: AsOfOption = None,
    actors: ActorsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Who is meant by a name on a day, and what the tables hold: codes, names, offices, seats, members."""
    from detente import pipeline
    from detente.cli.actors import actor_card, print_actor

    day = _day(as_of, "--as-of") or pipeline.today()
    card = actor_card(name, pipeline.tables(actors), day)
    if as_json:
        _print_json(card)
    else:
        print_actor(card, _console())


@app.command()
def demo(
    html: Annotated[
        str, typer.Option("--html", help="Where to write the page.", metavar="FILE")
    ] = "brief.html",
    store: StoreOption = None,
) -> None:
    """Load the example history, brief the example article, write a page, and say where it is."""
    from detente.cli.demo import run_demo

    run_demo(html, store, _console(), _progress(), _write)


@evaluate.command("coding")
def evaluate_coding(
    gold: Annotated[str, typer.Argument(help="Labelled sentences, JSON lines.")],
    coder: Annotated[str, typer.Option("--coder", help="learned, or lexical: the baseline.")] = "learned",
    weights: WeightsOption = None,
    actors: ActorsOption = None,
    min_confidence: ConfidenceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Events from raw sentences against labels: precision, recall, F1 with a bootstrap interval, status, speed."""
    from detente import pipeline
    from detente.evaluation.coding import evaluate_coding as run

    scores = run(
        Path(gold),
        pipeline.make_coder(
            pipeline.tables(actors), name=coder, min_confidence=min_confidence, weights=weights
        ),
    )
    if as_json:
        _print_json(scores)
    else:
        for name, value in scores.items():
            print(f"{name:<24} {value:.3f}" if isinstance(value, float) else f"{name:<24} {value}")


@evaluate.command("plover")
def evaluate_plover(
    pairs: Annotated[str, typer.Argument(help="Marked pairs, JSON lines.")],
    weights: WeightsOption = None,
    as_json: JsonOption = False,
) -> None:
    """The act of a marked pair, 15 classes: macro and micro F1 with a bootstrap interval."""
    from detente import pipeline
    from detente.coding.learned import LearnedCoder
    from detente.evaluation.plover import evaluate_plover as run

    coder = LearnedCoder(pipeline.tables(), weights=Path(weights) if weights else None)
    scores = run(Path(pairs), coder)
    if as_json:
        _print_json(scores)
    else:
        for name in ("macro_f1", "macro_f1_low", "macro_f1_high", "micro_f1"):
            print(f"{name:<16} {scores[name]:.3f}")
        for label, value in scores["per_class"].items():
            print(f"  {label:<14} {value:.3f}")


@evaluate.command("actors")
def evaluate_actors(
    gold: Annotated[str, typer.Argument(help="Labelled sentences, JSON lines.")],
    actors: ActorsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Share of labelled actors that the resolver finds, beside an exact match on CLDR names."""
    from detente import pipeline
    from detente.evaluation.actors import evaluate_actors as run

    scores = run(Path(gold), pipeline.tables(actors))
    if as_json:
        _print_json(scores)
    else:
        for name in ("recall", "actors_wanted", "beyond_labels_per_sentence", "sentences_per_second"):
            print(f"{name:<28} {scores[name]:.3f}")
        for name, value in scores["baseline"].items():
            print(f"baseline {name:<19} {value:.3f}")


@evaluate.command("reading")
def evaluate_reading(
    gold: Annotated[str, typer.Argument(help="Labelled passages, JSON lines.")],
    weights: WeightsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Expectations, conditionals and anaphors of labelled passages: precision and recall."""
    from detente import pipeline
    from detente.evaluation.reading import evaluate_reading as run

    scores = run(Path(gold), pipeline.make_coder(weights=weights))
    if as_json:
        _print_json(scores)
    else:
        for name, one in scores.items():
            print(
                f"{name:<20} precision {one['precision']:.3f}  recall {one['recall']:.3f}  of {one['labelled']}"
            )


@evaluate.command("mentions")
def evaluate_mentions(
    gold: Annotated[str, typer.Argument(help="Labelled mentions, JSON lines.")],
    actors: ActorsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Who is meant by labelled mentions, by kind, beside an exact match on CLDR names."""
    from detente import pipeline
    from detente.cli.actors import print_mentions
    from detente.evaluation.mentions import evaluate_mentions as run

    scores = run(Path(gold), pipeline.tables(actors))
    if as_json:
        _print_json(scores)
    else:
        print_mentions(scores, _console())


relating.register(app, evaluate)
forecasting.register(app, evaluate)

from detente.cli import feeding  # noqa: E402, F401  # load, get, unresolved, correct, doctor
