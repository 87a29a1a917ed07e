"""`detente actor`: who is meant, and what the tables hold about them on a day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from detente.actors import Gazetteer, Resolution, Resolver
from detente.actors.resolve import TABLES_END
from detente.errors import UnknownActor
from detente.pipeline import near_names

if TYPE_CHECKING:
    from rich.console import Console


def actor_card(name: str, tables: Gazetteer, day: date) -> dict[str, Any]:
    """What is known of an actor on a day: reading, codes, names, offices, seats or members.

    Raises
    ------
    UnknownActor : nobody of that name.
    """
    found = tables.actors.get(name) or tables.actors.get(name.upper())
    reading = Resolution(found.id, "actor", "its id", 1.0) if found else Resolver(tables).resolve(name, day)
    if reading.actor is None or reading.actor not in tables.actors:
        others = ", ".join(f"{who} ({share:.2f})" for who, share in reading.runners_up)
        raise UnknownActor(
            f'no actor is called "{name}" on {day}: {reading.reason}',
            near=others or near_names(name, tables),
            try_="use a code such as FRA or SCO, another day with --as-of, or your own table with --actors FILE",
        )
    actor = tables.actors[reading.actor]
    offices = sorted(tables.in_office(actor.id, day), key=lambda one: (one.office, one.person))
    seats = [one for one in tables.seats(actor.id) if one.since is None or one.since <= day]
    return {
        "asked": name,
        "as_of": str(day),
        "id": actor.id,
        "name": actor.name,
        "kind": actor.kind,
        "existed": actor.period.holds(day),
        "since": _text(actor.period.since),
        "until": _text(actor.period.until),
        "reading": {
            "reason": reading.reason,
            "probability": reading.probability,
            "person": reading.person,
            "runners_up": [list(one) for one in reading.runners_up],
        },
        "codes": actor.codes,
        "names": list(
            dict.fromkeys(
                one.form
                for kind in _NAME_ORDER
                for one in tables.names
                if one.actor == actor.id and one.kind == kind
            )
        ),
        "offices_known_until": str(TABLES_END),
        "offices": [
            {
                "office": one.office,
                "person": one.person,
                "since": _text(one.since),
                "term": one.term,
                "checked": one.checked,
            }
            for one in offices
        ],
        "members": list(tables.members(actor.id, day)) or list(tables.groups.get(actor.id, ())),
        "seats": [
            {
                "organisation": one.organisation,
                "role": one.role,
                "since": _text(one.since),
                "until": _text(one.until) if one.until and one.until <= day else None,
                "checked": one.checked,
            }
            for one in seats
        ],
    }


_NAME_ORDER = ("name", "abbreviation", "alias", "adjective", "people", "capital", "seat", "former", "city")


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def print_actor(card: dict[str, Any], console: Console) -> None:
    """The card as a person would like to read it."""
    console.print(Text(f"{card['name']} ({card['id']}), {card['kind']}", style="bold"))
    reading = card["reading"]
    if card["asked"].upper() != card["id"]:
        person = f", {reading['person']}" if reading["person"] else ""
        console.print(
            Text(
                f'"{card["asked"]}" on {card["as_of"]}: {reading["reason"]}{person} ({reading["probability"]:.2f})'
            )
        )
    if not card["existed"]:
        console.print(
            Text(
                f"did not exist on {card['as_of']} ({card['since'] or '...'} to {card['until'] or '...'})",
                style="yellow",
            )
        )
    if card["codes"]:
        console.print(
            Text("codes   " + ", ".join(f"{system} {code}" for system, code in card["codes"].items()))
        )
    if card["names"]:
        shown = card["names"][:24]
        more = f" and {len(card['names']) - 24} more" if len(card["names"]) > 24 else ""
        console.print(Text("names   " + ", ".join(shown) + more))
    if card["offices"]:
        table = Table(box=None, title=f"In office on {card['as_of']}", title_justify="left")
        for column in ("office", "person", "since", "term", "checked"):
            table.add_column(column)
        for one in card["offices"]:
            table.add_row(
                one["office"],
                Text(one["person"]),
                one["since"],
                str(one["term"] or ""),
                "yes" if one["checked"] else "no",
            )
        console.print(table)
        if card["as_of"] >= card["offices_known_until"]:
            console.print(
                Text(f"(the tables know nothing from {card['offices_known_until']} on)", style="yellow")
            )
    if card["members"]:
        console.print(
            Text(f"members on {card['as_of']} ({len(card['members'])}): " + ", ".join(card["members"]))
        )
    if card["seats"]:
        now = [one for one in card["seats"] if one["until"] is None and one["role"] != "suspended"]
        sitting = {one["organisation"] for one in now}
        past = {
            one["organisation"]: one["until"]
            for one in card["seats"]
            if one["until"] is not None and one["role"] == "member" and one["organisation"] not in sitting
        }
        sat = ", ".join(
            one["organisation"] + ("" if one["role"] == "member" else f" ({one['role']})") for one in now
        )
        console.print(Text("sits in " + sat))
        if past:
            console.print(Text("left    " + ", ".join(f"{one} ({day})" for one, day in past.items())))


def print_mentions(scores: dict[str, Any], console: Console) -> None:
    """Accuracy by kind, ours beside the baseline."""
    base = scores["baseline"]
    table = Table(box=None)
    for column in ("kind", "n", "accuracy", "exact CLDR names"):
        table.add_column(column, justify="left" if column == "kind" else "right")
    for kind in ("plain", "traps"):
        ours, theirs = scores[kind], base[kind]
        table.add_row(
            f"all {kind}",
            str(ours["n"]),
            f"{ours['accuracy']:.3f}",
            f"{theirs['accuracy']:.3f}",
            style="bold",
        )
    for kind, one in scores["by_kind"].items():
        table.add_row(
            kind, str(one["n"]), f"{one['accuracy']:.3f}", f"{base['by_kind'][kind]['accuracy']:.3f}"
        )
    console.print(table)
    for name, one in (("accuracy", scores), ("exact CLDR names", base)):
        console.print(
            f"{name} {one['accuracy']:.3f} ({one['accuracy_low']:.3f} to {one['accuracy_high']:.3f}) "
            f"on {one['mentions']} mentions; reading right too: {one['reading_accuracy']:.3f}"
        )
    for name, value in scores["speed"].items():
        console.print(f"{name.replace('_', ' ')}: {value:,.0f}")
