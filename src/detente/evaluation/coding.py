"""Events from raw sentences against labels: strict source, target and act; pairs; quads; status; empty sentences.

Lists are expanded to dyads; CONCEDE and RETREAT are merged; CONSULT, AGREE and COOPERATE are unordered;
an optional label neither counts as missed nor as found wrongly; an empty target accepts any target or none.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detente.coding import Coder
from detente.documents import make_document
from detente.errors import UnknownDate, UnreadableInput, WrongUse
from detente.events import Event
from detente.ontology import ACTS, UNORDERED
from detente.periods import parse_day

MERGED = {"CONCEDE": "RETREAT", "YIELD": "RETREAT"}


@dataclass(frozen=True, slots=True)
class Label:
    """One labelled dyad: `members` the two sides of an unordered act, else (source, target)."""

    source: str
    target: str | None
    acts: frozenset[str]
    statuses: frozenset[str]
    optional: bool
    unordered: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one sentence."""

    found_right: int = 0
    found_wrong: int = 0
    labels_met: int = 0
    labels_missed: int = 0
    status_right: int = 0
    pair_right: int = 0
    pair_wrong: int = 0
    pairs_met: int = 0
    pairs_missed: int = 0
    quad_right: int = 0
    quad_wrong: int = 0
    quads_met: int = 0
    quads_missed: int = 0
    empty: int = 0
    empty_kept: int = 0


def merged(act: str) -> str:
    return MERGED.get(act, act)


def labels_of(record: dict[str, Any]) -> list[Label]:
    """The dyads of a labelled sentence. In a meeting of several the pairs among the targets follow."""
    labels: dict[tuple[Any, ...], Label] = {}
    for row in record["events"]:
        acts = frozenset(merged(one) for one in (row["plover"], *row.get("also_ok", [])))
        statuses = frozenset((row["status"], *row.get("status_also_ok", [])))
        unordered = row["plover"] in UNORDERED or (
            row["plover"] == "SUPPORT" and "AGREE" in row.get("also_ok", [])
        )
        optional = bool(row.get("optional"))
        for source in row["source"]:
            for target in row["target"] or [None]:
                if source == target:
                    continue
                key = (frozenset((source, target)) if unordered else (source, target), acts, statuses)
                labels.setdefault(key, Label(source, target, acts, statuses, optional, unordered))
        if unordered and len(row["target"]) > 1:
            sides = [*row["source"], *row["target"]]
            for i, one in enumerate(sides):
                for other in sides[i + 1 :]:
                    key = (frozenset((one, other)), acts, statuses)
                    if one != other:
                        # Follows from the rows above: neither asked for nor held against the coder.
                        labels.setdefault(key, Label(one, other, acts, statuses, True, True))
    return list(labels.values())


def _matches(label: Label, event: Event, *, pair_only: bool = False, quad_only: bool = False) -> bool:
    act = merged(event.act or "")
    if quad_only:
        if ACTS[act or "CONSULT"].quad not in {ACTS[one].quad for one in label.acts}:
            return False
    elif not pair_only and act not in label.acts:
        return False
    unordered = label.unordered or (event.act in UNORDERED and not label.acts.isdisjoint(UNORDERED))
    if label.target is None:
        return event.source == label.source or (unordered and event.target == label.source)
    if (event.source, event.target) == (label.source, label.target):
        return True
    return (unordered or pair_only) and (event.target, event.source) == (label.source, label.target)


