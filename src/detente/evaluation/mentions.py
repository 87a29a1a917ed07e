"""Who is meant by a mention: labelled words in sentences, half of them traps, scored by kind.

A mention counts as right when the answer names the labelled actor, or names none where the label has
none: a city named as a place, a person out of office and a newspaper are all "no actor". A label of no
actor is missed by any claim that touches its words. The same mentions are answered by an exact match
on CLDR names.
"""

from __future__ import annotations

import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from detente.actors import Gazetteer, Resolver
from detente.errors import UnknownDate, UnreadableInput
from detente.evaluation.actors import cldr_pattern
from detente.periods import parse_day

PLAIN_KINDS = frozenset(
    [
        "plain",
        "adjective",
        "people",
        "capital",
        "seat",
        "leader",
        "minister",
        "organisation",
        "armed group",
        "loose group",
        "historic name",
    ]
)
READINGS = ("actor", "place", "person", "other", "unknown")
Claim = tuple[int, int, str | None, str]  # start, end, actor, reading


@dataclass(frozen=True, slots=True)
class Labelled:
    """A mention with its label. `actor` is None where no actor is meant; `reading` says what is."""

    text: str
    day: date | None
    mention: str
    at: int
    actor: str | None
    reading: str
    kind: str

    @property
    def end(self) -> int:
        return self.at + len(self.mention)

    @property
    def trap(self) -> bool:
        return self.kind not in PLAIN_KINDS


def read_labelled(path: Path) -> list[Labelled]:
    """Labelled mentions, one JSON object a line.

    Raises
    ------
    UnreadableInput : a line lacks a field, or its words do not stand where it says.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            one = Labelled(
                row["text"],
                parse_day(row["day"]) if row["day"] else None,
                row["mention"],
                row["at"],
                row["actor"],
                row["reading"],
                row["kind"],
            )
            fits = one.text[one.at : one.end] == one.mention and one.reading in READINGS
            fits = fits and (one.actor is not None) == (one.reading == "actor")
        except (ValueError, KeyError, TypeError, UnknownDate):
            fits = False
        if not fits:
            raise UnreadableInput(
                "not a labelled mention",
                where=f"{path}, line {number}",
                try_="each line needs text, day, mention, at (where it stands in text), actor, reading, kind",
            )
        found.append(one)
    return found


def answer(label: Labelled, claims: Iterable[Claim]) -> tuple[str | None, str | None]:
    """The actor and reading an answer gives for a labelled mention; (None, None): it found nothing there."""
    touching = [one for one in claims if one[0] < label.end and label.at < one[1]]
    if not touching:
        return None, None
    if label.actor is None:
        touching.sort(key=lambda one: one[3] != "actor")  # any claim of an actor is a fault
    else:
        touching.sort(key=lambda one: -(min(one[1], label.end) - max(one[0], label.at)))
    _, _, actor, reading = touching[0]
    return (actor if reading == "actor" else None), reading


def evaluate_mentions(path: Path, tables: Gazetteer, *, seed: int = 0) -> dict[str, Any]:
    """Accuracy over all, over traps and the rest, and by kind; the CLDR baseline beside it."""
    labels = read_labelled(path)
    resolver = Resolver(tables)

    def resolved(label: Labelled) -> list[Claim]:
        return [
            (one.start, one.end, one.resolution.actor, one.resolution.reading)
            for one in resolver.mentions(label.text, label.day)
        ]

    pattern, ids = cldr_pattern(tables)

    def matched(label: Labelled) -> list[Claim]:
        return [(*one.span(), ids[one.group()], "actor") for one in pattern.finditer(label.text)]

    ours, wrong = _score(labels, resolved, seed)
    baseline, _ = _score(labels, matched, seed)
    return {**ours, "speed": _speed(labels, resolver), "baseline": baseline, "wrong": wrong}


def _score(
    labels: Sequence[Labelled], claims: Callable[[Labelled], list[Claim]], seed: int
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    rights: list[bool] = []
    readings = 0
    wrong = []
    kinds: dict[str, list[bool]] = defaultdict(list)
    for label in labels:
        actor, reading = answer(label, claims(label))
        right = actor == label.actor
        rights.append(right)
        kinds[label.kind].append(right)
        readings += right and (reading == label.reading or (reading is None and label.actor is None))
        if not right:
            wrong.append(
                {"text": label.text, "day": str(label.day) if label.day else None, "mention": label.mention}
                | {"kind": label.kind, "wanted": label.actor, "got": actor, "read_as": reading}
            )
    low, high = _interval(labels, rights, seed)
    traps = [right for label, right in zip(labels, rights, strict=True) if label.trap]
    rest = [right for label, right in zip(labels, rights, strict=True) if not label.trap]
    scores = {
        "mentions": len(rights),
        "accuracy": _share(rights),
        "accuracy_low": low,
        "accuracy_high": high,
        "traps": {"n": len(traps), "accuracy": _share(traps)},
        "plain": {"n": len(rest), "accuracy": _share(rest)},
        "reading_accuracy": readings / max(1, len(rights)),
        "by_kind": {
            kind: {"n": len(got), "accuracy": _share(got)}
            for kind, got in sorted(kinds.items(), key=lambda item: -len(item[1]))
        },
    }
    return scores, wrong


def _speed(labels: Sequence[Labelled], resolver: Resolver, *, repeats: int = 5) -> dict[str, float]:
    """Per second of processor time on one core: sentences spotted, sentences read, namings read in them."""
    sentences = list({one.text: one.day for one in labels}.items())
    best = {"spotted": float("inf"), "read": float("inf")}
    namings = 0
    for _ in range(repeats):
        start = time.process_time()
        for text, _day in sentences:
            resolver.spot(text)
        best["spotted"] = min(best["spotted"], time.process_time() - start)
        start = time.process_time()
        namings = sum(len(resolver.mentions(text, day)) for text, day in sentences)
        best["read"] = min(best["read"], time.process_time() - start)
    spotted, read = (max(seconds, 1e-9) for seconds in best.values())
    return {
        "sentences_spotted_per_second": len(sentences) / spotted,
        "sentences_read_per_second": len(sentences) / read,
        "resolutions_per_second": namings / read,
    }


def _share(rights: Sequence[bool]) -> float:
    return sum(rights) / max(1, len(rights))


def _interval(labels: Sequence[Labelled], rights: Sequence[bool], seed: int) -> tuple[float, float]:
    """A 95 % bootstrap interval; sentences are drawn, as mentions of one sentence stand or fall together."""
    by_text: dict[str, list[bool]] = defaultdict(list)
    for label, right in zip(labels, rights, strict=True):
        by_text[label.text].append(right)
    sentences = [(sum(one), len(one)) for one in by_text.values()]
    if not sentences:
        return 0.0, 0.0
    rng = random.Random(seed)
    shares = []
    for _ in range(1000):
        drawn = rng.choices(sentences, k=len(sentences))
        shares.append(sum(right for right, _ in drawn) / sum(n for _, n in drawn))
    shares.sort()
    return shares[24], shares[974]
