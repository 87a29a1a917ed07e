"""One actor, one of its names, one seat in an organisation, one holder of an office."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from detente.periods import Period


@dataclass(frozen=True, slots=True)
class Actor:
    """A state, organisation or group.

    kind : state, organisation, armed, loose (a group without dated members), or own (from a user's file).
    period : when it existed as this actor.
    codes : code per system: iso2, iso3, cow, cow_abb, gw, fips, cameo; only those it has.
    """

    id: str
    name: str
    kind: str
    period: Period = Period()
    region: str = ""
    codes: dict[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    """A way an actor is named in English news.

    kind : name, former, alias, abbreviation, adjective, people, capital, city, seat, person, family.
    ambiguous : the form has another common reading, said in `note`.
    person : the office holder, where the form names one.
    """

    form: str
    actor: str
    kind: str
    period: Period = Period()
    ambiguous: bool = False
    note: str = ""
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """A seat in an organisation. `until` is the first day without it; None: still seated."""

    member: str
    organisation: str
    since: date | None
    until: date | None = None
    role: str = "member"
    precision: str = "day"
    checked: bool = False
    record: str = ""

    def holds_on(self, day: date) -> bool:
        return Period(self.since, self.until).holds(day)


@dataclass(frozen=True, slots=True)
class Holder:
    """A person in an office. `term` counts terms where that means something."""

    actor: str
    office: str
    person: str
    family_name: str
    other_names: tuple[str, ...]
    since: date | None
    until: date | None = None
    term: int | None = None
    precision: str = "day"
    checked: bool = False
    record: str = ""

    def holds_on(self, day: date) -> bool:
        return Period(self.since, self.until).holds(day)
