"""Fetching files: planned first, in parallel, resumed, checked, retried with back-off, kept as they came.

A file that is in the cache is never fetched or changed again. What the publisher does not have is told
from what failed on the way; only the latter is worth another try.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from detente.errors import DetenteError, StoreFault, UnreadableInput

AGENT = "detente/0.1 (event data reader)"
TRIES = 6
LONGEST_WAIT = 60.0
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
FETCHED, CACHED, ABSENT, FAILED = "fetched", "in the cache", "absent at the publisher", "failed"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file to fetch. size, md5 : as the publisher states them, None where it does not."""

    url: str
    name: str
    size: int | None = None
    md5: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be fetched from one publisher. absent : what was asked for and is not in its list."""

    publisher: str
    files: tuple[Wanted, ...]
    absent: tuple[str, ...] = ()
    note: str = ""

    @property
    def bytes(self) -> int | None:
        """Bytes to move, as far as the publisher states them; None where it states none."""
        known = [one.size for one in self.files if one.size is not None]
        return sum(known) if known or not self.files else None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of one file."""

    name: str
    state: str
    path: str | None = None
    why: str = ""
    tries: int = 0


class Fetcher:
    """Fetches plans into a cache folder.

    wait : called with seconds between tries; tests give one that does not wait.
    """

    def __init__(
        self,
        cache: Path,
        *,
        parallel: int = 4,
        timeout: float = 60.0,
        wait: Callable[[float], None] = time.sleep,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.cache, self.parallel, self.wait, self.tell = cache, parallel, wait, tell
        self._client = httpx.Client(
            headers={"User-Agent": AGENT},
            timeout=timeout,
            follow_redirects=True,
            limits=httpx.Limits(max_connections=parallel),
        )
        self._lock = threading.Lock()

    def folder(self, publisher: str) -> Path:
        return self.cache / publisher

    def waiting(self, plan: Plan) -> list[Wanted]:
        """The files of a plan that are not in the cache."""
        return [one for one in plan.files if not (self.folder(plan.publisher) / one.name).exists()]

    def check_space(self, plan: Plan) -> None:
        """Refuse a plan that does not fit.

        Raises
        ------
        StoreFault : less free disk than the plan needs, with a tenth to spare.
        """
        need = sum(one.size or 0 for one in self.waiting(plan))
        self.cache.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.cache).free
        if need * 1.1 > free:
            raise StoreFault(
                f"the plan needs {need / 1e9:.1f} GB and {free / 1e9:.1f} GB are free",
                where=str(self.cache),
                try_="narrow it with --since and --until, or set DETENTE_CACHE to a larger disk",
            )

    def fetch(self, plan: Plan) -> list[Fetched]:
        """Fetch what is not there yet; gives what became of each file, in the order of the plan."""
        self.check_space(plan)
        folder = self.folder(plan.publisher)
        folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(self.parallel) as pool:
            done = list(pool.map(lambda one: self._one(folder, one), plan.files))
        record = {"plan": asdict(plan), "done": [asdict(one) for one in done]}
        name = hashlib.sha256(json.dumps([one.url for one in plan.files]).encode()).hexdigest()[:12]
        target = folder / f"{name}.plan.json"
        fresh = target.with_suffix(".new.part")
        fresh.write_text(json.dumps(record, indent=1), encoding="utf-8")
        fresh.replace(target)
        return done

    def text(self, url: str) -> str:
        """A small text, such as a list of files.

        Raises
        ------
        UnreadableInput : it could not be fetched.
        """
        for attempt in range(1, TRIES + 1):
            try:
                answer = self._client.get(url)
                if answer.status_code not in AGAIN:
                    answer.raise_for_status()
                    return answer.text
                why, hint = f"HTTP {answer.status_code}", answer.headers.get("Retry-After")
            except httpx.HTTPStatusError as fault:
                raise _unreachable(url, f"HTTP {fault.response.status_code}") from None
            except (httpx.HTTPError, httpx.InvalidURL) as fault:
                why, hint = str(fault) or type(fault).__name__, None
            if attempt < TRIES:
                self.wait(_pause(attempt, hint))
        raise _unreachable(url, why)

    def _one(self, folder: Path, wanted: Wanted) -> Fetched:
        target = folder / wanted.name
        if target.exists():
            return Fetched(wanted.name, CACHED, str(target))
        part = target.with_name(target.name + ".part")
        why = ""
        for attempt in range(1, TRIES + 1):
            try:
                answer, hint = self._try(wanted, part)
            except (httpx.HTTPError, httpx.InvalidURL) as fault:
                why, hint = str(fault) or type(fault).__name__, None
            except OSError as fault:
                return Fetched(wanted.name, FAILED, None, f"cannot write: {fault.strerror or fault}", attempt)
            else:
                if answer in (404, 410):
                    part.unlink(missing_ok=True)
                    return Fetched(wanted.name, ABSENT, None, f"HTTP {answer}", attempt)
                if answer in (200, 206):
                    why = fault_of(part, wanted)
                    if not why:
                        os.replace(part, target)
                        return Fetched(wanted.name, FETCHED, str(target), "", attempt)
                    if not (
                        _shorter(part, wanted) and "bytes instead of" in why
                    ):  # begun anew, unless only its end is missing
                        part.unlink(missing_ok=True)
                elif answer not in AGAIN and answer != 416:
                    return Fetched(wanted.name, FAILED, None, f"HTTP {answer}", attempt)
                else:
                    why = f"HTTP {answer}"
                    if answer == 416:
                        part.unlink(missing_ok=True)
            if attempt < TRIES:
                with self._lock:
                    self.tell(f"{wanted.name}: {why}; trying again")
                self.wait(_pause(attempt, hint))
        part_size = part.stat().st_size if part.exists() else 0
        return Fetched(
            wanted.name, FAILED, None, f"{why} ({part_size} bytes are kept and gone on with)", TRIES
        )

    def _try(self, wanted: Wanted, part: Path) -> tuple[int, str | None]:
        have = part.stat().st_size if part.exists() else 0
        headers = {"Range": f"bytes={have}-"} if have else {}
        with self._client.stream("GET", wanted.url, headers=headers) as answer:
            if answer.status_code not in (200, 206):
                return answer.status_code, answer.headers.get("Retry-After")
            with part.open("ab" if answer.status_code == 206 else "wb") as out:
                for chunk in answer.iter_raw():
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            return answer.status_code, None

    def from_folder(self, publisher: str, source: Path) -> list[Fetched]:
        """Take over files that were got by other means; each is looked at as if it had been fetched."""
        if not source.is_dir():
            raise UnreadableInput(f"{source} is no folder", try_="name the folder that holds the files")
        folder = self.folder(publisher)
        folder.mkdir(parents=True, exist_ok=True)
        done = []
        for one in sorted(source.rglob("*")):
            if not one.is_file() or one.name.startswith("."):
                continue
            target = folder / one.name
            if target.exists():
                same = target.stat().st_size == one.stat().st_size
                done.append(
                    Fetched(
                        one.name,
                        CACHED if same else FAILED,
                        str(target),
                        "" if same else "another file of that name is in the cache",
                    )
                )
                continue
            why = fault_of(one, Wanted(str(one), one.name))
            if why:
                done.append(Fetched(one.name, FAILED, None, why))
                continue
            part = target.with_name(target.name + ".part")
            shutil.copyfile(one, part)
            os.replace(part, target)
            done.append(Fetched(one.name, FETCHED, str(target)))
        return done

    def gaps(self) -> Iterator[Plan]:
        """Of earlier plans, what failed and is still not there."""
        for record in sorted(self.cache.glob("*/*.plan.json")):
            row = json.loads(record.read_text(encoding="utf-8"))
            failed = {one["name"] for one in row["done"] if one["state"] == FAILED}
            files = tuple(Wanted(**one) for one in row["plan"]["files"] if one["name"] in failed)
            left = tuple(one for one in files if not (record.parent / one.name).exists())
            if left:
                yield Plan(row["plan"]["publisher"], left)


