"""Training sentences: from JSON lines to encoded sentences with labelled pairs."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from detente.actors import gazetteer
from detente.coding.encoding import Encoded, Spot, encode, token_kind
from detente.ontology import ACTS, UNORDERED, Status

ACT_NAMES = list(ACTS)
STATUS_NAMES = [str(one) for one in Status]
MENTION = re.compile(r"\[([^\[\]]+)\]\(([A-Z][A-Z0-9-]*(?:,[A-Z][A-Z0-9-]*)*)\)")


@dataclass(frozen=True, slots=True)
class Label:
    """One labelled pair: places of source and target (None: nobody named), acts, statuses, trigger words, speaker."""

    source: int
    target: int | None
    acts: tuple[str, ...]
    statuses: tuple[str, ...]
    trigger: tuple[tuple[int, int], ...]
    speaker: int | None
    optional: bool


@dataclass(frozen=True, slots=True)
class Record:
    """A plain sentence, its namings, its actors in order of naming, its labels."""

    text: str
    spots: tuple[Spot, ...]
    actors: tuple[str, ...]
    labels: tuple[Label, ...]


def read_records(paths: list[Path]) -> list[Record]:
    """All records of the files, in order."""
    records = []
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                records.append(read_record(json.loads(line)))
    return records


def read_record(row: dict) -> Record:
    plain, spots, actors = [], [], []
    cursor = length = 0
    raw = row["text"]
    for match in MENTION.finditer(raw):
        plain.append(raw[cursor : match.start()])
        length += match.start() - cursor
        words, codes = match[1], match[2].split(",")
        for code in codes:
            if code not in actors:
                actors.append(code)
        spots.append(
            Spot(
                length, length + len(words), kind_of(words, codes), tuple(actors.index(one) for one in codes)
            )
        )
        plain.append(words)
        length += len(words)
        cursor = match.end()
    plain.append(raw[cursor:])
    text = "".join(plain)
    labels = []
    for line in row["events"]:
        labels += read_labels(line, text, actors)
    return Record(text, tuple(spots), tuple(actors), tuple(labels))


def read_labels(line: str, text: str, actors: list[str]) -> list[Label]:
    pair, acts, statuses, trigger, *extras = (part.strip() for part in line.split("|"))
    sources, targets = ([one.strip() for one in side.split(",") if one.strip()] for side in pair.split(">"))
    spans = []
    at = 0
    for piece in trigger.split(" ... "):
        found = text.find(piece, at)
        found = found if found >= 0 else text.find(piece)
        if found >= 0:
            spans.append((found, found + len(piece)))
            at = found + len(piece)
    speaker = next(
        (actors.index(one[3:]) for one in extras if one.startswith("by ") and one[3:] in actors), None
    )
    optional = "optional" in extras
    made = []

    def add(source: str, target: str | None, optional: bool) -> None:
        made.append(
            Label(
                actors.index(source),
                actors.index(target) if target else None,
                tuple(acts.split("/")),
                tuple(statuses.split("/")),
                tuple(spans),
                speaker,
                optional,
            )
        )

    for source in sources:
        for target in targets or [None]:
            if source != target:
                add(source, target, optional)
    if acts.split("/")[0] in UNORDERED and len(targets) > 1:
        for i, one in enumerate(targets):
            for other in targets[i + 1 :]:
                add(one, other, True)  # follows from the group; neither asked for nor forbidden
    return made


@cache
def _kinds() -> dict[str, str]:
    return {name.form.casefold(): name.kind for name in gazetteer().names}


def kind_of(words: str, codes: list[str]) -> str:
    """The kind of token for a bracketed naming, as the resolver would see it."""
    if len(codes) > 1:
        return "anaphor"
    code = codes[0]
    if re.fullmatch(r"X\d+", code):
        return "party"
    actor = gazetteer().actors.get(code)
    kind = actor.kind if actor else ("state" if len(code) == 3 else "organisation")
    form = re.sub(r"^(?:the|The)\s+", "", words)
    known = _kinds().get(words.casefold()) or _kinds().get(form.casefold())
    if known is None and kind == "state":
        known = "person" if words[:1].isupper() else "anaphor"
    if words[:1].islower() and known is None:
        known = "anaphor"
    return token_kind(known or "name", kind)


def encode_record(record: Record, tokenizer: object) -> Encoded:
    return encode(record.text, record.spots, len(record.actors), tokenizer)  # type: ignore[arg-type]
