"""A sentence as the encoder reads it: every naming of an actor replaced by a token for its kind.

The model never sees which actor is named, only that a state, a people, a capital, a person, an
organisation or a group is named there. Swapping two actors' names therefore cannot change what is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tokenizers import Tokenizer

KIND_TOKENS = {
    "name": "[unused1]",
    "adjective": "[unused2]",
    "capital": "[unused3]",
    "person": "[unused4]",
    "organisation": "[unused5]",
    "group": "[unused6]",
    "anaphor": "[unused7]",
    "party": "[unused8]",  # opens a party without a code; its words stay
    "party_end": "[unused9]",
}
_KIND = {
    "name": "name",
    "former": "name",
    "alias": "name",
    "abbreviation": "name",
    "adjective": "adjective",
    "people": "adjective",
    "capital": "capital",
    "city": "capital",
    "seat": "capital",
    "person": "person",
    "family": "person",
    "anaphor": "anaphor",
    "party": "party",
}
LONGEST = 160  # tokens; what lies behind is cut, and the sentence says so


def token_kind(name_kind: str, actor_kind: str) -> str:
    """The kind of token that stands for a naming: by the actor where it is no state, else by the form."""
    if name_kind == "anaphor":
        return "anaphor"
    if actor_kind == "organisation":
        return "organisation"
    if actor_kind in ("armed", "loose"):
        return "group"
    return _KIND.get(name_kind, "name")


@dataclass(frozen=True, slots=True)
class Spot:
    """One naming: characters `start` to `end` (half-open), its kind of token, and the entities it names."""

    start: int
    end: int
    kind: str
    entities: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Encoded:
    """Token ids, where each token stands in the sentence, and which tokens name which entity.

    spans : (start, end) in the sentence per token; (0, 0) for the two outer tokens.
    entity_tokens : per entity the positions of its tokens; empty for one cut off by length.
    """

    ids: list[int]
    spans: list[tuple[int, int]]
    entity_tokens: list[list[int]]


@cache
def load_tokenizer(path: str) -> Tokenizer:
    """The word-piece tokenizer with the kind tokens declared whole."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(path)
    tokenizer.add_special_tokens(list(KIND_TOKENS.values()))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def encode(sentence: str, spots: Sequence[Spot], entities: int, tokenizer: Tokenizer) -> Encoded:
    """Encode a sentence with its namings. Overlapping namings: the first counts."""
    parts: list[str] = []
    chart: list[tuple[int, int, int, int]] = []  # new start, new end, old start, old end
    marks: list[tuple[int, tuple[int, ...]]] = []  # position of a kind token in the new text, entities
    length = cursor = 0

    def put(text: str, start: int, end: int) -> None:
        nonlocal length
        parts.append(text)
        chart.append((length, length + len(text), start, end))
        length += len(text)

    for spot in sorted(spots, key=lambda one: (one.start, -one.end)):
        if spot.start < cursor:
            marks.extend(
                (at, spot.entities) for at, _ in marks[-1:] if spot.start < cursor and spot.end <= cursor
            )
            continue
        put(sentence[cursor : spot.start], cursor, spot.start)
        put(" ", spot.start, spot.start)
        marks.append((length, spot.entities))
        put(KIND_TOKENS[spot.kind], spot.start, spot.end)
        if spot.kind == "party":
            put(" ", spot.start, spot.start)
            put(sentence[spot.start : spot.end], spot.start, spot.end)
            put(" " + KIND_TOKENS["party_end"], spot.end, spot.end)
        put(" ", spot.end, spot.end)
        cursor = spot.end
    put(sentence[cursor:], cursor, len(sentence))

    encoding = tokenizer.encode("".join(parts))
    ids, offsets = encoding.ids, encoding.offsets
    if len(ids) > LONGEST:
        ids, offsets = [*ids[: LONGEST - 1], ids[-1]], [*offsets[: LONGEST - 1], offsets[-1]]
    spans = _back(offsets, chart)
    at_token = {start: place for place, (start, end) in enumerate(offsets) if end > start}
    entity_tokens: list[list[int]] = [[] for _ in range(entities)]
    for at, named in marks:
        if at in at_token:
            for entity in named:
                entity_tokens[entity].append(at_token[at])
    return Encoded(ids, spans, entity_tokens)


def _back(
    offsets: Sequence[tuple[int, int]], chart: Sequence[tuple[int, int, int, int]]
) -> list[tuple[int, int]]:
    """Spans of tokens in the sentence as it was."""
    spans = []
    row = 0
    for start, end in offsets:
        if end <= start:
            spans.append((0, 0))
            continue
        while row + 1 < len(chart) and chart[row][1] <= start:
            row += 1
        new_start, new_end, old_start, old_end = chart[row]
        if new_end - new_start == old_end - old_start:
            shift = old_start - new_start
            spans.append((start + shift, min(end + shift, old_end)))
        else:
            spans.append((old_start, old_end))
    return spans


def entity_matrix(encoded: Encoded, length: int) -> np.ndarray:
    """Float32 (entities, length): 1 where a token names the entity."""
    matrix = np.zeros((len(encoded.entity_tokens), length), np.float32)
    for entity, tokens in enumerate(encoded.entity_tokens):
        matrix[entity, tokens] = 1
    return matrix