def _shorter(part: Path, wanted: Wanted) -> bool:
    return wanted.size is not None and part.exists() and part.stat().st_size < wanted.size


def _pause(attempt: int, hint: str | None) -> float:
    """Seconds before the next try: what the publisher asks for, else doubling from one."""
    if hint and hint.isdigit():
        return min(float(hint), LONGEST_WAIT)
    return float(min(2.0 ** (attempt - 1), LONGEST_WAIT))


def _unreachable(url: str, why: str) -> DetenteError:
    return UnreadableInput(
        f"{url} could not be fetched: {why}",
        try_="try later; or get the files by other means and give them with --from-folder",
    )


def fault_of(file: Path, wanted: Wanted) -> str:
    """What is wrong with a fetched file; empty where nothing is."""
    size = file.stat().st_size
    with file.open("rb") as opened:
        start = opened.read(512)
    if not size:
        return "an empty file"
    page = start.lstrip().lower().startswith((b"<!doctype html", b"<html", b"<head"))
    suffix = wanted.name.lower().rpartition(".")[2]
    magic = {"zip": b"PK", "gz": b"\x1f\x8b", "xz": b"\xfd7zXZ"}.get(suffix)
    if page and suffix not in ("html", "htm"):
        return f"a web page instead of the file: {_words(start)}"
    if magic and not start.startswith(magic):
        return f"called .{suffix} but is none"
    if wanted.size is not None and size != wanted.size:
        return f"{size} bytes instead of {wanted.size}"
    if wanted.md5 is not None:
        digest = hashlib.md5(usedforsecurity=False)
        with file.open("rb") as opened:
            while chunk := opened.read(1 << 20):
                digest.update(chunk)
        if digest.hexdigest() != wanted.md5.lower():
            return "its checksum is not the publisher's"
    if suffix == "zip":
        import zipfile

        try:
            with zipfile.ZipFile(file) as archive:
                if (bad := archive.testzip()) is not None:
                    return f"the zip archive is damaged at {bad}"
        except zipfile.BadZipFile as fault:
            return f"a damaged zip archive: {fault}"
    return ""


def _words(start: bytes) -> str:
    import re

    return " ".join(re.sub(r"<[^>]*>", " ", start.decode("utf-8", "replace")).split())[:80]


def summary(done: Sequence[Fetched]) -> dict[str, int]:
    """How many files came to which end."""
    return {state: sum(one.state == state for one in done) for state in (FETCHED, CACHED, ABSENT, FAILED)}
