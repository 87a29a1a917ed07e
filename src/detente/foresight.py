"""The verbs of forecasting over a store: ask, draft, settle, look back. Shared by the faces, as `pipeline` is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from detente import pipeline
from detente.errors import NothingFound, WrongUse
from detente.forecasts import (
    Draft,
    Forecast,
    Ledger,
    Question,
    Record,
    Settlement,
    as_row,
    checked,
    drafts_of,
    on_record,
    read_pattern,
    read_rows,
    track_records,
)
from detente.forecasts import forecast as forecast_one
from detente.forecasts import settle as settle_all
from detente.forecasts.ledger import Entry
from detente.settings import store_folder

if TYPE_CHECKING:
    from pathlib import Path

    from detente.actors import Gazetteer
    from detente.coding import Coder
    from detente.documents import Document
    from detente.events import Event
    from detente.forecasts.forecaster import OnRecord
    from detente.store import Snapshot

JOURNAL = "forecasts.jsonl"
COLUMNS = ["event_id", "source", "target", "act", "published", "symmetric"]


def record_of(snapshot: Snapshot, as_of: date) -> OnRecord:
    """The acts of a store known on a day, echoes folded."""
    from detente.relations import counted

    return on_record(counted(snapshot.events, as_of=as_of).select(*COLUMNS).to_pyarrow(), as_of=as_of)


def read_ledger(folder: Path) -> Ledger:
    """The ledger of a store folder."""
    from detente.store.journal import read_journal

    return read_rows(read_journal(folder, JOURNAL))


def enter(folder: Path, make: Callable[[Ledger], Iterable[Entry]]) -> list[Entry]:
    """Add to the ledger what `make` gives for the ledger so far, and say what was new."""
    from detente.store.journal import append_journal

    added: list[Entry] = []

    def lines(rows: list[dict[str, object]]) -> list[dict[str, object]]:
        ledger = read_rows(rows)
        added[:] = ledger.add(make(ledger))[1]
        return [as_row(one) for one in added]

    append_journal(folder, JOURNAL, lines)
    return added


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with our forecast and the past events behind it."""

    question: Question
    forecast: Forecast
    evidence: tuple[Event, ...]
    warnings: tuple[str, ...] = ()


def ask(
    text: str,
    *,
    store: str | None = None,
    as_of: date | None = None,
    actors: Gazetteer | None = None,
    least: int = 1,
    chance: float | None = None,
    by: str = "",
    keep: bool = True,
) -> Answered:
    """Forecast a question given as a pattern, and enter both in the ledger; a user's own chance beside ours."""
    pattern = read_pattern(text)
    names = actors or pipeline.tables()
    snapshot = pipeline.open_store(store).snapshot()
    day = as_of or snapshot.last_published() or pipeline.today()
    question = checked(
        Question(
            pipeline.actor_id(pattern.source, names, day),
            pipeline.actor_id(pattern.target, names, day),
            pattern.acts,
            day,
            pattern.days,
            least=least,
            statement=text,
        )
    )
    last = snapshot.last_published()
    warnings = []
    if last is None:
        warnings.append("the store holds no dated events; the chance is that of pairs in public data")
    elif day > last:
        warnings.append(f"the store knows nothing after {last}; the forecast is as of {day} all the same")
    ours = forecast_one(record_of(snapshot, day), question)
    entries: list[Entry] = [question, ours]
    if chance is not None:
        entries.append(Forecast(question.question_id, f"user: {by or 'unnamed'}", day, chance, "by hand"))
    if keep:
        enter(snapshot.folder, lambda _: entries)
    return Answered(question, ours, tuple(events_by_id(snapshot, ours.evidence)), tuple(warnings))


def events_by_id(snapshot: Snapshot, ids: Sequence[str]) -> list[Event]:
    """Events by id, in the order of the ids."""
    from detente.events import from_table

    if not ids or snapshot.empty:
        return []
    rows = snapshot.events
    found = {one.event_id: one for one in from_table(rows.filter(rows.event_id.isin(list(ids))).to_pyarrow())}
    return [found[one] for one in ids if one in found]


@dataclass(frozen=True, slots=True)
class Drafted:
    """What was drafted from texts: the drafts, and how many entries were new to the ledger."""

    drafts: tuple[Draft, ...]
    ours: dict[str, Forecast]
    new: int


