"""What a coder is asked for."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from detente.documents import Document
from detente.events import Coding


class Coder(Protocol):
    """Anything that turns documents into events."""

    name: str

    def code(self, document: Document, *, day: date | None = None) -> Coding:
        """Code one document; `day` is the day its names are read on (default: its own date)."""
        ...
