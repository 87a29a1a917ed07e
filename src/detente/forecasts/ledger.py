"""The ledger: questions, forecasts and settlements in the order they were made, never edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from detente.errors import StoreFault, WrongUse
from detente.forecasts.question import Question
from detente.periods import parse_day
from detente.provenance import content_id


@dataclass(frozen=True, slots=True)
class Forecast:
    """A probability given to a question, by whom, as of which day, and why.

    low, high : the range the forecaster's words or counts leave; None where there is none.
    inputs : hash of all events it could know. parts : (what, log-odds it adds), adding up to the whole.
    rivals : what simple answers say beside it.
    """

    question_id: str
    forecaster: str
    issued: date
    chance: float
    model: str
    low: float | None = None
    high: float | None = None
    inputs: str = ""
    basis: str = ""
    note: str = ""
    parts: tuple[tuple[str, float], ...] = ()
    rules: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    rivals: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 < self.chance < 1:
            raise WrongUse(
                f"a chance of {self.chance} leaves no room to be wrong",
                try_="give a number between 0 and 1, neither of them",
            )

    @property
    def forecast_id(self) -> str:
        return content_id(
            self.question_id, self.forecaster, str(self.issued), self.model, self.inputs, length=12
        )

    def as_json(self) -> dict[str, Any]:
        row = {**asdict(self), "forecast_id": self.forecast_id, "issued": self.issued.isoformat()}
        row["rivals"] = dict(self.rivals)
        return row

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Forecast:
        kept = {name: row[name] for name in cls.__dataclass_fields__ if name in row}
        kept["issued"] = parse_day(str(kept["issued"]))
        kept["parts"] = tuple((str(name), float(value)) for name, value in kept.get("parts", ()))
        for name in ("rules", "cases", "evidence"):
            kept[name] = tuple(kept.get(name, ()))
        return cls(**kept)


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a question ended, as far as known on a day; by the rule, or by a person who says why."""

    question_id: str
    came: bool
    settled: date
    by: str = "rule"
    reason: str = ""
    evidence: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "settled": self.settled.isoformat(), "evidence": list(self.evidence)}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Settlement:
        kept = {name: row[name] for name in cls.__dataclass_fields__ if name in row}
        kept["settled"], kept["evidence"] = parse_day(str(kept["settled"])), tuple(kept.get("evidence", ()))
        return cls(**kept)


Entry = Question | Forecast | Settlement
_KINDS: dict[str, Any] = {"question": Question, "forecast": Forecast, "settlement": Settlement}


@dataclass(frozen=True, slots=True)
class Ledger:
    """All that was entered, in order. `add` gives a longer ledger and the lines that are new."""

    entries: tuple[Entry, ...] = ()

    @property
    def questions(self) -> dict[str, Question]:
        """By id; asked twice, the first stands."""
        found: dict[str, Question] = {}
        for one in self.entries:
            if isinstance(one, Question):
                found.setdefault(one.question_id, one)
        return found

    @property
    def forecasts(self) -> list[Forecast]:
        return [one for one in self.entries if isinstance(one, Forecast)]

    @property
    def settlements(self) -> dict[str, Settlement]:
        """How each question ended; the last word of a person stands over the rule's."""
        found: dict[str, Settlement] = {}
        for one in self.entries:
            if isinstance(one, Settlement):
                found[one.question_id] = one
        return found

    def add(self, entries: Iterable[Entry]) -> tuple[Ledger, list[Entry]]:
        """The ledger with the entries it does not hold yet; a question is settled by the rule once.

        Raises
        ------
        WrongUse : a forecast or settlement of a question nobody asked, a forecast issued before its question
            opened or after it closed, or a person's settlement without a reason.
        """
        questions, settled = self.questions, self.settlements
        known = {one.forecast_id for one in self.forecasts}
        fresh: list[Entry] = []
        for one in entries:
            if isinstance(one, Question):
                if one.question_id in questions:
                    continue
                questions[one.question_id] = one
            else:
                question = questions.get(one.question_id)
                if question is None:
                    raise WrongUse(
                        f"no question {one.question_id} was asked", try_="list them with detente questions"
                    )
                if isinstance(one, Forecast):
                    if one.forecast_id in known:
                        continue
                    if not question.opened <= one.issued < question.closes:
                        raise WrongUse(
                            f"a forecast of {one.issued} is outside the question's time, "
                            f"{question.opened} to the day before {question.closes}"
                        )
                    known.add(one.forecast_id)
                else:
                    if one.by != "rule" and not one.reason.strip():
                        raise WrongUse("a settlement by hand needs a reason", try_="add --reason TEXT")
                    before = settled.get(one.question_id)
                    if before is not None and (
                        one.by == "rule"
                        or (before.by, before.came, before.reason) == (one.by, one.came, one.reason)
                    ):
                        continue
                    settled[one.question_id] = one
            fresh.append(one)
        return Ledger((*self.entries, *fresh)), fresh


def as_row(entry: Entry) -> dict[str, Any]:
    """An entry as a line of the ledger."""
    kind = next(name for name, shape in _KINDS.items() if isinstance(entry, shape))
    return {"kind": kind, **entry.as_json()}


def read_rows(rows: Iterable[Mapping[str, Any]]) -> Ledger:
    """The ledger of such lines.

    Raises
    ------
    StoreFault : a line is none.
    """
    entries = []
    for number, row in enumerate(rows, 1):
        try:
            entries.append(_KINDS[row["kind"]].from_json(row))
        except (KeyError, TypeError, ValueError) as fault:
            raise StoreFault(
                "a line of the forecast ledger is damaged",
                where=f"forecasts.jsonl, line {number}",
                try_="restore the file from a copy",
            ) from fault
    return Ledger(tuple(entries))
