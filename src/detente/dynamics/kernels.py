"""Compiled functions, with their types kept for the reader and the type checker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile at first use, keep the result on disk."""
    return cast(F, numba.njit(cache=True)(function))


def inlined(function: F) -> F:
    """The same for a few lines that are called millions of times."""
    return cast(F, numba.njit(cache=True, inline="always")(function))
