"""How likely a member leaves: rare, so anchored to how rare it has been, and partially pooled over groups.

Exits of a group come at a rate that is Gamma(shape, shape / base): the base rate over all groups, from which a
group's own record moves it only as far as its member-years warrant. The shape is estimated from the groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from detente.actors import Membership
from detente.errors import NothingFound
from detente.relations import SignedNetwork

DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Record:
    """Member-years and exits (or suspensions) of one group up to a day."""

    group: str
    years: float
    exits: int


@dataclass(frozen=True, slots=True)
class ExitModel:
    """base : exits a member-year over all groups. shape : how alike groups are; large is alike."""

    base: float
    shape: float
    records: Mapping[str, Record]

    def rate(self, group: str | None) -> float:
        """Expected exits a member-year; the base rate for a group without a record."""
        one = self.records.get(group or "")
        years, exits = (one.years, one.exits) if one else (0.0, 0)
        return (self.shape + exits) / (self.shape / self.base + years)

    def chance(self, group: str | None, years: float) -> float:
        """Chance that one member leaves within so many years."""
        one = self.records.get(group or "")
        known, exits = (one.years, one.exits) if one else (0.0, 0)
        rate = self.shape / self.base + known
        return float(1 - (rate / (rate + years)) ** (self.shape + exits))

    def chance_of_any(self, group: str | None, members: int, years: float) -> float:
        """Chance that at least one of so many members leaves; they share the group's unknown rate."""
        return self.chance(group, years * members)

    def upper(self, group: str, mass: float = 0.95) -> float:
        """Upper end of the rate the group's own record allows, ignoring the other groups (Poisson)."""
        from scipy.stats import gamma

        one = self.records[group]
        return float(gamma.ppf(mass, one.exits + 1) / one.years) if one.years else float("inf")


def records(
    memberships: Iterable[Membership], *, as_of: date, ended: Mapping[str, date] | None = None
) -> list[Record]:
    """Member-years and exits per organisation, as known on a day.

    A seat that ends, or a suspension that begins, is an exit, unless the organisation ended then (`ended`).
    Nothing after `as_of` is looked at; seats without a known beginning are left out.
    """
    years: dict[str, float] = {}
    exits: dict[str, int] = {}
    gone: set[tuple[str, str, date]] = set()
    for one in memberships:
        if one.since is None or one.since > as_of:
            continue
        group = one.organisation
        if one.role == "member":
            end = min(one.until or as_of, as_of)
            years[group] = years.get(group, 0.0) + max(0, (end - one.since).days) / DAYS_A_YEAR
            left = one.until if one.until and one.until <= as_of else None
            if left and (ended or {}).get(group) == left:
                left = None
        elif one.role == "suspended":
            left = one.since
        else:
            continue
        if left and (one.member, group, left) not in gone:
            gone.add((one.member, group, left))
            exits[group] = exits.get(group, 0) + 1
    return [Record(group, span, exits.get(group, 0)) for group, span in sorted(years.items()) if span > 0]


def fit_exits(many: Sequence[Record]) -> ExitModel:
    """Base rate and shape from the records of all groups (negative binomial likelihood).

    Raises
    ------
    NothingFound : no member-year is on record.
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import gammaln

    years = np.array([one.years for one in many])
    exits = np.array([one.exits for one in many], dtype=float)
    if not years.sum():
        raise NothingFound("no member-year is on record, so there is no base rate to anchor to")
    base = float((exits.sum() + 0.5) / years.sum())

    def unlikely(log_shape: float) -> float:
        shape = np.exp(log_shape)
        rate = shape / base
        gain = gammaln(exits + shape) - gammaln(shape) + shape * np.log(rate / (rate + years))
        gain += exits * np.log(years / (rate + years))
        return -float(gain.sum())

    found = minimize_scalar(unlikely, bounds=(-3, 5), method="bounded")
    return ExitModel(base, float(np.exp(found.x)), {one.group: one for one in many})


def weakening(now: SignedNetwork, before: SignedNetwork, members: Sequence[str]) -> dict[str, float | None]:
    """Share of draws in which a member's mean tie to the others fell by more than one of its own sd.

    The sd is that of the member's mean tie over the earlier draws. None: not known in both networks.
    """
    from detente.blocs.cohesion import _to_rest

    found: dict[str, float | None] = {}
    for one in members:
        later, earlier = (_to_rest(network, one, members) for network in (now, before))
        if later is None or earlier is None or len(later) < 3 or len(earlier) < 3:
            found[one] = None
            continue
        many = min(len(later), len(earlier))
        drop = later[1:many] - earlier[1:many]
        found[one] = float((drop < -earlier[1:].std()).mean())
    return found
