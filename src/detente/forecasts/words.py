"""Words of estimative probability: what "likely" and "may" stand for, as ranges, and where the ranges come from.

Writers do not agree on these words, so every word is a range and never a point. Where the sources differ the
range covers most of what readers in them understood.

References
----------
Kent (1964), Words of estimative probability, Studies in Intelligence 8(4).
Wallsten, Budescu, Rapoport, Zwick, Forsyth (1986), Measuring the vague meanings of probability terms,
    Journal of Experimental Psychology: General 115(4).
Barnes (2016), Making intelligence analysis more intelligent: using numeric probabilities,
    Intelligence and National Security 31(3).
ICD 203 (2015), Analytic standards, Office of the Director of National Intelligence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A word, the range it stands for, and the source the range rests on."""

    words: str
    low: float
    high: float
    source: str

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2


TERMS: tuple[Term, ...] = (
    Term("almost certainly not", 0.02, 0.12, "Kent 1964"),
    Term("almost no chance", 0.01, 0.05, "ICD 203"),
    Term("remote", 0.01, 0.05, "ICD 203"),
    Term("very unlikely", 0.05, 0.20, "ICD 203"),
    Term("highly improbable", 0.05, 0.20, "ICD 203"),
    Term("not expected", 0.10, 0.30, "Barnes 2016, read as the complement of expected"),
    Term("unlikely", 0.20, 0.45, "ICD 203"),
    Term("improbable", 0.20, 0.45, "ICD 203"),
    Term("probably not", 0.20, 0.40, "Kent 1964"),
    Term("doubtful", 0.10, 0.40, "Wallsten et al. 1986"),
    Term("even chance", 0.45, 0.55, "ICD 203"),
    Term("chances about even", 0.40, 0.60, "Kent 1964"),
    Term("toss-up", 0.40, 0.60, "Wallsten et al. 1986"),
    Term("may", 0.20, 0.60, "Wallsten et al. 1986, possible"),
    Term("might", 0.20, 0.60, "Wallsten et al. 1986, possible"),
    Term("could", 0.20, 0.60, "Wallsten et al. 1986, possible"),
    Term("possible", 0.20, 0.60, "Wallsten et al. 1986"),
    Term("possibly", 0.20, 0.60, "Wallsten et al. 1986"),
    Term("likely", 0.55, 0.80, "ICD 203"),
    Term("probable", 0.55, 0.80, "ICD 203"),
    Term("probably", 0.55, 0.80, "ICD 203"),
    Term("good chance", 0.60, 0.85, "Wallsten et al. 1986"),
    Term("expected", 0.70, 0.90, "Barnes 2016, expect read as likely to very likely"),
    Term("expects", 0.70, 0.90, "Barnes 2016, expect read as likely to very likely"),
    Term("anticipated", 0.70, 0.90, "Barnes 2016, expect read as likely to very likely"),
    Term("set to", 0.70, 0.90, "Barnes 2016, expect read as likely to very likely"),
    Term("due to", 0.70, 0.95, "Barnes 2016, expect read as likely to very likely"),
    Term("planned", 0.70, 0.95, "Barnes 2016, expect read as likely to very likely"),
    Term("plans to", 0.70, 0.95, "Barnes 2016, expect read as likely to very likely"),
    Term("very likely", 0.80, 0.95, "ICD 203"),
    Term("highly probable", 0.80, 0.95, "ICD 203"),
    Term("almost certain", 0.87, 0.99, "Kent 1964"),
    Term("almost certainly", 0.87, 0.99, "Kent 1964"),
    Term("nearly certain", 0.95, 0.99, "ICD 203"),
    Term(
        "will", 0.85, 0.99, "Kent 1964, read as almost certain: a writer who says will leaves a little open"
    ),
)

# What a sentence about the future claims when none of the words is in it.
UNSTATED = Term("", 0.55, 0.90, "Barnes 2016, a forecast without a word of its own: likely or more")

_LONGEST_FIRST = sorted(TERMS, key=lambda one: -len(one.words))
_NEGATED = re.compile(r"\b(?:not|n't|never|no longer)\b\s*(?:be\s+|very\s+)?$")


def term_of(marker: str) -> Term:
    """The range of the word of probability in a phrase; the longest word found decides.

    A "not" right before the word turns its range round.

    >>> term_of("is very likely to").low, term_of("is expected to ask").source[:6]
    (0.8, 'Barnes')
    >>> round(term_of("is not likely to").high, 2)
    0.45
    """
    text = " ".join(marker.lower().split())
    for term in _LONGEST_FIRST:
        found = re.search(rf"\b{re.escape(term.words)}\b", text)
        if found:
            if _NEGATED.search(text[: found.start()]):
                return Term(f"not {term.words}", round(1 - term.high, 4), round(1 - term.low, 4), term.source)
            return term
    return UNSTATED


def word_for(chance: float) -> str:
    """The word of the ICD 203 scale for a probability.

    >>> word_for(0.03), word_for(0.5), word_for(0.7)
    ('almost no chance', 'roughly even chance', 'likely')
    """
    scale = (
        (0.05, "almost no chance"),
        (0.20, "very unlikely"),
        (0.45, "unlikely"),
        (0.55, "roughly even chance"),
        (0.80, "likely"),
        (0.95, "very likely"),
    )
    return next((word for limit, word in scale if chance <= limit), "almost certain")
