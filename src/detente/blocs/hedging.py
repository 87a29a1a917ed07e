"""Hedging of a state between two poles. This is our own measure: no agreed one exists.

Per channel the alignment with either pole is put on 0 to 1 (w = (alignment + 1) / 2). Tilt towards the first
pole is (a - b) / (a + b); hedging is 1 - |tilt| averaged over channels; dispersion is the standard deviation of
tilt over channels. A state that hedges has a low mean tilt, or leans one way here and the other way there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from detente.blocs.cohesion import Estimate, estimate
from detente.errors import WrongUse

LABEL = "Détente's own measure; there is no agreed one"


@dataclass(frozen=True, slots=True)
class Hedge:
    """tilt : towards the first pole, -1 to 1, per channel. hedging : 0 (all with one pole) to 1 (even)."""

    tilt: Mapping[str, Estimate]
    hedging: Estimate
    dispersion: Estimate
    label: str = LABEL


def hedging(
    alignments: Mapping[str, tuple[np.typing.ArrayLike, np.typing.ArrayLike]],
) -> Hedge:
    """How a state stands between two poles.

    Parameters
    ----------
    alignments : per channel the alignment with either pole, a number or draws, in [-1, 1].

    Examples
    --------
    >>> even = hedging({"votes": (0.5, 0.5), "verbal": (0.2, 0.2)})
    >>> even.hedging.value, even.dispersion.value
    (1.0, 0.0)
    """
    if not alignments:
        raise WrongUse("hedging needs at least one channel in which both poles are known")
    tilts = {}
    for channel, poles in alignments.items():
        one, other = (np.atleast_1d(np.asarray(pole, dtype=float)) for pole in poles)
        if (np.abs(one) > 1).any() or (np.abs(other) > 1).any():
            raise WrongUse(f"alignments lie between -1 and 1; {channel} does not")
        first, second = (one + 1) / 2, (other + 1) / 2
        both = first + second
        tilts[channel] = np.where(both > 0, (first - second) / np.where(both > 0, both, 1), 0.0)
    width = max(len(one) for one in tilts.values())
    table = np.array([np.broadcast_to(one, (width,)) for one in tilts.values()])
    return Hedge(
        {channel: estimate(one) for channel, one in tilts.items()},
        estimate(1 - np.abs(table).mean(axis=0)),
        estimate(table.std(axis=0)),
    )
