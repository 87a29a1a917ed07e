"""The learned coder: one encoding per sentence, every ordered pair of actors scored from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
    r"\b(?:the|that|this|its|their|his|her|such)\s+(?:latest\s+|new\s+|earlier\s+)?"
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
        readings = self._second_look(readings)
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
            readings.append(Reading(sentence, known, tuple(found), reason))
        return readings

    def _prepare(self, sentence: Sentence) -> tuple[Sentence, tuple[Party, ...], Encoded]:
        known = tuple(parties(sentence))
        return sentence, known, encode(sentence.text, self.spots(known), len(known), self.network.tokenizer)

    def spots(self, known: Sequence[Party]) -> list[Spot]:
        """Where each party is named, with the kind of token that stands for it."""
        at: dict[tuple[int, int], tuple[str, list[int]]] = {}
        for place, party in enumerate(known):
            actor = self.resolver.gazetteer.actors.get(party.actor)
            for mention in party.mentions:
                kind = token_kind(mention.kind, actor.kind if actor else "own")
                at.setdefault((mention.start, mention.end), (kind, []))[1].append(place)
        return [Spot(start, end, kind, tuple(places)) for (start, end), (kind, places) in at.items()]

    def _probabilities(self, scores: PairScores) -> np.ndarray:
        """(pairs, acts): probability that the event is right, by the calibration of the card."""
        card = self.network.card["calibration"]
        logits = scores.acts * card["slope"] + card["intercept"]
        probabilities: np.ndarray = 1 / (1 + np.exp(-logits))
        return probabilities

    def _found(self, known: Sequence[Party], encoded: Encoded, scores: PairScores) -> list[Found]:
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
        found = []
        towards = {(source, act) for source, target, act in chosen if target != nobody}
        for (source, target, act), (row, value) in sorted(chosen.items(), key=lambda item: -item[1][1]):
            if target == nobody and (source, act) in towards:
                continue  # the same act, already aimed at somebody
            status, trigger, speaker = self.network.details(scores, row, act)
            voice = int(speaker.argmax())
            found.append(
                Found(
                    source=known[source].actor,
                    target=known[target].actor if target != nobody else None,
                    act=self.network.act_names[act],
                    status=self.network.status_names[int(status.argmax())],
                    trigger=_trigger_span(trigger, encoded),
                    confidence=value,
                    speaker=known[voice].actor if voice != nobody else None,
                )
            )
        return found

    def _why_none(self, known: Sequence[Party], scores: PairScores) -> str:
        best = self.considered(known, scores)[0]
        to = best.target or "nobody named"
        return f"nothing reached {self.threshold:.2f}; nearest was {best.source} {best.act} {to} at {best.probability:.2f}"

    def considered(self, known: Sequence[Party], scores: PairScores) -> list[Considered]:
        """Every pair with its best act, the likeliest first."""
        probabilities = self._probabilities(scores)
        rows = []
        for row, (source, target) in enumerate(scores.pairs):
            act = int(probabilities[row].argmax())
            value = float(probabilities[row, act])
            rows.append(
                Considered(
                    known[source].actor,
                    known[target].actor if target < len(known) else None,
                    self.network.act_names[act],
                    value,
                    "" if value >= self.threshold else f"{value:.2f} is below {self.threshold:.2f}",
                )
            )
        return sorted(rows, key=lambda one: -one.probability)

    def _second_look(self, readings: list[Reading]) -> list[Reading]:
        """Read "rejected the request" again with whoever made the request, where a sentence before says who."""
        again: list[int] = []
        changed: dict[int, Sentence] = {}
        for place, reading in enumerate(readings):
            match = _SPOKEN_OF.search(reading.sentence.text)
            if not match or not reading.parties or any(one.target for one in reading.found):
                continue
            asked = [
                one.source
                for before in readings[max(0, place - 2) : place][::-1]
                for one in before.found
                if one.act in _ASKING and one.source not in {party.actor for party in reading.parties}
            ]
            if asked:
                resolution = Resolution(
                    asked[0], "anaphor", f'"{match.group()}" was made by {asked[0]} before', 0.75
                )
                mention = Mention(match.start(), match.end(), match.group(), "anaphor", resolution)
                old = reading.sentence
                mentions = tuple(sorted((*old.mentions, mention), key=lambda one: one.start))
                changed[place] = Sentence(old.index, old.start, old.end, old.text, mentions)
                again.append(place)
        for place, reading in zip(again, self._read_all([changed[one] for one in again]), strict=True):
            if reading.found:
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
