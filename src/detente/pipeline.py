"""The verbs that the faces share: read, code, keep, relate, brief."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.actors import Gazetteer, gazetteer
from detente.brief import Brief, make_brief
from detente.coding import Coder
from detente.errors import DetenteError, NothingFound, UnknownActor, UnreadableInput, WrongUse
from detente.events import Coding
from detente.feeds import read_documents
from detente.feeds.text import read_json_lines
from detente.provenance import FileLedger, Ledger
from detente.settings import store_folder

if TYPE_CHECKING:
    from detente.documents import Document
    from detente.events import Event
    from detente.relations import Tie
    from detente.store import Kept, Snapshot, Store

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how much is done, and how much there is (None: unknown)."""


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
) -> Coder:
    """A coder by name: the learned one, or the baseline of verb lists."""
    if name == "lexical":
        from detente.coding.lexical import LexicalCoder

        return LexicalCoder(actors)
    if name != "learned":
        raise WrongUse(f'there is no coder "{name}"', near="learned, lexical")
    from detente.coding.learned import LearnedCoder

    return LearnedCoder(actors, weights=Path(weights) if weights else None, min_confidence=min_confidence)


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
        yield _code_one(document, coder)


def _code_one(document: Document, coder: Coder) -> Coding:
    coding = coder.code(document)
    if document.language != "other":
        return coding
    return replace(
        coding,
        events=(),
        expectations=(),
        conditionals=(),
        warnings=("the text does not look English and was not coded; the coder reads English only",),
    )


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did: the ledger by file, and what the store has kept."""

    ledger: Ledger
    kept: Kept


def load(
    paths: Sequence[str],
    store: Store,
    coder: Coder,
    *,
    given_date: date | None = None,
    progress: Progress = lambda *_: None,
) -> Loaded:
    """Load documents into the store, with their events; a file that fails changes nothing.

    JSON lines are counted line by line; any other file is one document, one line of the ledger.
    """
    ledgers: list[FileLedger] = []
    codings: list[Coding] = []
    seen = _known_documents(store)
    for path in _files(paths):
        lines = header = blank = 0
        good: list[Document] = []
        reasons: list[str] = []
        if path.endswith(".jsonl"):
            with Path(path).open("rb") as raw:
                for line in raw:
                    lines += 1
                    blank += not line.strip()
            for one in read_json_lines(Path(path), given_date=given_date):
                if one.document is None:
                    reasons.append(f"line {one.number}: {one.reason}")
                else:
                    good.append(one.document)
        else:
            good = list(read_documents(path, given_date=given_date))
            lines = len(good)
        duplicate = 0
        unresolved = 0
        for number, document in enumerate(good, 1):
            progress(f"reading {Path(path).name}", number, len(good))
            if document.document_id in seen:
                duplicate += 1
                continue
            seen.add(document.document_id)
            coding = _code_one(document, coder)
            codings.append(coding)
            unresolved += not any(sentence.mentions for sentence in coding.sentences)
        ledgers.append(
            FileLedger(
                path=path,
                layout="documents, JSON lines" if path.endswith(".jsonl") else "one document",
                lines=lines,
                header=header,
                blank=blank,
                parsed=len(good),
                quarantined=len(reasons),
                duplicate=duplicate,
                kept=len(good) - duplicate,
                unresolved=unresolved,
                reasons=tuple(reasons),
            ).check()
        )
    kept = store.keep(
        [one.document for one in codings],
        [event for one in codings for event in one.events],
        load={"files": [one.path for one in ledgers], "coder": coder.name},
    )
    return Loaded(Ledger(tuple(ledgers)), kept)


def _known_documents(store: Store) -> set[str]:
    snapshot = store.snapshot()
    if not snapshot.manifest.files("documents"):
        return set()
    return set(snapshot.documents.document_id.to_pyarrow().to_pylist())


def _files(paths: Sequence[str]) -> list[str]:
    found: list[str] = []
    for path in paths:
        folder = Path(path)
        if folder.is_dir():
            inside = sorted(
                str(one)
                for one in folder.rglob("*")
                if one.suffix.lower() in (".txt", ".md", ".html", ".htm", ".jsonl") and one.is_file()
            )
            if not inside:
                raise UnreadableInput(f"no text files in {path}")
            found += inside
        else:
            found.append(path)
    return found


def open_store(given: str | None) -> Store:
    """The store that must be there.

    Raises
    ------
    MissingStore : it is not.
    """
    from detente.store import Store

    return Store.existing(store_folder(given))


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
    coding = _code_one(document, coder)
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
