"""Build states.csv and names.csv from src/states.txt, src/names_extra.txt, src/ambiguous.txt and src/checked (if any)."""

import csv
import re
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent
OUT = HERE.parent
SRC = HERE / "src"
REGION = dict(
    EAf="Eastern Africa",
    MAf="Middle Africa",
    NAf="Northern Africa",
    SAf="Southern Africa",
    WAf="Western Africa",
    Car="Caribbean",
    CAm="Central America",
    SAm="South America",
    NAm="Northern America",
    CAs="Central Asia",
    EAs="Eastern Asia",
    SEA="South-eastern Asia",
    SAs="Southern Asia",
    WAs="Western Asia",
    EEu="Eastern Europe",
    NEu="Northern Europe",
    SEu="Southern Europe",
    WEu="Western Europe",
    ANZ="Australia and New Zealand",
    Mel="Melanesia",
    Mic="Micronesia",
    Pol="Polynesia",
)
FAR, NEAR = "9999-12-31", "0000-01-01"


# gaps in a state's life that since/until cannot show: no name of it holds on these days except those written out
def lines(name):
    for l in (SRC / name).read_text(encoding="utf-8").splitlines():
        if l.strip() and not l.startswith("#"):
            yield l.split("|")


states, rows = [], []
for f in lines("states.txt"):
    (i, name, off, since, until, adj, ppl, cap, iso2, abb, cow, gw, fips, cameo, reg, un, other) = f
    A, P = [x for x in adj.split(",") if x], [x for x in ppl.split(",") if x]
    iso3 = "" if i.startswith("X-") or i == "XKX" else i
    states.append(
        [
            i,
            name,
            off,
            since,
            until,
            A[0] if A else "",
            P[0] if P else "",
            cap,
            iso2,
            iso3,
            abb,
            cow,
            gw,
            fips,
            cameo,
            REGION[reg],
            un,
        ]
    )
    rows.append([i, name, "name", "", "", ""])
    if off != name:
        rows.append([i, off, "name", "", "", ""])
    rows += [[i, a, "adjective", "", "", ""] for a in A] + [
        [i, p, "people", "", "", ""] for p in P if p not in A
    ]
    if cap:
        rows.append([i, cap, "capital", "", "", ""])
life = {s[0]: (s[3] or NEAR, s[4] or FAR) for s in states}
extra = []
for f in lines("names_extra.txt"):
    f += [""] * (6 - len(f))
    i, kind, forms, since, until, note = f[:6]
    for form in forms.split(";"):
        extra.append([i, re.sub(r"^the ", "", form.strip()), kind, since, until, note])
own = {(r[0], r[1]) for r in extra}
rows = [
    r
    for r in rows
    if (r[0], r[1]) not in own
    or any(
        e[0] == r[0] and e[1] == r[1] and e[2] in {"seat", "city"} and r[2] not in {"capital"} for e in extra
    )
] + extra
# peoples and lands that the news treats as actors before their state begins; the name ends where the state's own life starts
for f in lines("before_independence.txt"):
    s = next(s for s in lines("states.txt") if s[0] == f[0])
    for kind, forms in (("alias", f[2] or s[1]), ("adjective", s[5]), ("people", s[6])):
        for form in forms.split(","):
            if form and (kind != "people" or form not in s[5].split(",")):
                rows.append([f[0], form, kind, "", s[3], "before independence, part of " + f[1]])
amb = {f[0]: (f[1] if len(f) > 1 else "") for f in lines("ambiguous.txt")}


def span(r):
    """Days on which the row holds: its own days within the life of its state (former names may lie before it)."""
    a, b = life.get(r[0], (NEAR, FAR))
    if (r[4] and r[4] <= a) or r[2] == "former":
        a = NEAR
    return r[3] or a, r[4] or b


rows = [r for k, r in {(r[0], r[1], r[2], r[3], r[4]): r for r in rows}.items()]
groups = defaultdict(list)
for r in rows:
    groups[r[1]].append(r)
out = []
for form, rs in groups.items():
    for r in rs:
        s, u = span(r)
        others = [(o, *span(o)) for o in rs if o[0] != r[0] and span(o)[0] < u and s < span(o)[1]]
        cuts = sorted({s, u} | {c for _, a, b in others for c in (a, b) if s < c < u})
        segs = []
        for a, b in zip(cuts, cuts[1:]):
            clash = sorted({o[0] for o, x, y in others if x < b and a < y})
            if segs and segs[-1][2] == clash:
                segs[-1][1] = b
            else:
                segs.append([a, b, clash])
        done = []
        for a, b, clash in segs:
            since = "" if a == NEAR else a
            until = "" if b == FAR else b
            note = r[5]
            flag = int(bool(clash))
            if note.startswith("before independence"):
                flag = 1
            if (
                form in amb
                and amb[form]
                and not (
                    form in {"Serbia", "Montenegro", "Berlin", "Vietnam", "Vietnamese", "Yemeni", "Yemenis"}
                    and not clash
                )
            ):
                flag = 1
                note = "; ".join(x for x in (note, "also: " + amb[form]) if x)
            elif clash:
                note = "; ".join(x for x in (note, "also " + ", ".join(clash)) if x)
            if done and done[-1][4] == since and done[-1][5] == flag and (done[-1][6] == note or form in amb):
                done[-1][4] = until
            else:
                done.append([r[0], form, r[2], since, until, flag, note])
        out += done
for f in lines("ambiguous_orgs.txt"):
    out.append(
        [
            f[0],
            f[1],
            "abbreviation" if f[1].isupper() else "alias",
            "",
            "",
            1,
            "also: " + (f[2] or "other bearers"),
        ]
    )
order = {
    k: n
    for n, k in enumerate(
        ["name", "former", "abbreviation", "alias", "adjective", "people", "capital", "seat", "city"]
    )
}
rank = {s[0]: n for n, s in enumerate(states)}
out.sort(key=lambda r: (rank.get(r[0], 999), r[0], order[r[2]], r[3], r[1]))


def save(name, head, data):
    with open(OUT / name, "w", newline="", encoding="utf-8") as h:
        w = csv.writer(h, lineterminator="\n")
        w.writerow(head.split(","))
        w.writerows(data)
    print(name, len(data))


save(
    "states.csv",
    "id,name,official_name,since,until,adjective,people,capital,iso2,iso3,cow_abb,cow,gw,fips,cameo,region,un_member",
    states,
)
save("names.csv", "id,name,kind,since,until,ambiguous,note", out)
