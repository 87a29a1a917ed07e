"""How far two annotators agree: `agreement.py FIRST.jsonl SECOND.jsonl`, the same sentences in the same order.

Printed: F1 of the second against the first on (source, target, act), on pairs alone; Cohen's kappa of "is there an
event"; the share of shared events with the same status, the same speaker, and overlapping trigger words. Records
marked optional by either side neither count as missed nor as wrong; a slashed label accepts any of its acts.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from data import Label, Record, read_record

from detente.ontology import UNORDERED


def key(label: Label) -> tuple[object, object]:
    if label.acts[0] in UNORDERED and label.target is not None:
        return tuple(sorted((label.source, label.target)))
    return (label.source, label.target)


def same(one: Label, other: Label, *, pair_only: bool = False) -> bool:
    if not pair_only and set(one.acts).isdisjoint(other.acts):
        return False
    first, second = key(one), key(other)
    if None in (first[1], second[1]):
        return first[0] == second[0]
    return first == second or (pair_only and set(first) == set(second))


def matched(
    first: Record, second: Record, *, pair_only: bool = False
) -> tuple[list[tuple[Label, Label]], int, int]:
    """Pairs of labels that say the same, and how many required ones of each side found no partner."""
    left = list(second.labels)
    pairs = []
    missed = 0
    for label in first.labels:
        partner = next((one for one in left if same(label, one, pair_only=pair_only)), None)
        if partner is not None:
            left.remove(partner)
            if not (label.optional and partner.optional):
                pairs.append((label, partner))
        elif not label.optional:
            missed += 1
    return pairs, missed, sum(not one.optional for one in left)


def f1(found: int, missed: int, extra: int) -> float:
    return 2 * found / max(1, 2 * found + missed + extra)


def main() -> None:
    first, second = (
        [
            read_record(json.loads(line))
            for line in Path(path).read_text(encoding="utf-8").splitlines()
            if line
        ]
        for path in sys.argv[1:3]
    )
    assert [one.text for one in first] == [one.text for one in second], "not the same sentences"
    totals = {False: [0, 0, 0], True: [0, 0, 0]}
    status = speaker = trigger = shared = 0
    table = [[0, 0], [0, 0]]
    for a, b in zip(first, second, strict=True):
        table[bool(a.labels)][bool(b.labels)] += 1
        for pair_only, counts in totals.items():
            pairs, missed, extra = matched(a, b, pair_only=pair_only)
            for i, value in enumerate((len(pairs), missed, extra)):
                counts[i] += value
        for one, other in matched(a, b)[0]:
            shared += 1
            status += not set(one.statuses).isdisjoint(other.statuses)
            speaker += one.speaker == other.speaker
            trigger += any(s < d and c < e for s, e in one.trigger for c, d in other.trigger)
    n = len(first)
    agree = (table[0][0] + table[1][1]) / n
    chance = sum(sum(table[i]) * (table[0][i] + table[1][i]) for i in (0, 1)) / n**2
    print(f"sentences {n}")
    print(f"events: F1 {f1(*totals[False]):.3f}   pairs alone: F1 {f1(*totals[True]):.3f}")
    print(f"is there an event: agreement {agree:.3f}, kappa {(agree - chance) / (1 - chance):.3f}")
    print(
        f"of {shared} shared events: status {status / shared:.3f}, speaker {speaker / shared:.3f}, trigger {trigger / shared:.3f}"
    )


if __name__ == "__main__":
    main()
