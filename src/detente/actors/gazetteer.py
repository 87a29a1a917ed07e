"""The dated tables of actors, read once, and a user's own actors on top of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

from detente.actors.actor import Actor, Holder, Membership, Name
from detente.errors import UnreadableInput, WrongUse
from detente.periods import Period, parse_day

_CLDR_CODES = {"UN": "UN", "EU": "EU", "EUROZONE": "EZ"}  # organisations that CLDR names
CODE_SYSTEMS = ("iso2", "iso3", "cow", "cow_abb", "gw", "fips", "cameo")


@dataclass(frozen=True)
class Gazetteer:
    """All actors and their names, seats and offices.

    Asked `on` a day, it answers only with what that day could know: a start or an end is seen from
    its own date on.
    """

    actors: dict[str, Actor]
    names: tuple[Name, ...]
    memberships: tuple[Membership, ...]
    holders: tuple[Holder, ...]
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    dated_codes: tuple[tuple[str, str, str, Period], ...] = ()  # actor, system, code, when it was its code

    def members(self, organisation: str, day: date, *, role: str = "member") -> tuple[str, ...]:
        """Ids of the members on a day, in order of accession; a suspended member is none."""
        rows = [one for one in self.memberships if one.organisation == organisation and one.holds_on(day)]
        suspended = {one.member for one in rows if one.role == "suspended"}
        seated = sorted((one.since or date.min, one.member) for one in rows if one.role == role)
        return tuple(dict.fromkeys(member for _, member in seated if member not in suspended))

    def seats(self, actor: str) -> tuple[Membership, ...]:
        """Every seat the actor ever held, oldest first."""
        return tuple(
            sorted(
                (one for one in self.memberships if one.member == actor), key=lambda s: s.since or date.min
            )
        )

    def in_office(self, actor: str, day: date) -> tuple[Holder, ...]:
        """Who held which office on a day."""
        return tuple(one for one in self.holders if one.actor == actor and one.holds_on(day))

    def by_code(self, system: str, code: str, day: date | None = None) -> Actor | None:
        """The actor a code of one system means; FIPS is never read as ISO."""
        if system not in CODE_SYSTEMS:
            raise WrongUse(f'"{system}" is no code system', near=", ".join(CODE_SYSTEMS))
        dated = [row for row in self.dated_codes if row[1] == system]
        then = [self.actors[actor] for actor, _, known, when in dated if known == code and when.holds(day)]
        changed = {actor for actor, *_ in dated}
        found = then + [
            one
            for one in self.actors.values()
            if one.id not in changed and one.codes.get(system) == code and one.period.holds(day)
        ]
        return min(found, key=lambda one: one.period.until is not None) if found else None

    def name_in(self, actor: str, language: str) -> str:
        """The name of an actor in a language, by CLDR; its English name where CLDR has none.

        Parameters
        ----------
        actor : actor id.
        language : a language code such as `fr`, `zh` or `pt_BR`.

        Raises
        ------
        WrongUse : no such actor, or no such language.

        Examples
        --------
        >>> gazetteer().name_in("DEU", "fr")
        'Allemagne'
        """
        from babel import Locale, UnknownLocaleError

        one = self.actors.get(actor)
        if one is None:
            raise WrongUse(f'no actor has the id "{actor}"', try_="ids are such as DEU, SCO or HAMAS")
        try:
            territories = Locale.parse(language.replace("-", "_")).territories
        except (ValueError, UnknownLocaleError):
            raise WrongUse(
                f'"{language}" is no language CLDR knows', try_="codes such as fr, es, ar, zh"
            ) from None
        code = _CLDR_CODES.get(actor) or (one.codes.get("iso2", "") if one.period.until is None else "")
        return str(territories.get(code, one.name))

    def with_own(self, path: Path) -> Gazetteer:
        """The tables with a user's own actors on top; where a name is in both, the user's wins.

        The file is CSV with columns id,name[,aliases][,kind] (aliases separated by |) or JSON lines
        with the same keys (aliases a list).
        """
        own_actors, own_names = _read_own(path)
        taken = {one.form for one in own_names}
        return replace(
            self,
            actors={**self.actors, **{one.id: one for one in own_actors}},
            names=(*(one for one in self.names if one.form not in taken), *own_names),
        )


@cache
def gazetteer() -> Gazetteer:
    """The tables that ship with the package."""
    actors: dict[str, Actor] = {}
    names: list[Name] = []
    groups: dict[str, tuple[str, ...]] = {}
    for row in _rows("states.csv"):
        actors[row["id"]] = Actor(
            id=row["id"],
            name=row["name"],
            kind="state",
            period=_period(row),
            region=row["region"],
            codes={system: row[system] for system in CODE_SYSTEMS if row.get(system)},
        )
    for row in _rows("names.csv"):
        names.append(
            Name(row["name"], row["id"], row["kind"], _period(row), row["ambiguous"] == "1", row["note"])
        )
    for row in _rows("organisations.csv"):
        actors[row["id"]] = Actor(
            row["id"],
            row["name"],
            "organisation",
            Period(_day(row["founded"]), _day(row["dissolved"])),
            codes={},
            note=row["note"],
        )
        names += [Name(form, row["id"], "name") for form in _forms(row["name"], row["aliases"])]
    for row in _rows("groups.csv"):
        actors[row["id"]] = Actor(
            row["id"], row["name"], row["kind"], _period(row), codes={}, note=row["note"]
        )
        groups[row["id"]] = tuple(row["members"].split())
        names += [Name(form, row["id"], "name") for form in _forms(row["name"], row["aliases"])]
    holders = tuple(_holder(row) for row in _rows("offices.csv"))
    return Gazetteer(
        actors=actors,
        names=(*names, *_person_names(holders)),
        memberships=tuple(_membership(row) for row in _rows("memberships.csv")),
        holders=holders,
        groups=groups,
        dated_codes=tuple(
            (row["id"], row["scheme"], row["code"], _period(row)) for row in _rows("codes.csv")
        ),
    )


def _rows(table: str) -> Iterator[dict[str, str]]:
    text = (files("detente.actors") / "data" / table).read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        yield {key: (value or "").strip() for key, value in row.items() if key}


def _day(text: str) -> date | None:
    return parse_day(text) if text else None


def _period(row: dict[str, str]) -> Period:
    return Period(_day(row["since"]), _day(row["until"]))


def _forms(name: str, aliases: str) -> list[str]:
    return list(dict.fromkeys(form for form in (name, *(one.strip() for one in aliases.split("|"))) if form))


def _membership(row: dict[str, str]) -> Membership:
    return Membership(
        row["member"],
        row["organisation"],
        _day(row["since"]),
        _day(row["until"]),
        row["role"],
        row["precision"],
        row["checked"] == "1",
        row["source"],
    )


def _holder(row: dict[str, str]) -> Holder:
    return Holder(
        actor=row["state"],
        office=row["office"],
        person=row["person"],
        family_name=row["family_name"],
        other_names=tuple(one.strip() for one in row["other_names"].split("|") if one.strip()),
        since=_day(row["since"]),
        until=_day(row["until"]),
        term=int(row["term"]) if row["term"].isdigit() else None,
        precision=row["precision"],
        checked=row["checked"] == "1",
        record=row["source"],
    )


def _person_names(holders: Iterable[Holder]) -> Iterator[Name]:
    """Full and family names of office holders, each for the days in that office."""
    seen = set()
    for one in holders:
        period = Period(one.since, one.until)
        full = [one.person, *one.other_names]
        for form, kind in [(form, "person" if " " in form else "family") for form in full] + [
            (one.family_name, "family")
        ]:
            key = (form, one.actor, period)
            if form and key not in seen:
                seen.add(key)
                yield Name(form, one.actor, kind, period, person=one.person, note=one.office)


def _read_own(path: Path) -> tuple[list[Actor], list[Name]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as fault:
        raise UnreadableInput(f"cannot read the actors file {path}: {fault}") from None
    actors, names = [], []
    for number, row in _own_rows(text, path):
        where = f"{path}, line {number}"
        if not row.get("id") or not row.get("name"):
            raise UnreadableInput(
                "an actor needs an id and a name", where=where, try_="columns: id,name,aliases,kind"
            )
        listed = row.get("aliases") or []
        aliases = listed if isinstance(listed, list) else str(listed).split("|")
        kind = str(row.get("kind") or "own")
        actors.append(Actor(str(row["id"]), str(row["name"]), kind))
        for form in dict.fromkeys([str(row["name"]), *(str(one).strip() for one in aliases)]):
            if form:
                names.append(Name(form, str(row["id"]), "name", note="from your file"))
    return actors, names


def _own_rows(text: str, path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    if path.suffix.lower() in (".jsonl", ".json"):
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                try:
                    row = json.loads(line)
                except ValueError as fault:
                    raise UnreadableInput(
                        f"not a line of JSON: {fault}", where=f"{path}, line {number}"
                    ) from None
                if not isinstance(row, dict):
                    raise UnreadableInput("not an object", where=f"{path}, line {number}")
                yield number, row
    else:
        for number, row in enumerate(csv.DictReader(text.splitlines()), 2):
            yield number, dict(row)
