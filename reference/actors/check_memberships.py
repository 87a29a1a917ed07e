"""Compare memberships with the shared bloc table, country_converter and records.txt. Writes src/checked_memberships.csv.
A row counts as checked when its first day, and its last if it has one, agree with a record as fine as the row itself."""

import os
import sysconfig
import csv
import glob
import re
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).parent
OUT = Path(__file__).resolve().parents[2] / "src/detente/actors/data"
rows = list(csv.DictReader(open(OUT / "memberships.csv", encoding="utf-8")))
rec = defaultdict(lambda: defaultdict(list))  # (member, org, role) -> since/until -> [(date, record)]
NAME = {"WARSAW_PACT": "WARSAWPACT", "SHANGHAI_FIVE": "SHANGHAIFIVE", "ARAB_LEAGUE_suspension": "LAS"}
for r in csv.DictReader(open(os.path.join(os.environ["DETENTE_DATA"], "alignment/blocs/memberships.csv"), encoding="utf-8")):
    org = NAME.get(r["bloc"], r["bloc"])
    if r["status"] in ("declined", "left", "ambiguous"):
        continue
    role = "suspended" if r["status"] == "weakened" else r["status"]
    rec[r["iso3"], org, role]["since"].append((r["start"], "shared bloc table"))
    if r["end"]:
        rec[r["iso3"], org, role]["until"].append((r["end"], "shared bloc table"))
for r in csv.DictReader(
    open(
        glob.glob(os.path.join(sysconfig.get_path("purelib"), "country_converter/country_data.tsv"))[
            0
        ],
        encoding="utf-8",
    ),
    delimiter="\t",
):
    for col, org in (("OECD", "OECD"), ("UNmember", "UN")):
        if re.fullmatch(r"\d{4}", r[col]):
            rec[r["ISO3"], org, "member"]["since"].append((r[col], "country_converter (year)"))
org = role = field = label = None
for l in (HERE / "records.txt").read_text(encoding="utf-8").splitlines():
    if l.startswith("#") or not l.strip():
        continue
    if l.startswith("@"):
        a, field, label = [x.strip() for x in l[1:].split("|")]
        org, _, role = a.partition(" ")
        role = role or "member"
        continue
    d, _, ms = l.partition(":")
    if d.startswith(
        "deposit "
    ):  # Rome Statute, article 126: first of the month after the 60th day from the deposit
        t = date.fromisoformat(d[8:]) + timedelta(60)
        d = "%04d-%02d-01" % (t.year + t.month // 12, t.month % 12 + 1)
    for m in ms.split():
        rec[m, org, role][field].append((d, label))
WIDTH = {"day": 10, "month": 7, "year": 4}


def agree(day, found, need):
    """Best record that agrees with the day at the wanted width, else None; and whether any record is at odds with it."""
    fine = [l for d, l in found if len(d) >= need and d[:need] == day[:need]]
    coarse = [l for d, l in found if day.startswith(d)]
    return (fine or [None])[0], bool(coarse), [(d, l) for d, l in found if not day.startswith(d[:need])]


seen, out, part, odd = set(), [], [], 0
for r in rows:
    key = (r["member"], r["organisation"], r["role"])
    have = rec.get(key)
    if not have:
        continue
    seen.add(key)
    need = WIDTH[r["precision"]]
    ok_s, _, odds = agree(r["since"], have["since"], need)
    ok_u, _, odds_u = agree(r["until"], have["until"], need) if r["until"] else ("-", True, [])
    # a life that ended with its organisation needs no record of its own
    if r["until"] and not ok_u:
        o = next(
            o
            for o in csv.DictReader(open(OUT / "organisations.csv", encoding="utf-8"))
            if o["id"] == r["organisation"]
        )
        if o["dissolved"] == r["until"]:
            ok_u = "-"
        s = next(
            (s for s in csv.DictReader(open(OUT / "states.csv", encoding="utf-8")) if s["id"] == r["member"]),
            None,
        )
        if s and s["until"] == r["until"]:
            ok_u = "-"
    if ok_s and ok_u:
        out.append(
            [
                r["member"],
                r["organisation"],
                r["since"],
                r["until"],
                r["role"],
                ok_s if ok_u in ("-", ok_s) else f"{ok_s}; {ok_u}",
            ]
        )
    else:
        near = [l for d, l in have["since"] if r["since"].startswith(d)]
        if near and not odds_u:
            part.append([r["member"], r["organisation"], r["since"], r["until"], r["role"], near[0]])
        same = [q for q in rows if (q["member"], q["organisation"], q["role"]) == key]
        for d, l in odds + odds_u:
            if not any(q["since"].startswith(d) or q["until"].startswith(d) for q in same):
                odd += 1
                print("at odds:", key, r["since"], r["until"], "record", d, l)
for key in rec:
    if key not in seen and key[1] in {r["organisation"] for r in rows}:
        print("record without a row:", key, dict(rec[key]))
for name, data in (("checked", out), ("coarse", part)):
    with open(HERE / f"src/{name}_memberships.csv", "w", newline="", encoding="utf-8") as h:
        w = csv.writer(h, lineterminator="\n")
        w.writerow(["member", "organisation", "since", "until", "role", "source"])
        w.writerows(data)
print(
    len(rows),
    "rows,",
    len(out),
    "checked,",
    len(part),
    "agree as far as a coarser record goes,",
    odd,
    "at odds",
)
