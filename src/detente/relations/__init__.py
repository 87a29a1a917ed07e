"""Relations: from events to series of dyads, and from series to ties with an interval."""

from detente.relations.measures import (
    bloc_matrix,
    by_period,
    counted,
    counterparts,
    daily,
    dyad_series,
    evidence,
    movers,
    totals,
    unresolved_actors,
)
from detente.relations.ties import Tie, tie, ties

__all__ = [
    "Tie",
    "bloc_matrix",
    "by_period",
    "counted",
    "counterparts",
    "daily",
    "dyad_series",
    "evidence",
    "movers",
    "tie",
    "ties",
    "totals",
    "unresolved_actors",
]
