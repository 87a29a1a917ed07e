"""CAMEO codes: the tree, the two published Goldstein scales, GDELT's quad class, and the way to PLOVER."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class CameoCode:
    """One code of the CAMEO tree.

    code : text of 2 to 4 digits with its leading zeros; the parent is the code without its last digit.
    goldstein : intensity as ICEWS uses it, -10 to 10; None where ICEWS gives none.
    goldstein_gdelt : the value of GDELT's table; differs for 016, 022, 164 and 165.
    quad_class : GDELT's quad class, 1 to 4. Not PLOVER's quad: it files INVESTIGATE as material
        cooperation and PROTEST as verbal conflict.
    act : PLOVER act; None for roots 01 and 02, which PLOVER drops.
    lost : what the step to PLOVER loses, in words; empty where nothing is.
    """

    code: str
    name: str
    goldstein: float | None
    goldstein_gdelt: float | None
    quad_class: int
    act: str | None
    mode: str | None
    lost: str = ""

    @property
    def root(self) -> str:
        return self.code[:2]

    @property
    def parent(self) -> str | None:
        return self.code[:-1] if len(self.code) > 2 else None


_LOST = {
    "01": "PLOVER has no act for plain statements; the code is kept and counts towards no tie",
    "02": "PLOVER has no act for appeals without a request; the code is kept and counts towards no tie",
    "08": "yielding in words (CONCEDE) and in deed (RETREAT) are not told apart here; filed as CONCEDE",
    "09": "inquiries become ACCUSE, mode investigate",
    "18": "assault, fighting and mass violence share one act",
    "19": "assault, fighting and mass violence share one act",
    "20": "assault, fighting and mass violence share one act",
}


def _read(row: dict[str, str]) -> CameoCode:
    code, act = row["code"], row["act"]
    lost = _LOST.get(code[:2], "")
    if "|" in act:
        act = act.split("|")[0]
    elif code[:2] == "08":
        lost = ""
    return CameoCode(
        code=code,
        name=row["name"],
        goldstein=float(row["goldstein"]) if row["goldstein"] else None,
        goldstein_gdelt=float(row["goldstein_gdelt"]) if row["goldstein_gdelt"] else None,
        quad_class=int(row["quadclass"]),
        act=act or None,
        mode=row["mode"] or None,
        lost=lost,
    )


@cache
def cameo_codes() -> dict[str, CameoCode]:
    """All 318 codes by their text."""
    text = (files("detente.ontology") / "data" / "cameo.csv").read_text(encoding="utf-8")
    return {row["code"]: _read(row) for row in csv.DictReader(text.splitlines())}


def cameo(code: str) -> CameoCode | None:
    """The code, or None for text that is no CAMEO code. Leading zeros matter: "10" is not "010".

    >>> cameo("057").act, cameo("190").goldstein, cameo("10") == cameo("010"), cameo("13y")
    ('SUPPORT', -10.0, False, None)
    """
    return cameo_codes().get(code)
