"""The sixteen acts of PLOVER (manual draft 1.3), their modes and quads, and the states an act can be in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from detente.errors import WrongUse


class Quad(IntEnum):
    """Verbal or material, cooperation or conflict. Not GDELT's quad class, which files two roots elsewhere."""

    VERBAL_COOPERATION = 1
    MATERIAL_COOPERATION = 2
    VERBAL_CONFLICT = 3
    MATERIAL_CONFLICT = 4

    @property
    def cooperative(self) -> bool:
        return self in (Quad.VERBAL_COOPERATION, Quad.MATERIAL_COOPERATION)

    @property
    def material(self) -> bool:
        return self in (Quad.MATERIAL_COOPERATION, Quad.MATERIAL_CONFLICT)

    @property
    def label(self) -> str:
        return self.name.lower().replace("_", " ")


class Status(StrEnum):
    """Whether the act took place. Only `happened` and `ongoing` count towards ties."""

    HAPPENED = "happened"
    ONGOING = "ongoing"
    PLANNED = "planned"
    EXPECTED = "expected"
    DENIED = "denied"
    NEGATED = "negated"
    HYPOTHETICAL = "hypothetical"

    @property
    def counts(self) -> bool:
        return self in (Status.HAPPENED, Status.ONGOING)


@dataclass(frozen=True, slots=True)
class Act:
    """One PLOVER type: `verb` is how a brief says it, `modes` what the manual tells apart within it."""

    name: str
    quad: Quad
    meaning: str
    verb: str
    modes: tuple[str, ...] = ()
    ordered: bool = True


_VC, _MC, _VX, _MX = Quad
ACTS: dict[str, Act] = {
    one.name: one
    for one in (
        Act(
            "AGREE",
            _VC,
            "promises, offers or declares itself ready to cooperate",
            "agreed with",
            ordered=False,
        ),
        Act(
            "CONSULT",
            _VC,
            "meets, visits, calls or negotiates",
            "met or talked with",
            ("visit", "third-party", "multilateral", "phone"),
            ordered=False,
        ),
        Act("SUPPORT", _VC, "backs, recognises, praises, or signs an agreement with", "supported"),
        Act(
            "CONCEDE", _VC, "gives way in words: an apology, a pardon, an announced withdrawal", "conceded to"
        ),
        Act(
            "COOPERATE",
            _MC,
            "acts jointly: exercises, trade, police and court help",
            "cooperated with",
            ordered=False,
        ),
        Act("AID", _MC, "gives material help", "aided"),
        Act(
            "RETREAT",
            _MC,
            "gives way in deed: withdraws, releases, returns, lets in",
            "yielded to",
            ("withdraw", "release", "return", "disarm", "ceasefire", "access", "resign"),
        ),
        Act(
            "REQUEST",
            _VX,
            "asks, urges, demands or proposes",
            "asked",
            ("assist", "change", "yield", "meet"),
        ),
        Act(
            "ACCUSE",
            _VX,
            "criticises, blames, sues or investigates",
            "criticised or accused",
            ("disapprove", "investigate", "allege"),
        ),
        Act(
            "REJECT",
            _VX,
            "refuses, turns down, vetoes or defies",
            "refused",
            ("assist", "change", "yield", "meet"),
        ),
        Act(
            "THREATEN",
            _VX,
            "warns of force, sanctions or other harm",
            "threatened",
            ("restrict", "ban", "arrest", "relations", "expel", "territory", "violence"),
        ),
        Act(
            "PROTEST",
            _MX,
            "demonstrates, riots, strikes or boycotts",
            "protested against",
            ("demo", "riot", "strike", "hunger", "boycott", "obstruct"),
        ),
        Act(
            "SANCTION",
            _MX,
            "cuts ties, trade, aid or membership",
            "sanctioned or cut ties with",
            ("convict", "expel", "withdraw", "discontinue"),
        ),
        Act(
            "MOBILIZE",
            _MX,
            "moves or readies forces short of using them",
            "mobilised towards",
            ("troops", "weapons", "police", "militia"),
        ),
        Act(
            "COERCE",
            _MX,
            "arrests, seizes, bans, blocks or hacks",
            "coerced",
            (
                "seize",
                "restrict",
                "ban",
                "censor",
                "curfew",
                "martial-law",
                "arrest",
                "deport",
                "withhold",
                "misinformation",
                "cyber",
            ),
        ),
        Act(
            "ASSAULT",
            _MX,
            "attacks, kills, abducts or invades",
            "attacked",
            (
                "abduct",
                "beat",
                "torture",
                "execute",
                "sexual",
                "assassinate",
                "destroy",
                "primitive",
                "firearms",
                "explosives",
                "suicide-attack",
                "aerial",
                "drone",
                "heavy-weapons",
                "crowd-control",
                "cleansing",
                "massacre",
                "unconventional",
                "sideAB",
            ),
        ),
    )
}

UNORDERED = frozenset(name for name, one in ACTS.items() if not one.ordered)


def act(name: str) -> Act:
    """The PLOVER act of that name.

    Raises
    ------
    WrongUse : no such act.

    >>> act("AID").quad.label
    'material cooperation'
    """
    try:
        return ACTS[name]
    except KeyError:
        raise WrongUse(f'"{name}" is no PLOVER act', near=", ".join(ACTS), try_="use one of these") from None


def strict_plover(act: str, status: str) -> str:
    """The act as the manual's own convention files it: a view of (act, status), used on export.

    Announced cooperation is AGREE and announced conflict is THREATEN, whoever announces it; what
    happened, is under way, or is denied keeps its type.

    >>> strict_plover("CONSULT", "planned"), strict_plover("ASSAULT", "hypothetical"), strict_plover("AID", "happened")
    ('AGREE', 'THREATEN', 'AID')
    """
    if status not in (Status.PLANNED, Status.EXPECTED, Status.HYPOTHETICAL):
        return act
    quad = ACTS[act].quad
    if act in ("CONSULT", "SUPPORT", "COOPERATE", "AID"):
        return "AGREE"
    if act == "RETREAT":
        return "CONCEDE"
    if quad is Quad.MATERIAL_CONFLICT:
        return "THREATEN"
    return act
