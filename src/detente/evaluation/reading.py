"""Expectations, conditionals and anaphors of short passages against labels: precision and recall of each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from detente.coding import Coder
from detente.documents import make_document
from detente.errors import UnreadableInput
from detente.evaluation.coding import merged
from detente.events import Coding
from detente.ontology import UNORDERED
from detente.periods import parse_day


def evaluate_reading(path: Path, coder: Coder) -> dict[str, dict[str, float]]:
    """Score a coder on labelled passages.

    An expectation is right when pair and act are (lists expanded, unordered acts unordered, CONCEDE and
    RETREAT merged); `marked` counts sentences only: was it seen that something is expected there. A
    conditional is right when both halves share at least half of their words with the label. An anaphor
    is right when exactly the labelled actors are read from words that overlap the label.
    """
    counts = {name: [0, 0, 0] for name in ("expectations", "expectations_marked", "conditionals", "anaphors")}
    for record in _read(path):
        day = parse_day(record["date"]) if record.get("date") else None
        document = make_document(record["text"], published=day, published_basis="given")
        coding = coder.code(document)
        for name, (right, wrong, missed) in _score(record, coding).items():
            for place, value in enumerate((right, wrong, missed)):
                counts[name][place] += value
    return {
        name: {
            "precision": right / max(1, right + wrong),
            "recall": right / max(1, right + missed),
            "labelled": right + missed,
        }
        for name, (right, wrong, missed) in counts.items()
    }


def _read(path: Path) -> list[dict[str, Any]]:
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            rows.append(json.loads(line))
        except ValueError:
            raise UnreadableInput("not a line of JSON", where=f"{path}, line {number}") from None
    return rows


def _score(record: dict[str, Any], coding: Coding) -> dict[str, tuple[int, int, int]]:
    place = {sentence.start: sentence.index for sentence in coding.sentences}
    expected = [(place.get(one.start), one.event) for one in coding.expectations]
    wanted = list(record["expectations"])
    right = 0
    left = list(expected)
    for label in wanted:
        fit = next(
            (one for one in left if one[0] == label["sentence_index"] and _same_event(label, one[1])), None
        )
        if fit:
            left.remove(fit)
            right += 1
    said = {index for index, _ in expected}
    marked = {label["sentence_index"] for label in wanted}
    halves = [(place.get(one.start), one.condition, one.consequence) for one in coding.conditionals]
    joined = _pair_off(
        record["conditionals"],
        halves,
        lambda label, one: (
            one[0] == label["sentence_index"]
            and _overlap(label["condition"], one[1]) >= 0.5
            and _overlap(label["consequence"], one[2]) >= 0.5
        ),
    )
    return {
        "expectations": (right, len(left), len(wanted) - right),
        "expectations_marked": (len(said & marked), len(said - marked), len(marked - said)),
        "conditionals": joined,
        "anaphors": _anaphors(record["anaphors"], coding),
    }


def _same_event(label: dict[str, Any], event: Any) -> bool:
    if merged(label["act"]) != merged(event.act or ""):
        return False
    if label["target"] is None:
        return bool(event.source == label["source"])
    pair = (event.source, event.target)
    if pair == (label["source"], label["target"]):
        return True
    return event.act in UNORDERED and pair == (label["target"], label["source"])


def _pair_off(labels: Sequence[Any], found: Sequence[Any], same: Any) -> tuple[int, int, int]:
    left = list(found)
    right = 0
    for label in labels:
        fit = next((one for one in left if same(label, one)), None)
        if fit is not None:
            left.remove(fit)
            right += 1
    return right, len(left), len(labels) - right


def _anaphors(labels: Sequence[dict[str, Any]], coding: Coding) -> tuple[int, int, int]:
    """Right, wrong and missed; each stretch of words counts once."""
    found: dict[tuple[int, int, str], set[str]] = {}
    for sentence in coding.sentences:
        for mention in sentence.mentions:
            if mention.kind == "anaphor" and mention.resolution.actor:
                key = (sentence.index, mention.start, mention.text)
                found.setdefault(key, set()).add(mention.resolution.actor)
    rows = [(index, text, actors) for (index, _, text), actors in found.items()]
    return _pair_off(
        labels,
        rows,
        lambda label, one: (
            one[0] == label["sentence_index"]
            and (label["words"].lower() in one[1].lower() or one[1].lower() in label["words"].lower())
            and set(label["actors"]) == one[2]
        ),
    )


def _overlap(first: str, second: str) -> float:
    one, other = set(first.lower().split()), set(second.lower().split())
    return len(one & other) / max(1, len(one | other))
