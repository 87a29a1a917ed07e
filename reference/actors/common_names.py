"""Which family names tell nobody by themselves: words of English, weekdays and months, very short ones.

Run from the checkout: python reference/actors/common_names.py. Words are those that our own training
sentences use in lower case; names added by hand (very common ones) stay.
"""

import csv
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "src/detente/actors/data"
TABLE = DATA / "common_names.txt"
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]

words = set()
for path in sorted((ROOT / "training/sentences").glob("*.jsonl")):
    for line in path.read_text(encoding="utf-8").splitlines():
        words.update(re.findall(r"\b[a-z]{2,}\b", json.loads(line)["text"]))
head, *known = TABLE.read_text(encoding="utf-8").splitlines()
rows = list(csv.DictReader((DATA / "offices.csv").open(encoding="utf-8")))
families = {row["family_name"] for row in rows}
ALONE = {"Xi"}  # two letters, no word of English, and one bearer whom news name so
found = {name for name in families if name.lower() in words or name in DAYS + MONTHS or (len(name) <= 2 and name not in ALONE)}
TABLE.write_text("\n".join([head, *sorted(found | set(known))]) + "\n", encoding="utf-8")
print(len(found), "found by rule;", len(found | set(known)), "in the table")
