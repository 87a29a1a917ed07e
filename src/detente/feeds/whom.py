"""Whom a feed means: codes, country names and sectors of other catalogues to our actor ids, by the day."""

from __future__ import annotations

import csv
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from detente.actors import Gazetteer, gazetteer

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

EPOCH = date(1970, 1, 1).toordinal()
# Who bears arms against, or outside, the state is not the state, though its code begins with the state's.
ARMED_ROLES = frozenset({"REB", "INS", "SEP", "UAF", "RAD", "CRM"})
ARMED_SECTORS = frozenset(
    {
        "Rebel",
        "Rebels",
        "Insurgents",
        "Separatists",
        "Unidentified Forces",
        "Radicals / Extremists / Fundamentalists",
        "Criminals / Gangs",
        "Organized Violent",
    }
)
_PLAIN_KINDS = ("name", "former", "alias", "abbreviation")
_INVERTED = re.compile(r"^(.+?), ((?:the )?(?:[\w' ]+ of(?: the)?|the))$", re.IGNORECASE)


@cache
def group_codes() -> dict[str, str]:
    """CAMEO codes of organisations and groups, and the ids they have here."""
    text = (files("detente.feeds") / "data" / "cameo_groups.csv").read_text(encoding="utf-8")
    return {row["code"]: row["id"] for row in csv.DictReader(text.splitlines()) if row["id"]}


class Whom:
    """Reads the actor columns of every feed, with the dated tables of the gazetteer.

    An id is given only where the code or the exact name says so; nothing is guessed from likeness.
    """

    def __init__(self, actors: Gazetteer | None = None) -> None:
        self.actors = actors or gazetteer()
        days = {
            day.toordinal() - EPOCH
            for period in (
                *(one.period for one in self.actors.actors.values()),
                *(row[3] for row in self.actors.dated_codes),
                *(one.period for one in self.actors.names if one.kind in _PLAIN_KINDS),
            )
            for day in (period.since, period.until)
            if day is not None
        }
        self.borders = sorted(days)  # days on which some code or name changes its meaning
        self._names: dict[str, list[Any]] = defaultdict(list)
        for one in self.actors.names:
            if one.kind in _PLAIN_KINDS:
                self._names[one.form.casefold()].append(one)
        self._codes: dict[str, set[str]] = defaultdict(set)
        for actor in self.actors.actors.values():
            for system, code in actor.codes.items():
                self._codes[f"{system}:{code}"].add(actor.id)
        for actor_id, system, code, _ in self.actors.dated_codes:
            self._codes[f"{system}:{code}"].add(actor_id)
        self._known: dict[tuple[str, str, int], str | None] = {}

    def code(self, system: str, code: str, day: date | None) -> str | None:
        """The id a code of one system means on a day.

        Where the code's state did not exist that day, the state that bore its name then is meant:
        feeds write RUS for the Soviet Union too.
        """
        if not code or f"{system}:{code}" not in self._codes:
            return None
        found = self.actors.by_code(system, code, day)
        if found is not None:
            return found.id
        for actor_id in sorted(self._codes[f"{system}:{code}"]):
            then = self.name(self.actors.actors[actor_id].name, day)
            if then is not None:
                return then
        return None

    def name(self, name: str, day: date | None) -> str | None:
        """The id of an exact name on a day; None where two actors share it."""
        wanted = name.strip()
        forms = [wanted, wanted.removeprefix("the ").removeprefix("The ")]
        if inverted := _INVERTED.match(wanted):
            forms.append(f"{inverted[2]} {inverted[1]}".removeprefix("the "))
            forms.append(inverted[1])
        for form in forms:
            alive = {
                one.actor
                for one in self._names.get(form.casefold(), ())
                if one.period.holds(day)
                and one.actor in self.actors.actors
                and self.actors.actors[one.actor].period.holds(day)
            }
            if len(alive) == 1:
                return str(alive.pop())
        return None

    def country(self, code: str, day: date | None) -> str | None:
        """The id of a CAMEO country code; an ISO code that CAMEO gives to nobody (ROU beside ROM) is read as ISO."""
        if f"cameo:{code}" in self._codes:
            return self.code("cameo", code, day)
        return self.code("iso3", code, day)

    def group(self, code: str) -> str | None:
        """The id of an organisation or armed group by its CAMEO code."""
        found = group_codes().get(code)
        return found if found in self.actors.actors else None

    def cameo(self, code: str, day: date | None) -> str | None:
        """The id of a whole CAMEO actor code: "USAGOV", "IGOUNO", "AFGINSTAL".

        >>> whom = Whom()
        >>> whom.cameo("USAGOV", None), whom.cameo("IGOUNO", None), whom.cameo("SYRREB", None)
        ('USA', 'UN', None)
        """
        parts = [code[at : at + 3] for at in range(0, len(code), 3)]
        groups = [one for one in map(self.group, parts) if one]
        armed = [one for one in groups if self.actors.actors[one].kind == "armed"]
        if armed:
            return armed[-1]
        if parts and (state := self.country(parts[0], day)):
            return None if ARMED_ROLES & set(parts[1:]) else state
        return groups[0] if groups else None

    def epochs(self, days: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """For each day (counted from 1970-01-01) the span in which no code changes its meaning."""
        import numpy as np

        found: npt.NDArray[np.int64] = np.searchsorted(np.asarray(self.borders, np.int64), days, side="right")
        return found

    def mapped(
        self,
        kind: str,
        codes: pa.DictionaryArray,
        days: npt.NDArray[np.int64],
        of: Callable[[str, date | None], str | None],
    ) -> pa.Array:
        """`of(code, day)` for each row, worked out once for each code and span of days."""
        import numpy as np
        import pyarrow as pa

        words = codes.dictionary.to_pylist()
        indices = codes.indices.to_numpy(zero_copy_only=False)
        if not len(indices):
            return pa.array([], pa.string())
        low, high = int(days.min()), int(days.max())
        if bisect_right(self.borders, low) == bisect_right(self.borders, high):
            epoch = bisect_right(self.borders, low)
            on = date.fromordinal(low + EPOCH)
            return pa.array([self._one(kind, w, epoch, on, of) for w in words], pa.string()).take(
                codes.indices
            )
        epochs = self.epochs(days)
        keys, first, inverse = np.unique(
            indices.astype(np.int64) * (len(self.borders) + 1) + epochs,
            return_index=True,
            return_inverse=True,
        )
        found = [
            self._one(
                kind,
                words[key // (len(self.borders) + 1)],
                int(epochs[at]),
                date.fromordinal(int(days[at]) + EPOCH),
                of,
            )
            for key, at in zip(keys.tolist(), first.tolist(), strict=True)
        ]
        return pa.array(found, pa.string()).take(pa.array(inverse))

    def _one(
        self, kind: str, word: str, epoch: int, day: date, of: Callable[[str, date | None], str | None]
    ) -> str | None:
        key = (kind, word, epoch)
        if key not in self._known:
            if len(self._known) > 500_000:
                self._known.clear()
            self._known[key] = of(word, day) if word else None
        return self._known[key]
