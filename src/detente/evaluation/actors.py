"""How many of the actors of labelled sentences the resolver finds, beside an exact match on CLDR names."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from detente.actors import Gazetteer, Resolver
from detente.evaluation.coding import read_gold
from detente.periods import parse_day


def gold_actors(record: dict[str, Any]) -> set[str]:
    """Actors that a required label of the sentence names."""
    return {
        actor
        for event in record["events"]
        if not event.get("optional")
        for actor in (*event["source"], *event["target"])
    }


def possible_actors(record: dict[str, Any]) -> set[str]:
    """Actors named by any label, speakers and optional labels included."""
    return {
        actor
        for event in record["events"]
        for actor in (*event["source"], *event["target"], event.get("attributed_to"))
        if actor
    }


def cldr_pattern(tables: Gazetteer) -> tuple[re.Pattern[str], dict[str, str]]:
    """The plain baseline: territory names of CLDR, matched exactly as whole words; and the id of each."""
    from babel import Locale

    by_iso2 = {one.codes["iso2"]: one.id for one in tables.actors.values() if "iso2" in one.codes}
    names = {name: by_iso2[code] for code, name in Locale("en").territories.items() if code in by_iso2}
    pattern = re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, names), key=len, reverse=True)) + r")\b")
    return pattern, names


def cldr_finder(tables: Gazetteer) -> Callable[[str], set[str]]:
    """Actors whose CLDR name stands in a text."""
    pattern, names = cldr_pattern(tables)
    return lambda text: {names[match] for match in pattern.findall(text)}


def evaluate_actors(gold: Path, tables: Gazetteer) -> dict[str, Any]:
    """Recall of gold actors, namings beyond any label per sentence, and speed; the CLDR baseline beside it."""
    resolver = Resolver(tables)
    records = read_gold(gold)
    days = [parse_day(one["date"]) if one.get("date") else None for one in records]
    for record, day in list(zip(records, days, strict=True))[
        :20
    ]:  # lists and automaton are built when first used
        resolver.mentions(record["text"], day)
    start = time.perf_counter()
    found = [
        {
            mention.resolution.actor
            for mention in resolver.mentions(record["text"], day)
            if mention.resolution.actor and mention.resolution.reading in ("actor", "place")
        }
        for record, day in zip(records, days, strict=True)
    ]
    seconds = time.perf_counter() - start
    baseline = cldr_finder(tables)
    return {
        **_scores(records, found),
        "sentences_per_second": len(records) / seconds,
        "missed": sorted(
            (str(record.get("id")), actor)
            for record, got in zip(records, found, strict=True)
            for actor in gold_actors(record) - got
        ),
        "baseline": _scores(records, [baseline(record["text"]) for record in records]),
    }


def _scores(records: Sequence[dict[str, Any]], found: Sequence[set[Any]]) -> dict[str, float]:
    wanted = sum(len(gold_actors(one)) for one in records)
    met = sum(len(gold_actors(one) & got) for one, got in zip(records, found, strict=True))
    beyond = sum(len(got - possible_actors(one)) for one, got in zip(records, found, strict=True))
    return {
        "recall": met / max(1, wanted),
        "actors_wanted": wanted,
        "beyond_labels_per_sentence": beyond / max(1, len(records)),
    }
