"""The verbs that the faces share: read, code, keep, relate, brief."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.actors import Gazetteer, gazetteer
from detente.brief import Brief, make_brief
from detente.coding import Coder
from detente.errors import DetenteError, NothingFound, UnknownActor, WrongUse
from detente.events import Coding
from detente.feeds import read_documents
from detente.ingest import Loaded as Loaded  # noqa: PLC0414
from detente.ingest import Progress as Progress  # noqa: PLC0414
from detente.ingest import code_one
from detente.ingest import load as load  # noqa: PLC0414
from detente.settings import store_folder

if TYPE_CHECKING:
    from detente.documents import Document
    from detente.events import Event
    from detente.relations import Tie
    from detente.store import Snapshot, Store


def tables(actors_file: str | None = None) -> Gazetteer:
    """The actor tables, a user's own actors on top."""
    own = gazetteer()
    return own.with_own(Path(actors_file)) if actors_file else own


def make_coder(
    actors: Gazetteer | None = None,
    *,
    name: str = "learned",
    min_confidence: float | None = None,
    weights: str | None = None,
    threads: int = 2,
) -> Coder:
    """A coder by name: the learned one, or the baseline of verb lists."""
    if name == "lexical":
        from detente.coding.lexical import LexicalCoder

        return LexicalCoder(actors)
    if name != "learned":
        raise WrongUse(f'there is no coder "{name}"', near="learned, lexical")
    from detente.coding.learned import LearnedCoder

    return LearnedCoder(
        actors, weights=Path(weights) if weights else None, min_confidence=min_confidence, threads=threads
    )


def today() -> date:
    """The one place that reads the clock."""
    return date.today()


def ingest(paths: Sequence[str], *, given_date: date | None = None) -> Iterable[Document]:
    """Documents of files, folders, addresses or standard input, in the order given."""
    for path in paths:
        yield from read_documents(path, given_date=given_date)


def code(documents: Iterable[Document], coder: Coder) -> Iterable[Coding]:
    """Code documents one by one. Text that is not English is kept and not coded."""
    for document in documents:
        yield code_one(document, coder)


def code_in_parallel(
    documents: Iterable[Document],
    *,
    jobs: int,
    actors_file: str | None = None,
    weights: str | None = None,
    min_confidence: float | None = None,
) -> Iterator[Coding]:
    """Code documents in several processes. The order and the content of the answers do not depend on `jobs`."""
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(
        jobs, get_context("spawn"), _start_worker, (actors_file, weights, min_confidence)
    ) as workers:
        waiting: deque[Future[list[Coding]]] = deque()
        for several in batched(documents, 16):
            waiting.append(workers.submit(_code_several, several))
            if len(waiting) >= 4 * jobs:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def batched(documents: Iterable[Document], size: int) -> Iterator[list[Document]]:
    """Lists of up to `size` documents."""
    several: list[Document] = []
    for document in documents:
        several.append(document)
        if len(several) == size:
            yield several
            several = []
    if several:
        yield several


_worker: list[Coder] = []


def _start_worker(actors_file: str | None, weights: str | None, min_confidence: float | None) -> None:
    coder = make_coder(tables(actors_file), weights=weights, min_confidence=min_confidence, threads=1)
    _worker[:] = [coder]


def _code_several(documents: list[Document]) -> list[Coding]:
    return [code_one(document, _worker[0]) for document in documents]


def coded_already(journal: Path) -> set[str]:
    """Ids of the documents that an unfinished run has written."""
    if not journal.exists():
        return set()
    lines = journal.read_text(encoding="utf-8").splitlines(keepends=True)
    return {line.rstrip("\n") for line in lines if line.endswith("\n")}


def open_store(given: str | None) -> Store:
    """The store that must be there.

    Raises
    ------
    MissingStore : it is not.
    """
    from detente.store import Store

    return Store.existing(store_folder(given))


def open_snapshot(given: str | None, engine: str | None = None) -> Snapshot:
    """The store as it is now, asked through the engine of an address (`spark://...`), else through DuckDB."""
    from detente.store.engines import connect

    return open_store(given).snapshot(connect(engine))


