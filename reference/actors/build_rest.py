"""Build organisations.csv, memberships.csv and groups.csv from src/. checked comes from src/checked_memberships.csv (see check_memberships.py)."""

import csv
import re
from pathlib import Path

HERE = Path(__file__).parent
OUT = HERE.parent
SRC = HERE / "src"


def lines(name):
    for l in (SRC / name).read_text(encoding="utf-8").splitlines():
        if l.strip() and not l.startswith("# "):
            yield l


def save(name, head, data):
    with open(OUT / name, "w", newline="", encoding="utf-8") as h:
        w = csv.writer(h, lineterminator="\n")
        w.writerow(head.split(","))
        w.writerows(data)
    print(name, len(data))


def uniq(forms, name):
    seen, out = {name}, []
    for f in (x.strip() for x in forms.split(";")):
        f = re.sub(r"^the ", "", f)
        if f and f not in seen:
            seen.add(f)
            out.append(f)
    return out


vague = {tuple(l.split("|")[:2]) for l in lines("ambiguous_orgs.txt")}
PREC = {4: "year", 7: "month", 10: "day"}


def day(t):
    return (t + "-01-01"[len(t) - 4 :] if len(t) < 10 else t) if t else ""


orgs = []
for l in lines("organisations.txt"):
    i, name, kind, founded, dissolved, seat, alias, note = l.split("|")
    al = uniq(alias, name)
    if i not in al and i != name:
        al.insert(0, i) if i.isupper() and len(i) <= 8 else None
    al = [a for a in al if (i, a) not in vague]
    orgs.append([i, name, kind, day(founded), day(dissolved), seat, "|".join(al), note])
save("organisations.csv", "id,name,kind,founded,dissolved,seat_city,aliases,note", orgs)
checked, coarse = {}, {}
if (SRC / "checked_memberships.csv").exists():
    for r in csv.DictReader(open(SRC / "checked_memberships.csv", encoding="utf-8")):
        checked[(r["member"], r["organisation"], r["since"], r["until"], r["role"])] = r["source"]
if (SRC / "coarse_memberships.csv").exists():
    for r in csv.DictReader(open(SRC / "coarse_memberships.csv", encoding="utf-8")):
        coarse[(r["member"], r["organisation"], r["since"], r["until"], r["role"])] = r["source"]
rows, org = [], None
for l in lines("memberships.txt"):
    if l.startswith("@"):
        org = l[1:].strip()
        continue
    body, _, remark = l.partition(" # ")
    head, _, members = body.partition(":")
    span, _, role = head.strip().partition(" ")
    since, _, until = span.partition("..")
    # the coarser of the two dates sets the precision
    prec = PREC[min(len(since), len(until) if until else 10)]
    for m in members.split():
        key = (m, org, day(since), day(until), role or "member")
        src = checked.get(key, "")
        rows.append(
            [
                *key,
                prec,
                int(bool(src)),
                "; ".join(
                    x
                    for x in (
                        src
                        or (
                            "memory; year or month agrees with " + coarse[key] if key in coarse else "memory"
                        ),
                        remark.strip(),
                    )
                    if x
                ),
            ]
        )
rank = {o[0]: n for n, o in enumerate(orgs)}
rows.sort(key=lambda r: (rank[r[1]], r[4] != "member", r[4], r[2], r[0]))
save("memberships.csv", "member,organisation,since,until,role,precision,checked,source", rows)
groups = []
for l in lines("groups.txt"):
    i, name, alias, kind, members, since, until, note = l.split("|")
    al = uniq(alias, re.sub(r"^the ", "", name))
    al = [a for a in al if (i, a) not in vague]
    groups.append([i, re.sub(r"^the ", "", name), "|".join(al), kind, members, day(since), day(until), note])
save("groups.csv", "id,name,aliases,kind,members,since,until,note", groups)
