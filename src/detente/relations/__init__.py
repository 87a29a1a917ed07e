"""Relations: from events to series of dyads, and from series to ties with an interval."""

from detente.relations.measures import counted, dyad_series, movers, totals
from detente.relations.network import SignedNetwork, canonical_order, signed_network
from detente.relations.ties import Tie, tie, ties

__all__ = [
    "SignedNetwork",
    "Tie",
    "canonical_order",
    "counted",
    "dyad_series",
    "movers",
    "signed_network",
    "tie",
    "ties",
    "totals",
]
