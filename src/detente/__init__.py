"""Détente reads news about states and keeps a dated, sourced, scored model of who moves closer to whom.

In a notebook: `detente.pair("FRA", "RUS")`, `detente.actor("FRA")`, `detente.bloc("SCO")`.
"""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"

_LAZY = ("actor", "bloc", "pair")


def __getattr__(name: str) -> Any:
    if name in _LAZY:  # the engines load when first asked for
        from detente import inquiry

        return getattr(inquiry, name)
    raise AttributeError(f"module 'detente' has no attribute '{name}'")
