"""Check the actor tables: keys, codes, dates, clashes. Exit 1 and print every fault."""

import csv
import re
import sys
from collections import defaultdict
from pathlib import Path

OUT = Path(__file__).parent.parent
T = {
    n: list(csv.DictReader(open(OUT / f"{n}.csv", encoding="utf-8", newline="")))
    for n in ("states", "names", "organisations", "memberships", "groups", "codes")
    if (OUT / f"{n}.csv").exists()
}
FAR, NEAR, bad = "9999-12-31", "0000-01-01", []
fault = bad.append


def span(r, a="since", b="until"):
    return (r[a] or NEAR, r[b] or FAR)


def overlap(x, y):
    return x[0] < y[1] and y[0] < x[1]


DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
for n, rows in T.items():
    for k, r in enumerate(rows, 2):
        if None in r or None in r.values():
            fault(f"{n}:{k} wrong number of fields")
        for c in ("since", "until", "founded", "dissolved"):
            if r.get(c) and not DAY.match(r[c]):
                fault(f"{n}:{k} {c} {r[c]!r}")
        for a, b in (("since", "until"), ("founded", "dissolved")):
            if r.get(a) and r.get(b) and r[a] >= r[b]:
                fault(f"{n}:{k} {a} not before {b}: {r}")
        for v in r.values():
            if v is None or v != v.strip() or "  " in v:
                fault(f"{n}:{k} stray blank {v!r}")
S = {r["id"]: r for r in T["states"]}
O = {r["id"]: r for r in T["organisations"]}
G = {r["id"]: r for r in T["groups"]}
ids = [r["id"] for t in ("states", "organisations", "groups") for r in T[t]]
for i in {i for i in ids if ids.count(i) > 1}:
    fault(f"id twice: {i}")
life = {i: span(r) for i, r in S.items()}
for i, r in O.items():
    life[i] = (r["founded"] or NEAR, r["dissolved"] or FAR)
for i, r in G.items():
    life[i] = span(r)
# codes unique on any day; codes.csv, where it has rows for a state and scheme, stands in for the column of states.csv
dated = defaultdict(list)
for r in T.get("codes", []):
    dated[(r["id"], r["scheme"])].append(r)
for scheme in ("iso2", "iso3", "cow_abb", "cow", "gw", "fips", "cameo"):
    use = defaultdict(list)
    for i, s in S.items():
        for code, sp in [(d["code"], span(d)) for d in dated[(i, scheme)]] or [(s[scheme], life[i])]:
            if code:
                use[code].append((i, sp))
    for code, u in use.items():
        for a in range(len(u)):
            for b in range(a):
                if overlap(u[a][1], u[b][1]):
                    fault(f"code {scheme} {code}: {u[a]} {u[b]}")
if sum(r["un_member"] == "1" for r in T["states"]) != 193:
    fault("UN members not 193")
