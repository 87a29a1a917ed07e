"""The learned coder: one encoding per sentence, every ordered pair of actors scored from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from importlib.resources import files
from pathlib import Path

import numpy as np

from detente.actors import Gazetteer, Mention, Resolution, Resolver, gazetteer
from detente.coding.assemble import Found, Reading, assemble
from detente.coding.encoding import Encoded, Spot, encode, token_kind
from detente.coding.network import PairScores, TrainedNetwork
from detente.coding.reader import Party, parties, read_sentences
from detente.documents import Document
from detente.events import Coding, Sentence
from detente.ontology import UNORDERED

_SPOKEN_OF = re.compile(
    r"\b(?P<article>the|that|this|such)\s+(?:latest\s+|new\s+|earlier\s+)?"
    r"(?:request|demand|appeal|proposal|offer|invitation|plea|call|overture|ultimatum|idea|suggestion)\b",
    re.I,
)
_ASKING = ("REQUEST", "AGREE", "THREATEN")


@dataclass(frozen=True, slots=True)
class Considered:
    """One pair that was looked at: its best act, the probability, and why it was left out (empty: it was not)."""

    source: str
    target: str | None
    act: str
    probability: float
    left_out: str


Unit = tuple[Party, ...]
"""Actors that the sentence names by the very same words ("those nations"): they act and are acted upon together."""


def units(known: Sequence[Party]) -> tuple[Unit, ...]:
    """The parties of a sentence, those with identical mentions together."""
    together: dict[tuple[tuple[int, int], ...], list[Party]] = {}
    for party in known:
        together.setdefault(tuple((one.start, one.end) for one in party.mentions), []).append(party)
    return tuple(tuple(many) for many in together.values())


def name_of(unit: Unit) -> str:
    return "+".join(one.actor for one in unit)


def shipped_weights() -> Path:
    """The folder of weights inside the package."""
    return Path(str(files("detente.coding"))) / "weights"


class LearnedCoder:
    """Codes with the trained network.

    min_confidence : events below this probability are left out; default: the threshold of the model card,
        chosen for F1 on sentences held back from training.
    """

    name = "learned"

    def __init__(
        self,
        tables: Gazetteer | None = None,
        *,
        weights: Path | None = None,
        min_confidence: float | None = None,
        threads: int = 2,
    ) -> None:
        self.resolver = Resolver(tables or gazetteer())
        self._folder = weights or shipped_weights()
        self._threads = threads
        self._asked = min_confidence

    @cached_property
    def network(self) -> TrainedNetwork:
        return TrainedNetwork(self._folder, threads=self._threads)

    @property
    def threshold(self) -> float:
        return self._asked if self._asked is not None else float(self.network.card["threshold"])

    def code(self, document: Document, *, day: date | None = None) -> Coding:
        sentences = read_sentences(document, self.resolver, day or document.published)
        readings = self._read_all(sentences)
        readings = self._answers(readings)
        return assemble(document, readings, coder=self.name)

    def _read_all(self, sentences: Sequence[Sentence]) -> list[Reading]:
        prepared = [self._prepare(one) for one in sentences]
        wanted = [one for one in prepared if one[1]]
        hidden = iter(self.network.encode([encoded for _, _, encoded in wanted]) if wanted else [])
        readings = []
        for sentence, known, encoded in prepared:
            if not known:
                readings.append(Reading(sentence, (), ()))
                continue
            scores = self.network.score(encoded, next(hidden))
            found = self._found(known, encoded, scores)
            reason = "" if found else self._why_none(known, scores)
            readings.append(Reading(sentence, tuple(p for unit in known for p in unit), tuple(found), reason))
        return readings

    def _prepare(self, sentence: Sentence) -> tuple[Sentence, tuple[Unit, ...], Encoded]:
        known = units(parties(sentence))
        encoded = encode(sentence.text, self.spots(known), len(known), self.network.tokenizer)
        return sentence, known, encoded

    def spots(self, known: Sequence[Unit]) -> list[Spot]:
        """Where each unit is named, with the kind of token that stands for it."""
        at: dict[tuple[int, int], tuple[str, list[int]]] = {}
        for place, unit in enumerate(known):
            actor = self.resolver.gazetteer.actors.get(unit[0].actor)
            for mention in unit[0].mentions:
                kind = token_kind(mention.kind, actor.kind if actor else "own")
                at.setdefault((mention.start, mention.end), (kind, []))[1].append(place)
        return [Spot(start, end, kind, tuple(places)) for (start, end), (kind, places) in at.items()]

    def _probabilities(self, scores: PairScores) -> np.ndarray:
        """(pairs, acts): probability that the event is right, by the calibration of the card."""
        card = self.network.card["calibration"]
        logits = scores.acts * card["slope"] + card["intercept"]
        probabilities: np.ndarray = 1 / (1 + np.exp(-logits))
        return probabilities

    def _found(self, known: Sequence[Unit], encoded: Encoded, scores: PairScores) -> list[Found]:
        probabilities = self._probabilities(scores)
        nobody = len(known)
        chosen: dict[tuple[int, int, int], tuple[int, float]] = {}
        for row, act in np.argwhere(probabilities >= self.threshold):
            source, target = (int(one) for one in scores.pairs[row])
            name = self.network.act_names[act]
            key = (source, target, int(act))
            if name in UNORDERED and target != nobody:
                key = (min(source, target), max(source, target), int(act))
                if name == "AGREE":  # which of the two offers is told by the better-scoring direction
                    other = int(np.flatnonzero((scores.pairs == (target, source)).all(1))[0])
                    if probabilities[other, act] > probabilities[row, act]:
                        continue
                    key = (source, target, int(act))
            value = float(probabilities[row, act])
            if key not in chosen or chosen[key][1] < value:
                chosen[key] = (int(row), value)
        chosen = _without_also_rans(chosen, nobody, self.network.act_names)
        found: list[Found] = []
        towards = {(source, act) for source, target, act in chosen if target != nobody}
        for (source, target, act), (row, value) in sorted(chosen.items(), key=lambda item: -item[1][1]):
            if target == nobody and (source, act) in towards:
                continue  # the same act, already aimed at somebody
            status, trigger, speaker = self.network.details(scores, row, act)
            voice = int(speaker.argmax())
            one = Found(
                source="",
                target=None,
                act=self.network.act_names[act],
                status=self.network.status_names[int(status.argmax())],
                trigger=_trigger_span(trigger, encoded),
                confidence=value,
                speaker=known[voice][0].actor if voice != nobody else None,
            )
            targets = [party.actor for party in known[target]] if target != nobody else [None]
            found += [
                replace(one, source=party.actor, target=aim) for party in known[source] for aim in targets
            ]
        return found

    def _why_none(self, known: Sequence[Unit], scores: PairScores) -> str:
        best = self.considered(known, scores)[0]
        to = best.target or "nobody named"
        return f"nothing reached {self.threshold:.2f}; nearest was {best.source} {best.act} {to} at {best.probability:.2f}"

    def considered(self, known: Sequence[Unit], scores: PairScores) -> list[Considered]:
        """Every pair with its best act, the likeliest first."""
        probabilities = self._probabilities(scores)
        rows = []
        for row, (source, target) in enumerate(scores.pairs):
            act = int(probabilities[row].argmax())
            value = float(probabilities[row, act])
            rows.append(
                Considered(
                    name_of(known[source]),
                    name_of(known[target]) if target < len(known) else None,
                    self.network.act_names[act],
                    value,
                    "" if value >= self.threshold else f"{value:.2f} is below {self.threshold:.2f}",
                )
            )
        return sorted(rows, key=lambda one: -one.probability)

    def _answers(self, readings: list[Reading]) -> list[Reading]:
        """Read "rejected the request" again as "rejected X's request", where the sentences before say whose it was."""
        changed: dict[int, Sentence] = {}
        for place, reading in enumerate(readings):
            match = _SPOKEN_OF.search(reading.sentence.text)
            if not match or not reading.parties or any(one.target for one in reading.found):
                continue
            named = {party.actor for party in reading.parties}
            asked = [
                one.source
                for before in readings[max(0, place - 2) : place][::-1]
                for one in before.found
                if one.act in _ASKING and one.source not in named
            ]
            if asked:
                reason = f'"{match.group()}" was made by {asked[0]} before'
                # The mention stands where "the" stands and is read like an adjective: "rejected [X] request".
                mention = Mention(
                    match.start(),
                    match.end("article"),
                    match.group(),
                    "adjective",
                    Resolution(asked[0], "anaphor", reason, 0.75),
                )
                mentions = sorted((*reading.sentence.mentions, mention), key=lambda one: one.start)
                changed[place] = replace(reading.sentence, mentions=tuple(mentions))
        for place, reading in zip(changed, self._read_all(list(changed.values())), strict=True):
            if any(one.target for one in reading.found):
                readings[place] = reading
        return readings

    def steps(self, document: Document) -> Iterator[str]:
        """The pairs considered on each sentence, for `detente explain`."""
        for sentence in read_sentences(document, self.resolver, document.published):
            _, known, encoded = self._prepare(sentence)
            if not known:
                continue
            (hidden,) = self.network.encode([encoded])
            scores = self.network.score(encoded, hidden)
            yield f"  pairs considered (threshold {self.threshold:.2f})"
            for one in self.considered(known, scores)[:12]:
                verdict = "kept" if not one.left_out else f"left out: {one.left_out}"
                yield f"    {one.source} -> {one.target or '(nobody named)'}: {one.act} {one.probability:.2f}, {verdict}"


def _without_also_rans(
    chosen: dict[tuple[int, int, int], tuple[int, float]], nobody: int, act_names: Sequence[str]
) -> dict[tuple[int, int, int], tuple[int, float]]:
    """Drop pairs of an unordered act that score under half of the best pair sharing an actor with them.

    A meeting draws in whoever is named near it; its members score alike, a bystander far below them.
    """
    kept = {}
    for (source, target, act), (row, value) in chosen.items():
        rivals = [
            other
            for (a, b, same), (_, other) in chosen.items()
            if same == act and {a, b} & {source, target} and b != nobody
        ]
        if act_names[act] in UNORDERED and target != nobody and value < max(rivals) / 2:
            continue
        kept[source, target, act] = (row, value)
    return kept


def _trigger_span(weights: np.ndarray, encoded: Encoded) -> tuple[int, int]:
    """The run of words around the heaviest token whose weight is at least a third of it."""
    inner = [i for i, (start, end) in enumerate(encoded.spans) if end > start]
    if not inner:
        return (0, 0)
    top = max(inner, key=lambda i: weights[i])
    floor = weights[top] / 3
    first = last = top
    while first - 1 in inner and weights[first - 1] >= floor:
        first -= 1
    while last + 1 in inner and weights[last + 1] >= floor:
        last += 1
    return encoded.spans[first][0], encoded.spans[last][1]
