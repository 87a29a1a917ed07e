"""Where the events of `detente code` go: standard output, or a file that an interrupted run can go on with."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import TracebackType
from typing import TextIO

from detente.errors import DetenteError, WrongUse
from detente.events import Coding
from detente.pipeline import coded_already


class EventsOut:
    """Writes events as JSON lines. With a file, FILE.done lists the documents that are written whole.

    Lines of a document that was cut off are dropped when the run goes on, so nothing stands twice.
    """

    def __init__(self, path: str | None) -> None:
        self.path = Path(path) if path else None
        self.events = 0
        self.written: set[str] = set()
        self._out: TextIO = sys.stdout
        self._done: TextIO | None = None

    def __enter__(self) -> EventsOut:
        if self.path:
            journal = self.path.with_name(self.path.name + ".done")
            if self.path.exists() and self.path.stat().st_size and not journal.exists():
                raise WrongUse(
                    f"{self.path} exists and was not written by an unfinished run ({journal.name} is not beside it)",
                    try_="name another file, or move this one away",
                )
            try:
                self.written = coded_already(journal)
                self._keep_whole_documents()
                self._out = self.path.open("a", encoding="utf-8")
                self._done = journal.open("a", encoding="utf-8")
            except OSError as fault:
                raise DetenteError(
                    f"cannot write {self.path}: {fault.strerror}", try_="choose a place you may write to"
                ) from None
        return self

    def _keep_whole_documents(self) -> None:
        if not self.path or not self.path.exists():
            self.written = set()
            return
        whole = []
        for line in self.path.read_bytes().split(b"\n"):  # not splitlines: a text may hold other line ends
            try:
                if json.loads(line)["document_id"] in self.written:
                    whole.append(line.decode("utf-8"))
            except (ValueError, KeyError, TypeError):
                continue
        self.events = len(whole)
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.write_text("".join(line + "\n" for line in whole), encoding="utf-8")
        fresh.replace(self.path)

    def write(self, coding: Coding) -> None:
        """Write the events of one document."""
        for event in coding.events:
            self.events += 1
            plain = (self._out.encoding or "utf-8").lower().replace("-", "") != "utf8"
            self._out.write(json.dumps(event.as_json(), ensure_ascii=plain) + "\n")
        if self._done:
            self._out.flush()
            self._done.write(coding.document.document_id + "\n")
            self._done.flush()

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._done:
            self._out.close()
            self._done.close()
