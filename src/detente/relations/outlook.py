"""Next week's signed level of a pair: how much will be reported, and how friendly it will be.

The signed level of a week is log(1 + friendly acts) - log(1 + hostile acts). How much is a negative binomial
whose log-mean is a linear function of the pair's fading means of counts (half-lives 1, 3, 10 and 40 weeks,
each shrunk towards the slower one), of fading means of log(1 + acts) (which one loud week moves less), and of
how much both states are in the news now and usually; its dispersion is a function of that mean. How friendly
is the filter of `detente.relations.filter`. Both are fitted by likelihood on past weeks only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.relations.filter import Floats, Ints, Memory, Weeks, fit_memory, states, week_shape

_COUNT_HALF_LIVES = (1.0, 3.0, 10.0, 40.0)
_LOG_GAINS = (0.5, 0.2, 0.07)
_BURN_IN = 8


def signed_level(friendly: Floats, hostile: Floats) -> Floats:
    """log(1 + friendly) - log(1 + hostile); 0 where nothing was reported."""
    return np.log1p(friendly) - np.log1p(hostile)


@dataclass(frozen=True, slots=True)
class Outlook:
    """A fitted forecast of the next week; `mean` and `spread` are the coefficients of attention."""

    memory: Memory
    mean: Floats
    spread: Floats

    def attention(self, features: Floats) -> tuple[Floats, Floats]:
        """Mean and size of the negative binomial of next week's acts."""
        eta = np.clip(features @ self.mean, -15, 12)
        return np.exp(eta), _size(eta, self.spread)

    def draws(
        self, features: Floats, good: Floats, bad: Floats, *, draws: int, rng: np.random.Generator
    ) -> Floats:
        """Sorted draws of next week's signed level, pairs by draws."""
        mean, size = self.attention(features)
        shape = (len(mean), draws)
        acts = rng.poisson(rng.gamma(size[:, None], (mean / size)[:, None], shape)).astype(np.int64)
        a, b = week_shape(good, bad, self.memory.likeness)
        friendly = rng.binomial(acts, rng.beta(a[:, None], b[:, None], shape))
        return np.sort(signed_level(friendly.astype(float), (acts - friendly).astype(float)), axis=1)


def _size(eta: Floats, spread: Floats) -> Floats:
    return np.asarray(np.exp(np.clip(spread[0] + spread[1] * eta + spread[2] * eta**2, -8, 8)))


def attention_features(acts: Floats, first: Ints, second: Ints) -> list[Floats]:
    """What is known of each pair before each week and after the last: a table of pairs by features a week.

    acts : pairs by weeks. first, second : index of either state per pair.
    """
    pairs, weeks = acts.shape
    seats = int(max(first.max(), second.max())) + 1
    keep = 0.5 ** (1 / np.array(_COUNT_HALF_LIVES))
    sums, span = np.zeros((len(keep), pairs)), np.zeros(len(keep))
    logs = np.zeros((len(_LOG_GAINS), pairs))
    news, news_span, news_keep = np.zeros((2, seats)), np.zeros(2), 0.5 ** (1 / np.array([2.0, 20.0]))
    gains = np.array(_LOG_GAINS)[:, None]
    tables = []
    for t in range(weeks + 1):
        slow = np.log((sums[-1] + 0.2) / (span[-1] + 2.0))
        columns = [np.ones(pairs), slow]
        for q in range(len(keep) - 2, -1, -1):
            faster = np.log((sums[q] + np.exp(slow)) / (span[q] + 1.0))
            columns.append(faster - slow)
            slow = faster
        busy = np.log((news + 2) / (news_span[:, None] + 1))
        columns.append((busy[1][first] + busy[1][second]) / 2)
        columns.append(busy[0][first] - busy[1][first] + busy[0][second] - busy[1][second])
        tables.append(np.column_stack([*columns, *logs]))
        if t == weeks:
            break
        now = acts[:, t]
        sums, span = keep[:, None] * (sums + now), keep * (span + 1)
        logs = logs + gains * (np.log1p(now) - logs)
        heard = np.bincount(first, now, seats) + np.bincount(second, now, seats)
        news, news_span = news_keep[:, None] * (news + heard), news_keep * (news_span + 1)
    return tables


def fit_outlook(weeks: Weeks, first: Ints, second: Ints, *, memory: Memory | None = None) -> Outlook:
    """Fit attention and memory on all the weeks given; nothing later is looked at."""
    from scipy.optimize import minimize
    from scipy.special import digamma, gammaln

    acts = weeks.acts
    known = np.concatenate(attention_features(acts, first, second)[_BURN_IN:-1])
    count = acts[:, _BURN_IN:].T.ravel()
    some = count > 0
    few = count[some]
    width = known.shape[1]

    def unlikely(theta: Floats) -> tuple[float, Floats]:
        eta = np.clip(known @ theta[:width], -15, 12)
        mu, size = np.exp(eta), _size(eta, theta[width:])
        ratio = np.log1p(mu / size)
        gain = -size * ratio
        gain[some] += gammaln(few + size[some]) - gammaln(size[some])
        gain[some] += few * (np.log(mu[some] / size[some]) - ratio[some])
        by_eta = (count - mu) * size / (size + mu)
        by_size = -ratio + 1 - (size + count) / (size + mu)
        by_size[some] += digamma(few + size[some]) - digamma(size[some])
        by_log = by_size * size
        slope = by_eta + by_log * (theta[width + 1] + 2 * theta[width + 2] * eta)
        spread = np.array([by_log.sum(), (by_log * eta).sum(), (by_log * eta**2).sum()])
        return -float(gain.sum()), -np.concatenate([known.T @ slope, spread])

    start = np.zeros(width + 3)
    start[1] = 1.0
    found = minimize(unlikely, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return Outlook(memory or fit_memory(weeks), found[:width], found[width:])


def forecast(
    outlook: Outlook, weeks: Weeks, first: Ints, second: Ints, *, draws: int, rng: np.random.Generator
) -> Floats:
    """Draws of the week after the last, sorted, pairs by draws."""
    good, bad = states(weeks, outlook.memory)
    features = attention_features(weeks.acts, first, second)[-1]
    return outlook.draws(features, good[:, -1], bad[:, -1], draws=draws, rng=rng)
