"""Blocs: balance, equilibrium splits, cohesion, pivots, power, hedging, repair, exits and bargaining."""

from detente.blocs.balance import (
    Balance,
    Triangles,
    balance,
    frustration_of,
    spectral_bound,
    triangles,
    walk_balance,
)
from detente.blocs.bargaining import READINGS, Outcome, Reading, Stake, bargain
from detente.blocs.cohesion import Cohesion, Estimate, cohesion, drift
from detente.blocs.exits import ExitModel, Record, fit_exits, records, weakening
from detente.blocs.hedging import Hedge, hedging
from detente.blocs.landscape import Landscape, Minimum, ground_states, landscape, side_by_side
from detente.blocs.pivots import Pivot, pivots
from detente.blocs.power import Power, power
from detente.blocs.repair import Repair, repair

__all__ = [
    "READINGS",
    "Balance",
    "Cohesion",
    "Estimate",
    "ExitModel",
    "Hedge",
    "Landscape",
    "Minimum",
    "Outcome",
    "Pivot",
    "Power",
    "Reading",
    "Record",
    "Repair",
    "Stake",
    "Triangles",
    "balance",
    "bargain",
    "cohesion",
    "drift",
    "fit_exits",
    "frustration_of",
    "ground_states",
    "hedging",
    "landscape",
    "pivots",
    "power",
    "records",
    "repair",
    "side_by_side",
    "spectral_bound",
    "triangles",
    "walk_balance",
    "weakening",
]
