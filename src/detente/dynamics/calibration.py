"""From scores to probabilities: a two-parameter recalibration, and a softmax with a temperature."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

FLOOR = 1e-4  # no probability is nearer to 0 or 1 than this


def clip(p: Array) -> Array:
    """Probabilities kept off 0 and 1."""
    return np.clip(p, FLOOR, 1 - FLOOR)


def logit(p: Array) -> Array:
    """Log-odds of clipped probabilities."""
    kept = clip(np.asarray(p, np.float64))
    return np.asarray(np.log(kept / (1 - kept)))


def sigmoid(z: Array) -> Array:
    """Probabilities of log-odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(z, -40, 40))))


def recalibration(z: Array, y: Array, weight: Array | None = None) -> tuple[float, float]:
    """(intercept, slope) of the logistic regression of answers on log-odds; (0, 1) is perfect.

    Newton's method with a faint ridge towards (0, 1), so that a span without a single yes still has an answer.
    """
    w = np.ones(len(y)) if weight is None else weight
    beta = np.array([0.0, 1.0])
    ridge = 1e-3
    for _ in range(60):
        p = sigmoid(beta[0] + beta[1] * z)
        slack = w * p * (1 - p)
        gradient = np.array([np.sum(w * (y - p)), np.sum(w * (y - p) * z)]) - ridge * (beta - [0.0, 1.0])
        cross = np.sum(slack * z)
        hessian = np.array([[np.sum(slack) + ridge, cross], [cross, np.sum(slack * z * z) + ridge]])
        step = np.linalg.solve(hessian, gradient)
        size = float(np.abs(step).max())
        beta = beta + step * min(1.0, 2.0 / max(size, 1e-12))
        if size < 1e-10:
            break
    return float(beta[0]), float(beta[1])


def temperature(scores: list[Array], truth: list[int]) -> float:
    """The divisor that makes softmax(scores / divisor) give the truths the highest likelihood."""
    from scipy.optimize import minimize_scalar

    def loss(log_t: float) -> float:
        t = float(np.exp(log_t))
        total = 0.0
        for row, at in zip(scores, truth, strict=True):
            z = row / t
            top = z.max()
            total += float(top + np.log(np.exp(z - top).sum()) - z[at])
        return total / max(1, len(scores))

    return float(np.exp(minimize_scalar(loss, bounds=(-4.0, 4.0), method="bounded").x))
