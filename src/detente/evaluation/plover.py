"""The act of a marked pair: 15 PLOVER classes (CONCEDE and RETREAT kept together), macro and micro F1.

The data are labelled by the manual's own convention (announced cooperation is AGREE), so the coder's
act and status are read through `strict_plover` before they are compared.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from detente.actors import Resolver
from detente.coding.encoding import Encoded, Spot, encode, token_kind
from detente.coding.learned import LearnedCoder
from detente.errors import UnreadableInput
from detente.ontology import strict_plover

_SOURCE = re.compile(r"<s>(.*?)</s>", re.DOTALL)
_TARGET = re.compile(r"<t>(.*?)</t>", re.DOTALL)
_TAG = re.compile(r"</?[st]>")


@dataclass(frozen=True, slots=True)
class MarkedPair:
    """A sentence without its marks, and where source and target stand in it."""

    text: str
    source: tuple[int, int] | None  # None: the data name none
    target: tuple[int, int] | None
    label: str


def read_pairs(path: Path) -> list[MarkedPair]:
    """Marked sentences, one JSON object a line with `marked_sentence` and `plover`."""
    pairs = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            pairs.append(_unmark(row["marked_sentence"], row["plover"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UnreadableInput(
                "not a marked sentence",
                where=f"{path}, line {number}",
                try_='each line needs "marked_sentence" with <s>...</s> and <t>...</t>, and "plover"',
            ) from None
    return pairs


def _unmark(marked: str, label: str) -> MarkedPair:
    plain: list[str] = []
    spans: dict[str, int] = {}
    cursor = 0
    length = 0
    for tag in _TAG.finditer(marked):
        plain.append(marked[cursor : tag.start()])
        length += tag.start() - cursor
        spans[tag.group()] = length
        cursor = tag.end()
    plain.append(marked[cursor:])
    text = "".join(plain)

    def side(tag: str) -> tuple[int, int] | None:
        opened, closed = spans.get(f"<{tag}>"), spans.get(f"</{tag}>")
        return None if opened is None or closed is None else _strip(text, opened, closed)

    return MarkedPair(text, side("s"), side("t"), label)


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def pair_spots(pair: MarkedPair, resolver: Resolver) -> tuple[list[Spot], int]:
    """Namings as the coder sees them: entity 0 is the marked source, 1 the target, others follow.

    A marked phrase that names an actor is known by that naming; one that names none stands as a party
    with its words.
    """
    entities: dict[str, int] = {}
    sides = (pair.source, pair.target)
    inside: list[list[Spot]] = [[], []]
    outside: list[Spot] = []
    for mention in resolver.mentions(pair.text):
        actor = mention.resolution.actor
        if actor is None or mention.resolution.reading not in ("actor", "place"):
            continue
        known = resolver.gazetteer.actors.get(actor)
        kind = token_kind(mention.kind, known.kind if known else "own")
        place = next(
            (
                i
                for i, side in enumerate(sides)
                if side and side[0] <= mention.start and mention.end <= side[1]
            ),
            None,
        )
        if place is not None:
            inside[place].append(Spot(mention.start, mention.end, kind, (place,)))
        elif all(side is None or mention.end <= side[0] or side[1] <= mention.start for side in sides):
            number = entities.setdefault(actor, 2 + len(entities))
            outside.append(Spot(mention.start, mention.end, kind, (number,)))
    for place, side in enumerate(sides):
        if side and not inside[place]:
            inside[place].append(Spot(*side, "party", (place,)))
    return [*inside[0], *inside[1], *outside], 2 + len(entities)


def merged(act: str) -> str:
    return "YIELD" if act in ("CONCEDE", "RETREAT", "YIELD") else act


def class_scores(coder: LearnedCoder, pairs: Sequence[MarkedPair]) -> list[dict[str, float]]:
    """For each pair the weight of every class: act by status, through `strict_plover`."""
    network = coder.network
    encoded: list[Encoded] = []
    for pair in pairs:
        spots, count = pair_spots(pair, coder.resolver)
        encoded.append(encode(pair.text, spots, count, network.tokenizer))
    found = []
    for one, hidden in zip(encoded, network.encode(encoded), strict=True):
        scores = network.score(one, hidden)
        row = int(np.flatnonzero((scores.pairs == (0, 1)).all(1))[0])
        logits = scores.acts[row]
        share = np.exp(logits - logits.max())
        share /= share.sum()
        weights: dict[str, float] = {}
        for act, name in enumerate(network.act_names):
            status, _, _ = network.details(scores, row, act)
            for place, state in enumerate(network.status_names):
                label = merged(strict_plover(name, state))
                weights[label] = weights.get(label, 0.0) + float(share[act] * status[place])
        found.append(weights)
    return found


def macro_f1(gold: Sequence[str], said: Sequence[str]) -> tuple[float, float, dict[str, float]]:
    """Macro F1 over the classes of the gold labels, micro F1 (accuracy), and F1 per class."""
    per_class = {}
    for label in sorted(set(gold)):
        right = sum(g == s == label for g, s in zip(gold, said, strict=True))
        total = sum(g == label for g in gold) + sum(s == label for s in said)
        per_class[label] = 2 * right / total if total else 0.0
    micro = sum(g == s for g, s in zip(gold, said, strict=True)) / max(1, len(gold))
    return sum(per_class.values()) / max(1, len(per_class)), micro, per_class


def evaluate_plover(path: Path, coder: LearnedCoder, *, draws: int = 1000, seed: int = 1) -> dict[str, Any]:
    """Score the coder's acts on marked pairs; the interval is a bootstrap over sentences, 95 %."""
    pairs = read_pairs(path)
    gold = [merged(one.label) for one in pairs]
    said = [max(weights, key=weights.__getitem__) for weights in class_scores(coder, pairs)]
    macro, micro, per_class = macro_f1(gold, said)
    rng = random.Random(seed)
    spread = []
    for _ in range(draws):
        chosen = rng.choices(range(len(gold)), k=len(gold))
        spread.append(macro_f1([gold[i] for i in chosen], [said[i] for i in chosen])[0])
    spread.sort()
    return {
        "macro_f1": macro,
        "micro_f1": micro,
        "per_class": per_class,
        "macro_f1_low": spread[int(0.025 * draws)],
        "macro_f1_high": spread[int(0.975 * draws) - 1],
        "pairs": len(pairs),
    }
