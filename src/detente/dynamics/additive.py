"""An additive model: one readable curve per feature, their sum a log-odds, and why it came out so.

Fitted by boosting stumps, which split one feature at a time: the trees of a feature add up to its curve.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Curve:
    """A step function of one feature: values[i] where exactly i borders lie below the feature's value."""

    borders: tuple[float, ...]
    values: tuple[float, ...]

    def __call__(self, x: Array) -> Array:
        return np.asarray(np.asarray(self.values)[np.searchsorted(self.borders, x, side="left")])


@dataclass(frozen=True, slots=True)
class Additive:
    """log-odds = intercept + the sum of the curves."""

    features: tuple[str, ...]
    intercept: float
    curves: tuple[Curve, ...]

    def parts(self, x: Array) -> Array:
        """What each feature adds, [rows, features]."""
        return np.stack([curve(x[:, i]) for i, curve in enumerate(self.curves)], axis=1)

    def __call__(self, x: Array) -> Array:
        return np.asarray(self.intercept + self.parts(x).sum(axis=1))

    def scaled(self, slope: float, intercept: float) -> Additive:
        """The model whose log-odds are intercept + slope times this one's."""
        curves = tuple(Curve(one.borders, tuple(slope * v for v in one.values)) for one in self.curves)
        return Additive(self.features, intercept + slope * self.intercept, curves)

    def centred(self, x: Array) -> Additive:
        """The same model with every curve 0 on average over the rows, the rest in the intercept."""
        means = self.parts(x).mean(axis=0)
        curves = tuple(
            Curve(one.borders, tuple(v - float(mean) for v in one.values))
            for one, mean in zip(self.curves, means, strict=True)
        )
        return Additive(self.features, self.intercept + float(means.sum()), curves)

    def as_json(self) -> dict[str, Any]:
        return {
            "intercept": self.intercept,
            "curves": {
                name: {"borders": list(one.borders), "values": [round(v, 6) for v in one.values]}
                for name, one in zip(self.features, self.curves, strict=True)
            },
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Additive:
        curves = {
            name: Curve(tuple(one["borders"]), tuple(one["values"])) for name, one in row["curves"].items()
        }
        return cls(tuple(curves), float(row["intercept"]), tuple(curves.values()))


def from_stumps(booster: Any, features: Sequence[str]) -> Additive:
    """The curves of a LightGBM model whose trees all have two leaves (or one)."""
    dumped = booster.dump_model()
    intercept = 0.0
    steps: list[list[tuple[float, float, float]]] = [[] for _ in features]
    for tree in dumped["tree_info"]:
        root = tree["tree_structure"]
        if "split_feature" not in root:
            intercept += float(root["leaf_value"])
            continue
        steps[root["split_feature"]].append(
            (
                float(root["threshold"]),
                float(root["left_child"]["leaf_value"]),
                float(root["right_child"]["leaf_value"]),
            )
        )
    curves = []
    for own in steps:
        borders = sorted({border for border, _, _ in own})
        values = np.zeros(len(borders) + 1)
        for border, left, right in own:
            at = borders.index(border)
            values[: at + 1] += left
            values[at + 1 :] += right
        curves.append(Curve(tuple(borders), tuple(values.tolist())))
    return Additive(tuple(features), intercept, tuple(curves))


def fit_additive(
    x: Array,
    y: Array,
    features: Sequence[str],
    *,
    weight: Array | None = None,
    rounds: int = 200,
    rate: float = 0.1,
    seed: int = 1,
) -> Additive:
    """Boosted stumps for a yes or no answer; deterministic by seed."""
    import lightgbm

    settings = {
        "objective": "binary",
        "num_leaves": 2,
        "learning_rate": rate,
        "min_data_in_leaf": 50,
        "lambda_l2": 5.0,
        "max_bin": 63,
        "num_threads": 1,
        "verbose": -1,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "boost_from_average": True,
    }
    data = lightgbm.Dataset(x, y.astype(np.int8), weight=weight, free_raw_data=True)
    return from_stumps(lightgbm.train(settings, data, rounds), features)
