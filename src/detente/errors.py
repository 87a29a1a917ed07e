"""What can go wrong, by name. Every error says what was wrong, where, and what to do.

    DetenteError                 1  a fault
    ├── WrongUse                 2  the command or call was not right
    │   ├── UnknownActor         2  nobody of that name on that day
    │   ├── UnknownDate          2  a date that cannot be read
    │   └── MissingStore         2  no store where one was named
    ├── UnreadableInput          1  a file that cannot be turned into documents or rows
    ├── StoreFault               1  the store is damaged, read-only or full
    └── NothingFound             4  the question was right and the answer is empty

The number is the exit code of the command line.
"""

from __future__ import annotations

import re

# What would steer a terminal or turn the direction of writing, were it printed: C0 but tab and line
# feed, delete, C1, direction marks, embeddings and isolates, lone surrogates.
CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_CONTROL = re.compile(f"[{CONTROLS}]")


def printable(text: str) -> str:
    """The text with every character that could steer a terminal shown as a replacement mark.

    >>> printable("a\\x1b[2Jb")
    'a�[2Jb'
    """
    return _CONTROL.sub("\ufffd", text)


class DetenteError(Exception):
    """What was wrong; `where` it was; the `near` misses; what to `try_` next."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", near: str = "", try_: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.near = near
        self.try_ = try_

    def __str__(self) -> str:
        lines = [self.what]
        for label, text in (("where", self.where), ("near", self.near), ("try", self.try_)):
            if text:
                lines.append(f"  {label:<6} {text}")
        return printable("\n".join(lines))


class WrongUse(DetenteError):
    """The command or call was not right."""

    exit_code = 2


class UnknownActor(WrongUse):
    """Nobody of that name on that day."""


class UnknownDate(WrongUse):
    """A date that cannot be read."""


class MissingStore(WrongUse):
    """No store where one was named."""


class UnreadableInput(DetenteError):
    """A file that cannot be turned into documents or rows."""


class StoreFault(DetenteError):
    """The store is damaged, read-only or full."""


class NothingFound(DetenteError):
    """The question was right and the answer is empty."""

    exit_code = 4
