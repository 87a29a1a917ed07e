"""Relations: from events to series of dyads, and from series to ties with an interval."""

from detente.relations.measures import counted, dyad_series, movers, totals
from detente.relations.ties import Tie, tie, ties

__all__ = ["Tie", "counted", "dyad_series", "movers", "tie", "ties", "totals"]
