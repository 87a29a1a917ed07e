"""Relations: from events to series of dyads, and from series to ties with an interval."""

from detente.relations.filter import Memory, TieModel, Weeks, fit_memory, shipped_model
from detente.relations.measures import counted, directed_series, dyad_series, movers, totals
from detente.relations.network import SignedNetwork, canonical_order, signed_network
from detente.relations.ties import (
    Change,
    Contribution,
    Tie,
    changed,
    directed_ties,
    tie,
    tie_draws,
    tie_network,
    ties,
    ties_on,
)

__all__ = [
    "Change",
    "Contribution",
    "Memory",
    "SignedNetwork",
    "Tie",
    "TieModel",
    "Weeks",
    "canonical_order",
    "changed",
    "counted",
    "directed_series",
    "directed_ties",
    "dyad_series",
    "fit_memory",
    "movers",
    "shipped_model",
    "signed_network",
    "tie",
    "tie_draws",
    "tie_network",
    "ties",
    "ties_on",
    "totals",
]
