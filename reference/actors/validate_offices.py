"""Check offices.csv: dates, names, and no two holders of one office on one day.

Usage: python validate_offices.py [offices.csv]
"""

import csv
import datetime
import sys
from pathlib import Path

OFFICES = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent / "offices.csv")
COLUMNS = [
    "state",
    "office",
    "person",
    "family_name",
    "other_names",
    "since",
    "until",
    "term",
    "precision",
    "checked",
    "source",
]

# Offices that several people hold at once by design.
joint = {
    ("BIH", "head of state"): 3,  # one Bosniak, one Croat, one Serb member
}


def problems(rows):
    for n, r in enumerate(rows, 2):
        where = f"line {n} {r['state']} {r['office']} {r['person']}"
        for column in ("since", "until"):
            if r[column] or column == "since":
                try:
                    if datetime.date.fromisoformat(r[column]).isoformat() != r[column]:
                        raise ValueError
                except ValueError:
                    yield f"{where}: {column} {r[column]!r} is not an ISO date"
        if r["until"] and not r["since"] < r["until"]:
            yield f"{where}: until {r['until']} is not after since {r['since']}"
        if r["family_name"] not in r["person"] and r["family_name"] not in r["other_names"].split("|"):
            yield f"{where}: family name {r['family_name']!r} is in no name"
        if r["precision"] not in ("day", "month", "year"):
            yield f"{where}: precision {r['precision']!r}"
        if r["checked"] not in ("0", "1") or (r["checked"] == "1") != bool(r["source"]):
            yield f"{where}: checked and source disagree"
        if r["term"] and not r["term"].isdigit():
            yield f"{where}: term {r['term']!r}"
        if any(v != v.strip() for v in r.values()) or "||" in r["other_names"]:
            yield f"{where}: stray blanks or empty names"

    seats = {}
    for r in rows:
        seats.setdefault((r["state"], r["office"]), []).append(r)
    for seat, holders in seats.items():
        for r in holders:
            together = [
                h["person"]
                for h in holders
                if h["since"] <= r["since"] and (not h["until"] or h["until"] > r["since"])
            ]
            if len(together) > joint.get(seat, 1):
                yield f"{seat[0]} {seat[1]}: {', '.join(together)} on {r['since']}"


with open(OFFICES, encoding="utf-8", newline="") as f:
    reader = csv.DictReader(f)
    table = list(reader)
found = list(problems(table))
if reader.fieldnames != COLUMNS:
    found.insert(0, f"columns {reader.fieldnames}")
print("\n".join(found))
print(
    len(table), "rows,", len({r["state"] for r in table}), "states and organisations,", len(found), "problems"
)
sys.exit(bool(found))