def as_of_day(snapshot: Snapshot, given: date | None) -> date:
    """The day whose news may be known: the one given, else the newest in the store."""
    day = given or snapshot.last_published()
    if day is None:
        raise NothingFound(
            "the store holds no dated events", try_="load documents with dates, or give --date"
        )
    return day


def brief(document: Document, coder: Coder, actors: Gazetteer, *, store: str | None = None) -> Brief:
    """Code one document and set the ties of its actors beside it, as far as the store knows them."""
    coding = code_one(document, coder)
    ties: list[Tie] = []
    note, as_of = "", None
    try:
        snapshot = open_store(store).snapshot()
        as_of = as_of_day(snapshot, document.published)
        ties = _ties_of(coding, snapshot, as_of)
        if not ties:
            note = f"The store holds no acts between these actors up to {as_of}."
    except DetenteError as fault:
        if store is not None:
            raise
        note = f"No ties: {fault.what}."
    return make_brief(coding, actors, coder=coder.name, ties=ties, ties_as_of=as_of, store_note=note)


def _ties_of(coding: Coding, snapshot: Snapshot, as_of: date) -> list[Tie]:
    """Ties of the pairs that share an event or a sentence of the text."""
    from detente.relations import ties

    pairs: dict[frozenset[str], int] = {}
    for sentence in coding.sentences:
        named = dict.fromkeys(
            one.resolution.actor
            for one in sentence.mentions
            if one.resolution.actor and one.resolution.reading in ("actor", "anaphor")
        )
        for pair in combinations(named, 2):
            key = frozenset(pair)
            pairs[key] = pairs.get(key, 0) + 1
    among = sorted({actor for pair in pairs for actor in pair})
    if not among:
        return []
    found = ties(snapshot.events, as_of=as_of, among=among)
    return [one for one in found if frozenset((one.first, one.second)) in pairs]


def actor_id(name: str, actors: Gazetteer, day: date | None = None) -> str:
    """The id of an actor given by id or name.

    Raises
    ------
    UnknownActor : nobody of that name on that day.
    """
    from detente.actors import Resolver

    name = name.encode("utf-8", "replace").decode()  # a terminal may hand over bytes that are no text
    if name.upper() in actors.actors:
        return name.upper()
    found = Resolver(actors).resolve(name, day)
    if found.actor is None:
        raise UnknownActor(
            f'no actor is called "{name}"' + (f" on {day}" if day else ""),
            near=near_names(name, actors) or ", ".join(who for who, _ in found.runners_up),
            try_="use an ISO code such as FRA, or add the actor with --actors FILE",
        )
    return found.actor


def near_names(name: str, actors: Gazetteer) -> str:
    """Known names that look like this one, for error messages."""
    import difflib

    known = [one.form for one in actors.names if one.kind in ("name", "former", "alias")]
    return ", ".join(dict.fromkeys(difflib.get_close_matches(name, known, n=3, cutoff=0.6)))


def pair(
    first: str, second: str, *, store: str | None = None, as_of: date | None = None, since: date | None = None
) -> PairView:
    """How two actors stand: the tie, its series by month, and the acts behind it."""
    from detente.relations import dyad_series, tie

    actors = gazetteer()
    a, b = sorted((actor_id(first, actors, as_of), actor_id(second, actors, as_of)))
    snapshot = open_store(store).snapshot()
    day = as_of_day(snapshot, as_of)
    rows = snapshot.events
    rows = rows.filter(rows.source.isin([a, b]) & rows.target.isin([a, b]))
    days = dyad_series(rows, as_of=day, every="day").to_pyarrow().to_pylist()
    months = dyad_series(rows, as_of=day, every="month").to_pyarrow().to_pylist()
    counts = [(row["period"], row["cooperative"], row["conflictual"]) for row in days]
    until = date.fromordinal(day.toordinal() + 1)
    return PairView(
        tie=tie(a, b, counts, as_of=day),
        months=[row for row in months if since is None or row["period"] >= since],
        events=snapshot.events_between(a, b, since=since, until=until),
        names={one: actors.actors[one].name if one in actors.actors else one for one in (a, b)},
    )


@dataclass(frozen=True, slots=True)
class PairView:
    """A pair as it is shown: tie, monthly counts, events newest first, and the names of both."""

    tie: Tie
    months: list[dict[str, Any]]
    events: list[Event]
    names: dict[str, str]