# memberships
BEFORE = {
    ("UKR", "UN"),
    ("BLR", "UN"),
    ("IND", "UN"),
    ("PHL", "UN"),
    ("JOR", "LAS"),
    ("YMD", "OIC"),
    ("KWT", "OPEC"),
    ("DZA", "OPEC"),
    ("QAT", "OPEC"),
    ("PNG", "PIF"),
    ("VUT", "OIF"),
    ("PYF", "PIF"),
    *((m, "CARICOM") for m in ["ATG", "BLZ", "DMA", "KNA", "LCA", "VCT", "MSR"]),
    *((m, "OECS") for m in ["ATG", "KNA"]),
    ("ZWE", "SADC"),
    ("BHR", "OAPEC"),
    ("QAT", "OAPEC"),
    ("ARE", "OAPEC"),
    ("NIU", "PIF"),
    ("IND", "COMMONWEALTH"),
}  # members before independence, as the record has it
group = defaultdict(list)
for k, r in enumerate(T["memberships"], 2):
    m, o = r["member"], r["organisation"]
    if m not in life or o not in O:
        fault(f"memberships:{k} unknown {m} {o}")
        continue
    if (
        r["role"] not in ("member", "observer", "partner", "suspended", "candidate")
        or r["precision"] not in ("day", "month", "year")
        or r["checked"] not in "01"
    ):
        fault(f"memberships:{k} {r}")
    sp = span(r)
    slack = {"day": 10, "month": 7, "year": 4}[r["precision"]]
    if r["since"][:slack] < life[o][0][:slack]:
        fault(f"memberships:{k} before founding: {m} {o} {r['since']}")
    if (r["until"] and r["until"][:slack] > life[o][1][:slack]) or (not r["until"] and life[o][1] != FAR):
        fault(f"memberships:{k} after the end: {m} {o} {r['until']}")
    if r["since"][:slack] < life[m][0][:slack] and (m, o) not in BEFORE:
        fault(f"memberships:{k} before the state: {m} {o} {r['since']} < {life[m][0]}")
    if sp[1] > life[m][1]:
        fault(f"memberships:{k} outlives the state: {m} {o}")
    for q in group[(m, o, r["role"])]:
        if overlap(sp, q):
            fault(f"memberships:{k} overlap {m} {o} {r['role']} {sp} {q}")
    group[(m, o, r["role"])].append(sp)
for (m, o, role), sps in list(group.items()):
    if role == "suspended":
        for sp in sps:
            if not any(q[0] <= sp[0] and sp[1] <= q[1] for q in group[(m, o, "member")]):
                fault(f"suspended while no member: {m} {o} {sp}")
    elif role != "member":
        for sp in sps:
            for q in group[(m, o, "member")]:
                if overlap(sp, q):
                    fault(f"{role} and member at once: {m} {o} {sp} {q}")
for r in T["groups"]:
    for m in r["members"].split():
        if m not in life:
            fault(f"groups {r['id']}: unknown member {m}")
    if r["kind"] not in ("armed", "loose", "alliance", "entity"):
        fault(f"groups {r['id']} kind")
# names: one form, two actors, one day -> ambiguous
forms, mute = defaultdict(list), set()
for k, r in enumerate(T["names"], 2):
    if r["id"] not in life:
        fault(f"names:{k} unknown id {r['id']}")
        continue
    if r["kind"] not in ["name", "former", "alias", "adjective", "people", "capital", "seat", "city", "abbreviation"]:
        fault(f"names:{k} kind {r['kind']}")
    sp = span(r)
    forms[r["name"]].append((r["id"], sp, r["ambiguous"], f"names:{k}"))
    key = (r["id"], r["name"], r["kind"], r["since"])
    if key in mute:
        fault(f"names:{k} row twice {key}")
    mute.add(key)
for t in ("organisations", "groups"):
    for r in T[t]:
        for f in [r["name"]] + [x for x in r["aliases"].split("|") if x]:
            forms[f].append((r["id"], life[r["id"]], "-", t))
for f, u in forms.items():
    for a in range(len(u)):
        for b in range(a):
            x, y = u[a], u[b]
            if (
                x[0] != y[0]
                and overlap(x[1], y[1])
                and not (x[2] in "1-" and y[2] in "1-" and "1" in x[2] + y[2])
            ):
                fault(f"name {f!r}: {x} {y}")
named = {(r["id"], r["name"]) for r in T["names"] if r["kind"] == "name"}
for i, s in S.items():
    if (i, s["name"]) not in named:
        fault(f"{i}: {s['name']!r} has no row of kind name")
    for c in ("name", "adjective", "people", "capital"):
        if s[c] and not any(n == i for n, *_ in forms[s[c]]):
            fault(f"{i}: {c} {s[c]!r} not in names.csv")
print("\n".join(bad))
print(len(bad), "faults;", {n: len(r) for n, r in T.items()})
sys.exit(bool(bad))