def draft(
    documents: Iterable[Document],
    coder: Coder,
    *,
    store: str | None = None,
    keep: bool = True,
) -> Drafted:
    """Questions from every expectation in the texts, each with the claimant's chance and ours as of its day.

    The first who raises a question is its claimant; everyone after is a further forecaster of it.
    """
    folder = store_folder(store)
    try:
        snapshot: Snapshot | None = pipeline.open_store(store).snapshot()
    except WrongUse:
        if store is not None and not keep:
            raise
        snapshot = None
    drafts: list[Draft] = []
    records: dict[date, OnRecord] = {}
    ours: dict[str, Forecast] = {}
    entries: list[Entry] = []
    for coding in pipeline.code(documents, coder):
        for one in drafts_of(coding):
            drafts.append(one)
            if one.question is None or one.claim is None:
                continue
            entries += [one.question, one.claim]
            identity = one.question.question_id
            if snapshot is not None and identity not in ours:
                day = one.question.opened
                if day not in records:
                    records[day] = record_of(snapshot, day)
                ours[identity] = forecast_one(records[day], one.question)
                entries.append(ours[identity])
    new = len(enter(folder, lambda _: entries)) if keep and entries else 0
    return Drafted(tuple(drafts), ours, new)


@dataclass(frozen=True, slots=True)
class Settled:
    """What was settled now, and what is still open."""

    settled: tuple[tuple[Question, Settlement, tuple[Event, ...]], ...]
    open: tuple[Question, ...]
    known_until: date | None


def settle(
    *,
    store: str | None = None,
    as_of: date | None = None,
    question_id: str | None = None,
    came: bool | None = None,
    reason: str = "",
    by: str = "",
) -> Settled:
    """Settle what the store can answer; or one question by hand, with a reason.

    A question is answered no only once the store itself reaches past its window: a clock set ahead settles nothing.
    """
    from detente.events import from_table

    snapshot = pipeline.open_store(store).snapshot()
    last = snapshot.last_published()
    known = min(as_of, last) if as_of and last else last
    ledger = read_ledger(snapshot.folder)
    if question_id is not None:
        if came is None:
            raise WrongUse(
                "say how the question ended", try_="add --came or --did-not-come, and --reason TEXT"
            )
        if question_id not in ledger.questions:
            raise WrongUse(f"no question {question_id} was asked", try_="list them with detente questions")
        day = as_of or last or ledger.questions[question_id].closes
        hand = Settlement(question_id, came, day, by=f"person: {by or 'unnamed'}", reason=reason)
        added = enter(snapshot.folder, lambda _: [hand])
    else:
        if known is None:
            raise NothingFound("the store holds no dated events", try_="load documents with dates")
        names = {one for q in ledger.questions.values() for one in (q.source, q.target)}
        rows = snapshot.events
        events = (
            from_table(
                rows.filter(rows.source.isin(sorted(names)) & rows.target.isin(sorted(names))).to_pyarrow()
            )
            if names
            else []
        )
        until = known
        added = enter(snapshot.folder, lambda now: settle_all(now, events, known_until=until))
    after = read_ledger(snapshot.folder)
    questions, done = after.questions, after.settlements
    return Settled(
        tuple(
            (questions[one.question_id], one, tuple(events_by_id(snapshot, one.evidence)))
            for one in added
            if isinstance(one, Settlement)
        ),
        tuple(one for key, one in questions.items() if key not in done),
        known,
    )


def track(*, store: str | None = None) -> dict[str, list[Record]]:
    """Track records from the ledger of a store.

    Raises
    ------
    NothingFound : nothing was forecast yet.
    """
    ledger = read_ledger(pipeline.open_store(store).folder)
    if not ledger.forecasts:
        raise NothingFound(
            "nothing was forecast yet",
            try_='ask something: detente forecast "CHN SUPPORT RUS within 30 days"',
        )
    return track_records(ledger)


def page(*, store: str | None = None) -> str:
    """The ledger of a store as an HTML page, with the sentences that decided."""
    from detente.forecasts.page import as_page

    snapshot = pipeline.open_store(store).snapshot()
    ledger = read_ledger(snapshot.folder)
    ids = [one for ended in ledger.settlements.values() for one in ended.evidence]
    words = {one.event_id: one.sentence or "" for one in events_by_id(snapshot, ids)}
    return as_page(ledger, sentences=words)


def questions(*, store: str | None = None) -> tuple[Ledger, dict[str, list[Forecast]]]:
    """The ledger and the forecasts of each question."""
    ledger = read_ledger(pipeline.open_store(store).folder)
    found: dict[str, list[Forecast]] = {}
    for one in ledger.forecasts:
        found.setdefault(one.question_id, []).append(one)
    return ledger, found


__all__ = ["Answered", "Drafted", "Settled", "ask", "draft", "page", "questions", "settle", "track"]