def tally(labels: Sequence[Label], events: Sequence[Event]) -> Tally:
    """Count one sentence. Every label is met by at most one event and every event meets at most one label."""
    counts: dict[str, int] = {}

    def run(prefix: str, **how: bool) -> list[tuple[Label, Event]]:
        wanted = [one for one in labels if not one.optional]
        extra = [one for one in labels if one.optional]
        left = list(events)
        met: list[tuple[Label, Event]] = []
        for label in wanted:
            fits = [one for one in left if _matches(label, one, **how)]
            if fits:
                best = max(fits, key=lambda one: (one.target == label.target, one.status in label.statuses))
                met.append((label, best))
                left.remove(best)
        # A second event that fits a label with an open target, or an optional one, is no false alarm.
        open_ended = [*extra, *(one for one in wanted if one.target is None)]
        wrong = [one for one in left if not any(_matches(label, one, **how) for label in open_ended)]
        counts[f"{prefix}right"] = len(met)
        counts[f"{prefix}wrong"] = len(wrong)
        counts[f"{prefix}missed"] = len(wanted) - len(met)
        return met

    met = run("found_")
    run("pair_", pair_only=True)
    run("quad_", quad_only=True)
    empty = not [one for one in labels if not one.optional]
    return Tally(
        found_right=counts["found_right"],
        found_wrong=counts["found_wrong"],
        labels_met=counts["found_right"],
        labels_missed=counts["found_missed"],
        status_right=sum(event.status in label.statuses for label, event in met),
        pair_right=counts["pair_right"],
        pair_wrong=counts["pair_wrong"],
        pairs_met=counts["pair_right"],
        pairs_missed=counts["pair_missed"],
        quad_right=counts["quad_right"],
        quad_wrong=counts["quad_wrong"],
        quads_met=counts["quad_right"],
        quads_missed=counts["quad_missed"],
        empty=int(empty),
        empty_kept=int(empty and counts["found_wrong"] == 0),
    )


def _prf(right: int, wrong: int, met: int, missed: int) -> tuple[float, float, float]:
    precision = right / (right + wrong) if right + wrong else 0.0
    recall = met / (met + missed) if met + missed else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return precision, recall, f1


def scores_of(tallies: Sequence[Tally]) -> dict[str, float]:
    """Micro-averaged scores of many sentences."""

    def total(name: str) -> int:
        return sum(getattr(one, name) for one in tallies)

    precision, recall, f1 = _prf(
        total("found_right"), total("found_wrong"), total("labels_met"), total("labels_missed")
    )
    pair = _prf(total("pair_right"), total("pair_wrong"), total("pairs_met"), total("pairs_missed"))
    quad = _prf(total("quad_right"), total("quad_wrong"), total("quads_met"), total("quads_missed"))
    return {
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "f1_quad": quad[2],
        "f1_pair": pair[2],
        "status_accuracy": total("status_right") / max(1, total("found_right")),
        "empty_kept": total("empty_kept") / max(1, total("empty")),
    }


def read_gold(path: Path) -> list[dict[str, Any]]:
    """Labelled sentences, one JSON object a line with `text` and `events`."""
    rows = []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise WrongUse(f"there is no file {path}", try_="check the spelling") from None
    except (OSError, UnicodeError) as fault:
        raise UnreadableInput(
            f"cannot read {path}: {fault}", try_="give labelled sentences as JSON lines in UTF-8"
        ) from None
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row["text"], str):
                raise TypeError
            if not all(one.acts <= ACTS.keys() for one in labels_of(row)):
                raise ValueError
            if row.get("date"):
                parse_day(row["date"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, UnknownDate):
            raise UnreadableInput(
                "not a labelled sentence",
                where=f"{path}, line {number}",
                try_='each line needs "text" and "events", each event "source", "target", "plover" (an act of PLOVER) and "status"',
            ) from None
        rows.append(row)
    if not rows:
        raise UnreadableInput(f"{path} holds no labelled sentence", try_="give a file with one a line")
    return rows


def evaluate_coding(gold: Path, coder: Coder, *, draws: int = 1000, seed: int = 1) -> dict[str, float | int]:
    """Score a coder on a file of labelled sentences; the interval is a bootstrap over sentences, 95 %."""
    records = read_gold(gold)
    documents = []
    for record in records:
        day = parse_day(record["date"]) if record.get("date") else None
        documents.append(
            make_document(
                record["text"], document_id=str(record.get("id")), published=day, published_basis="given"
            )
        )
    if documents:
        coder.code(documents[0])  # load the weights before the clock runs
    start = time.perf_counter()
    codings = [coder.code(one) for one in documents]
    seconds = time.perf_counter() - start
    tallies = [
        tally(labels_of(record), coding.events) for record, coding in zip(records, codings, strict=True)
    ]
    scores: dict[str, float | int] = dict(scores_of(tallies))
    rng = random.Random(seed)
    spread = sorted(scores_of(rng.choices(tallies, k=len(tallies)))["f1"] for _ in range(draws))
    scores["f1_low"] = spread[int(0.025 * draws)]
    scores["f1_high"] = spread[int(0.975 * draws) - 1]
    scores["sentences_per_second"] = len(records) / max(seconds, 1e-9)
    scores["sentences"] = len(records)
    return scores
