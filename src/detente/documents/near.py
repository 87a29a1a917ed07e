"""Near copies: the same story printed twice with small changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class NearCopies:
    """Indices of documents that are near copies of each other; the first is the one to keep."""

    kept: int
    copies: tuple[int, ...]


def _shingles(text: str, size: int = 5) -> set[int]:
    words = _WORD.findall(text.lower())
    spans = [" ".join(words[i : i + size]) for i in range(max(1, len(words) - size + 1))]
    return {int.from_bytes(blake2b(span.encode(), digest_size=8).digest(), "big") for span in spans}


def near_copies(texts: Sequence[str], *, threshold: float = 0.7) -> list[NearCopies]:
    """Group texts whose sets of five-word runs overlap by at least `threshold` (Jaccard, 0 to 1).

    Candidates share at least one of their 8 smallest run hashes (bottom-k sketch), so the cost
    grows with the number of texts, not its square.
    """
    sets = [_shingles(text) for text in texts]
    by_hash: dict[int, list[int]] = {}
    group_of: dict[int, int] = {}
    copies: dict[int, list[int]] = {}
    for index, runs in enumerate(sets):
        sketch = sorted(runs)[:8]
        candidates = {group_of.get(other, other) for value in sketch for other in by_hash.get(value, ())}
        for other in sorted(candidates):
            overlap = len(runs & sets[other]) / max(1, len(runs | sets[other]))
            if overlap >= threshold:
                group_of[index] = other
                copies.setdefault(other, []).append(index)
                break
        for value in sketch:
            by_hash.setdefault(value, []).append(index)
    return [NearCopies(kept, tuple(many)) for kept, many in sorted(copies.items())]
