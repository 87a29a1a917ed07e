"""Where things come from: content hashes, passages of evidence, and the ledger of a load."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from typing import Any

from detente.errors import StoreFault


def content_id(*parts: str, length: int = 16) -> str:
    """A short name that depends only on the content: hexadecimal SHA-256, cut to `length`.

    >>> content_id("a", "b") == content_id("a", "b") != content_id("ab", "")
    True
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()[:length]


@dataclass(frozen=True, slots=True)
class FileLedger:
    """What became of every line of one file.

    lines = header + blank + parsed + quarantined, and parsed = duplicate + kept.
    `unresolved` counts kept rows with an actor that did not resolve, `same_article` and `same_act` kept
    rows that repeat another; all are part of `kept`. `why` : what showed the layout. `notes` : what was
    mended or is odd, with counts. `fault` : why nothing of the file was kept.
    """

    path: str
    layout: str
    lines: int = 0
    header: int = 0
    blank: int = 0
    parsed: int = 0
    quarantined: int = 0
    duplicate: int = 0
    kept: int = 0
    unresolved: int = 0
    reasons: tuple[str, ...] = ()
    why: str = ""
    same_article: int = 0
    same_act: int = 0
    notes: tuple[str, ...] = ()
    fault: str = ""

    def check(self) -> FileLedger:
        """Return the ledger if its lines add up.

        Raises
        ------
        StoreFault : they do not; nothing may be kept from such a load.
        """
        if self.lines != self.header + self.blank + self.parsed + self.quarantined:
            raise StoreFault(
                f"the ledger of {self.path} does not add up: {self.lines} lines, but "
                f"{self.header} header + {self.blank} blank + {self.parsed} parsed "
                f"+ {self.quarantined} quarantined",
                try_="this is a fault of the reader; please report it with the file",
            )
        if self.parsed != self.duplicate + self.kept:
            raise StoreFault(
                f"the ledger of {self.path} does not add up: {self.parsed} parsed, but "
                f"{self.duplicate} duplicate + {self.kept} kept",
                try_="this is a fault of the reader; please report it with the file",
            )
        return self


COUNTS = ("lines", "header", "blank", "parsed", "quarantined", "duplicate", "kept", "unresolved")


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledgers of a load, file by file, and their totals."""

    files: tuple[FileLedger, ...] = field(default_factory=tuple)

    def totals(self) -> dict[str, int]:
        """Sum of every count over the files."""
        return {name: sum(getattr(one, name) for one in self.files) for name in COUNTS}

    def as_json(self) -> dict[str, Any]:
        """The shape printed by `detente load --json`."""
        return {"files": [asdict(one) for one in self.files], "totals": self.totals()}
