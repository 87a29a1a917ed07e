"""`python tests/baseline.py ...`: the command line with the baseline coder, which needs no weights.

What these tests look at (errors, exit codes, ledgers, pages) should not move when the weights do.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from detente.actors import Gazetteer, gazetteer
from detente.coding.lexical import LexicalCoder


@cache
def _shared() -> LexicalCoder:
    return LexicalCoder(gazetteer())


def make_coder(actors: Gazetteer | None = None, **_: Any) -> LexicalCoder:
    """The baseline coder, whatever was asked for."""
    return _shared() if actors is None or actors is gazetteer() else LexicalCoder(actors)


if __name__ == "__main__":
    import detente.pipeline
    from detente.cli import main

    detente.pipeline.make_coder = make_coder  # type: ignore[assignment]
    main()
