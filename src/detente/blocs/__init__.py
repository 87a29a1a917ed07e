"""Blocs: balance, equilibrium splits, cohesion, pivots, power, hedging, repair, exits and bargaining."""

from detente.blocs.balance import Balance, balance, frustration_of, triangles, walk_balance

__all__ = ["Balance", "balance", "frustration_of", "triangles", "walk_balance"]
