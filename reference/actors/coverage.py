"""What the actor tables hold, by region and office, with the rows nobody has checked: the tables of docs/actors.md.

Run from the checkout: python reference/actors/coverage.py (rewrites the part of docs/actors.md between the marks).
"""

from collections import Counter
from pathlib import Path

from detente.actors import gazetteer

PAGE = Path(__file__).resolve().parents[2] / "docs/actors.md"
OPEN, CLOSE = "<!-- coverage: begin -->", "<!-- coverage: end -->"
OFFICES = ["head of state", "head of government", "foreign minister", "defence minister", "other"]

tables = gazetteer()
living = {one.id: one for one in tables.actors.values() if one.kind == "state" and one.period.until is None}


def region(actor):
    one = tables.actors[actor]
    if one.kind != "state":
        return "organisations and groups"
    return one.region if one.id in living else "ended states"


def cell(rows):
    return f"{len(rows)} ({sum(not one.checked for one in rows)})" if rows else ""


def table(title, columns, lines):
    yield f"| {title} | " + " | ".join(columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    yield from (f"| {name} | " + " | ".join(cells) + " |" for name, cells in lines)


def office_lines():
    regions = sorted({region(one.actor) for one in tables.holders}, key=lambda name: (name[0].islower(), name))
    for name in [*regions, "all"]:
        rows = [one for one in tables.holders if name in ("all", region(one.actor))]
        of = lambda office: [
            one for one in rows if (one.office if one.office in OFFICES else "other") == office
        ]
        states = sum(one.region == name for one in living.values()) if name != "all" else len(living)
        yield name, [str(states or ""), *(cell(of(office)) for office in OFFICES), cell(rows)]


def organisation_lines():
    for role in ("member", "observer", "partner", "suspended", "candidate"):
        rows = [one for one in tables.memberships if one.role == role]
        if rows:
            yield role, [str(len({one.organisation for one in rows})), cell(rows)]


kinds = Counter(one.kind for one in tables.actors.values())
names = Counter(one.kind for one in tables.names)
text = "\n".join(
    [
        OPEN,
        "",
        "Actors: " + ", ".join(f"{n} {kind}" for kind, n in kinds.most_common()) + ".",
        "Spellings: " + ", ".join(f"{n} {kind}" for kind, n in names.most_common()) + ".",
        "",
        "Office holders; rows, and in brackets those nobody has checked against a record:",
        "",
        *table("region", ["states", *OFFICES, "all"], office_lines()),
        "",
        "Seats in organisations; rows, and in brackets those not checked:",
        "",
        *table("role", ["organisations", "rows"], organisation_lines()),
        "",
        CLOSE,
    ]
)
page = PAGE.read_text(encoding="utf-8")
PAGE.write_text(page[: page.index(OPEN)] + text + page[page.index(CLOSE) + len(CLOSE) :], encoding="utf-8")
print(f"wrote the coverage tables of {PAGE.name}")
