"""The word lists beside the tables, read once: what a word near a name says about it."""

from __future__ import annotations

import csv
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Words:
    """Lists and patterns of `data/words.toml`; `resolve.py` says what each is for."""

    bodies: frozenset[str]
    not_given: frozenset[str]
    calendar: frozenset[str]
    longer_after: re.Pattern[str]
    hyphen_describes: re.Pattern[str]
    hyphen_name: re.Pattern[str]
    hyphen_before: re.Pattern[str]
    culture: re.Pattern[str]
    speaking: re.Pattern[str]
    speaking_ends: frozenset[str]
    sport_sure: re.Pattern[str]
    sport_event: re.Pattern[str]
    sport_act: re.Pattern[str]
    politics: re.Pattern[str]
    place_before: re.Pattern[str]
    speaker_before: re.Pattern[str]
    from_nouns: re.Pattern[str]
    division_cues: re.Pattern[str]
    divisions: dict[str, str]  # name of a first-level division, and the state it belongs to
    after_comma: re.Pattern[str]


@cache
def words() -> Words:
    """The lists that ship with the package."""
    table = tomllib.loads(_text("words.toml"))

    def alternatives(name: str) -> str:
        return "|".join(part.strip() for part in table[name].replace("\n", "").split("|") if part.strip())

    def anywhere(name: str, flags: int = 0) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w-])(?:{alternatives(name)})(?![\w-])", flags)

    def before(name: str) -> re.Pattern[str]:
        return re.compile(rf"\b(?:{alternatives(name)})\s$", re.IGNORECASE)

    divisions = {
        division.strip(): state
        for state, listed in table["divisions"].items()
        for division in listed.replace("\n", "").split("|")
        if division.strip()
    }
    return Words(
        longer_after=re.compile(rf"^\s(?:{alternatives('longer_after')})\b"),
        hyphen_describes=re.compile(rf"^-(?:{alternatives('hyphen_describes')})\b"),
        hyphen_name=re.compile(rf"^-(?:{alternatives('hyphen_name')})\b"),
        hyphen_before=re.compile(rf"(?:{alternatives('hyphen_before')})-$"),
        bodies=frozenset(table["bodies"].split()),
        not_given=frozenset(table["not_given"].split()),
        calendar=frozenset(table["calendar"].split()),
        culture=re.compile(rf"^\s(?:{alternatives('culture')})(?![\w-])"),
        speaking=before("speaking"),
        speaking_ends=frozenset(one.split()[-1] for one in alternatives("speaking").split("|")),
        sport_sure=anywhere("sport_sure"),
        sport_event=anywhere("sport_event"),
        sport_act=anywhere("sport_act"),
        politics=anywhere("politics", re.IGNORECASE),
        place_before=before("place_before"),
        speaker_before=re.compile(rf"\b(?:{alternatives('speaker_before')}) (?:in|at)\s$", re.IGNORECASE),
        from_nouns=re.compile(rf"\b(?:{alternatives('from_nouns')}) from\s$", re.IGNORECASE),
        division_cues=anywhere("division_cues", re.IGNORECASE),
        divisions=divisions,
        after_comma=re.compile(rf"^,\s(?P<division>{'|'.join(map(re.escape, divisions))})\b"),
    )


@cache
def common_names() -> frozenset[str]:
    """Family names that alone tell nobody."""
    return frozenset(
        line for line in _text("common_names.txt").splitlines() if line and not line.startswith("#")
    )


@cache
def longer_names() -> dict[str, tuple[str, str]]:
    """Names that contain an actor's name and mean something else: reading, and what it is."""
    return {
        row["name"]: (row["reading"], row["what"])
        for row in csv.DictReader(_text("longer_names.csv").splitlines())
    }


def _text(name: str) -> str:
    return (files("detente.actors") / "data" / name).read_text(encoding="utf-8")
