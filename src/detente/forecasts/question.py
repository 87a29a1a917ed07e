"""A question about the future that a store of events can answer: who, what acts, to whom, by when, on what evidence."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from detente.errors import WrongUse
from detente.ontology import ACTS, UNORDERED, Quad
from detente.periods import parse_day
from detente.provenance import content_id

LONGEST_DAYS = 3650
SETS = {
    "ANY": tuple(ACTS),
    "COOPERATION": tuple(name for name, one in ACTS.items() if one.quad.cooperative),
    "CONFLICT": tuple(name for name, one in ACTS.items() if not one.quad.cooperative),
    **{
        quad.name.replace("_", "-"): tuple(name for name, one in ACTS.items() if one.quad is quad)
        for quad in Quad
    },
}
_PATTERN = re.compile(
    r"^\s*(?P<source>.+?)\s+(?P<acts>[A-Z][A-Z\-]*(?:[|,/][A-Z\-]+)*)\s+(?P<target>.+?)\s+"
    r"(?:with)?in\s+(?P<count>-?\d+)\s+(?P<unit>days?|weeks?|months?|years?)\s*[?.]?\s*$"
)
_UNIT_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


@dataclass(frozen=True, slots=True)
class Question:
    """Whether `source` does one of `acts` to `target` in the `days` days after `opened`.

    least : how many such acts, reports of one act on one day counting once, the answer yes takes.
    claimant : who raised it by expecting it; None for one made by hand. marker : the words they used.
    """

    source: str
    target: str
    acts: tuple[str, ...]
    opened: date
    days: int
    least: int = 1
    statement: str = ""
    claimant: str | None = None
    publisher: str | None = None
    author: str | None = None
    marker: str = ""
    document_id: str | None = None
    sentence: str = ""

    @property
    def closes(self) -> date:
        """The last day that counts."""
        return self.opened + timedelta(days=self.days)

    @property
    def question_id(self) -> str:
        """The same question asked again, by anyone, on the same day has the same id."""
        return content_id(
            self.source, self.target, *self.acts, str(self.opened), str(self.days), str(self.least), length=12
        )

    @property
    def either_way(self) -> bool:
        """Whether the order of the two does not matter: every act asked about is unordered."""
        return all(name in UNORDERED for name in self.acts)

    @property
    def act_words(self) -> str:
        """The acts by the name of their set, or one by one."""
        named = next((name for name, acts in SETS.items() if acts == self.acts), None)
        return named or "|".join(self.acts)

    @property
    def rule(self) -> str:
        """The resolution rule, in words."""
        who = (
            f"between {self.source} and {self.target}"
            if self.either_way
            else f"by {self.source} towards {self.target}"
        )
        acts = f"{self.act_words} ({', '.join(self.acts)})" if len(self.acts) > 1 else self.acts[0]
        return (
            f"Yes, if the store holds at least {self.least} act{'s' * (self.least > 1)} {acts} {who}, happened or "
            f"ongoing, published after {self.opened} and up to {self.closes}, not dated before that span; "
            f"no, once the store reaches past {self.closes} without."
        )

    def as_json(self) -> dict[str, Any]:
        row = {
            **asdict(self),
            "question_id": self.question_id,
            "closes": self.closes.isoformat(),
            "rule": self.rule,
        }
        row["opened"] = self.opened.isoformat()
        row["acts"] = list(self.acts)
        return row

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Question:
        kept = {name: row[name] for name in cls.__dataclass_fields__ if name in row}
        kept["opened"], kept["acts"] = parse_day(str(kept["opened"])), tuple(kept["acts"])
        return cls(**kept)


def checked(question: Question) -> Question:
    """The question, if some future could answer it with yes.

    Raises
    ------
    WrongUse : it can never be met, or its window is empty or longer than ten years.
    """
    where = f"{question.source} {question.act_words} {question.target}"
    if question.days < 1 or question.days > LONGEST_DAYS:
        raise WrongUse(
            f"a window of {question.days} days cannot be asked about",
            where=where,
            try_=f"ask about 1 to {LONGEST_DAYS} days",
        )
    if question.source == question.target:
        raise WrongUse(
            "this can never be answered with yes: source and target are the same",
            where=where,
            try_="name two actors",
        )
    if not question.acts or question.least < 1:
        raise WrongUse(
            "this can never be answered with yes: it names no act, or asks for fewer than one", where=where
        )
    for name in question.acts:
        if name not in ACTS:
            raise WrongUse(
                f'"{name}" is no act', near=", ".join(ACTS), try_=f"use these or {', '.join(SETS)}"
            )
    # Reports of one act on one day are echoes: each act can count once a day in each direction that is asked.
    most = question.days * len(question.acts)
    if question.least > most:
        raise WrongUse(
            f"this can never be answered with yes: {question.least} acts do not fit into {question.days} days, "
            f"where each of {len(question.acts)} counts once a day",
            where=where,
            try_=f"ask for at most {most}",
        )
    return question


@dataclass(frozen=True, slots=True)
class Pattern:
    """A question as typed, actors not yet looked up."""

    source: str
    target: str
    acts: tuple[str, ...]
    days: int


def read_pattern(text: str) -> Pattern:
    """Read "CHN SUPPORT RUS within 30 days"; acts may be joined by | or be a set such as CONFLICT or ANY.

    Raises
    ------
    WrongUse : the text is no such pattern, or names no known act.

    >>> read_pattern("France CONSULT|AGREE Germany within 2 weeks")
    Pattern(source='France', target='Germany', acts=('AGREE', 'CONSULT'), days=14)
    """
    found = _PATTERN.match(text)
    if not found:
        raise WrongUse(
            f'"{text[:80]}" is no question Détente can read',
            try_='write it like "CHN SUPPORT RUS within 30 days"',
        )
    names: set[str] = set()
    for name in re.split(r"[|,/]", found["acts"]):
        if name not in ACTS and name not in SETS:
            raise WrongUse(
                f'"{name}" is no act', near=", ".join(ACTS), try_=f"use these or {', '.join(SETS)}"
            )
        names |= set(SETS.get(name, (name,)))
    days = int(found["count"]) * _UNIT_DAYS[found["unit"].rstrip("s")]
    return Pattern(found["source"], found["target"], tuple(one for one in ACTS if one in names), days)
