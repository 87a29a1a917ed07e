"""Country and role, read from the names of entities: "Police (Kenya)" is the police of Kenya."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
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


def with_homes(kinds: Kinds, facts: Array, *, least: int = 2, share: float = 0.5) -> Kinds:
    """Countries for entities whose names tell none: where most of their dealings at home are.

    Dealings at home are facts (s, r, o, ...), inverses included, with a police, a ministry or citizens: with an
    entity that has a country and is not the state itself, which foreigners deal with too. An entity with at least
    `least` of them, at least `share` of them in one country, is taken to be of that country.

    >>> kinds = kinds_of(["Kenya", "Police_(Kenya)", "Ada_Lovelace"])
    >>> homes = with_homes(kinds, np.array([[2, 0, 1], [2, 0, 1], [1, 0, 2]]))
    >>> kinds.countries[homes.country[2]], kinds.roles[homes.role[2]]
    ('Kenya', 'named')
    """
    state = kinds.roles.index(STATE) if STATE in kinds.roles else -1
    at_home = (kinds.country[facts[:, 2]] > 0) & (kinds.role[facts[:, 2]] != state)
    at_home &= kinds.country[facts[:, 0]] == 0
    own = facts[at_home]
    width = len(kinds.countries)
    pairs, counts = np.unique(
        own[:, 0].astype(np.int64) * width + kinds.country[own[:, 2]], return_counts=True
    )
    entity, where = pairs // width, pairs % width
    total = np.bincount(entity, weights=counts, minlength=len(kinds.country))
    country = kinds.country.copy()
    best = np.zeros(len(country))
    for one, land, count in zip(entity.tolist(), where.tolist(), counts.tolist(), strict=True):
        if count > best[one] and total[one] >= least and count >= share * total[one]:
            best[one] = count
            country[one] = land
    return replace(kinds, country=country)
