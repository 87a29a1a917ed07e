"""Echoes: the same act by the same pair reported more than once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from detente.events.event import Event


@dataclass(frozen=True, slots=True)
class Echoed:
    """One act and the events that report it; `first` is the earliest published."""

    first: Event
    reports: tuple[Event, ...]


def fold_echoes(events: Iterable[Event]) -> list[Echoed]:
    """Fold reports of one act: same pair, act and status, same day (the day it happened, else published).

    The order of the first reports is kept. Rows without any day are never folded: two undated
    reports may be of two acts.
    """
    heard: dict[tuple[object, ...], list[Event]] = {}
    for event in events:
        day = event.day or event.published
        pair = frozenset(event.actors) if event.symmetric else (event.source, event.target)
        key: tuple[object, ...] = (day, pair, event.act, event.status)
        heard.setdefault(key if day else (event.event_id,), []).append(event)
    return [
        Echoed(min(many, key=lambda one: (one.published or date.max, one.event_id)), tuple(many))
        for many in heard.values()
    ]
