"""Country and role, read from the names of entities: "Police (Kenya)" is the police of Kenya."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

STATE, NAMED = "state", "named"
_PARENTHESIS = re.compile(r"^(?P<role>.+?)\s*\((?P<country>[^()]+)\)$")


@dataclass(frozen=True, slots=True)
class Kinds:
    """Country and role of every entity, as numbers; country 0 and role 0 mean that the name tells none."""

    country: Array
    role: Array
    countries: tuple[str, ...]
    roles: tuple[str, ...]


def plain(name: str) -> str:
    """The name with spaces for underscores.

    >>> plain("Police_(Kenya)")
    'Police (Kenya)'
    """
    return " ".join(name.replace("_", " ").split())


def kinds_of(names: Sequence[str]) -> Kinds:
    """Country and role of every entity: what stands in parentheses, and what stands before it.

    An entity whose whole name is what others have in parentheses is a state. Nothing is looked up: a set with
    other names in the same shape is read the same way.

    >>> kinds = kinds_of(["Kenya", "Police_(Kenya)", "Ada_Lovelace"])
    >>> [(kinds.countries[c], kinds.roles[r]) for c, r in zip(kinds.country, kinds.role)]
    [('Kenya', 'state'), ('Kenya', 'Police'), ('', 'named')]
    """
    clean = [plain(name) for name in names]
    parsed = [_PARENTHESIS.match(name) for name in clean]
    known = {one["country"] for one in parsed if one}
    countries: dict[str, int] = {"": 0}
    roles: dict[str, int] = {NAMED: 0}
    country = np.zeros(len(clean), np.int32)
    role = np.zeros(len(clean), np.int32)
    for i, (name, one) in enumerate(zip(clean, parsed, strict=True)):
        where, what = (
            (one["country"], one["role"]) if one else (name, STATE) if name in known else ("", NAMED)
        )
        country[i] = countries.setdefault(where, len(countries))
        role[i] = roles.setdefault(what, len(roles))
    return Kinds(country, role, tuple(countries), tuple(roles))
