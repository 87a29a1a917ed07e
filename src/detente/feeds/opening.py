"""From a path to streams of bytes: plain, gzip, xz, bzip2 and zip files, folders, standard input."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from detente.errors import UnreadableInput
from detente.feeds.text import is_folder, open_file

LARGEST_MEMBER_SHARE = 1000  # bytes out of one byte in: beyond it an archive is a trap, not data
_PACKED = {
    b"\x1f\x8b": "gzip",
    b"\xfd7zXZ\x00": "xz",
    b"BZh": "bzip2",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
}
_NO_FEED = (".pdf", ".png", ".jpg", ".parquet", ".rda", ".rds", ".xlsx", ".xls", ".db", ".md5", ".sha256")
DAMAGED = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, gzip.BadGzipFile)


@dataclass(frozen=True, slots=True)
class Source:
    """One stream to read: the file it lies in, and the member of the archive, if it lies in one.

    broken : what was seen to be wrong before it was opened; opening it says so.
    """

    path: str
    member: str = ""
    broken: UnreadableInput | None = None

    @property
    def name(self) -> str:
        return f"{self.path}!{self.member}" if self.member else self.path

    @property
    def inner(self) -> str:
        """The name of the data itself, without the suffix of its packing."""
        name = self.member or Path(self.path).name
        for suffix in (".gz", ".xz", ".bz2"):
            name = name.removesuffix(suffix)
        return name


def sources(paths: list[str] | tuple[str, ...]) -> list[Source]:
    """Every stream under the paths, in order: folders are walked, archives opened.

    Raises
    ------
    WrongUse : no such file. UnreadableInput : a folder without files, an archive that is damaged or empty.
    """
    found: list[Source] = []
    for path in paths:
        if path == "-":
            found.append(Source("-"))
        elif is_folder(path):
            inside = sorted(one for one in Path(path).rglob("*") if _is_data(one))
            if not inside:
                raise UnreadableInput(
                    f"no files to read in {path}", try_="name a folder that holds the files"
                )
            for one in inside:
                found += _in_file(str(one))
        else:
            with open_file(Path(path)):  # refuses what is not there, in words
                pass
            found += _in_file(path)
    return found


def _is_data(file: Path) -> bool:
    name = file.name
    return (
        file.is_file()
        and not name.startswith((".", "_"))
        and not name.upper().startswith(("README", "LICENSE", "SOURCES"))
        and not name.endswith((".part", ".plan.json"))
        and file.suffix.lower() not in _NO_FEED
    )


def _magic(path: str) -> str:
    try:
        with open(path, "rb") as file:
            start = file.read(8)
    except OSError as fault:
        raise UnreadableInput(f"cannot read {path}: {fault.strerror}", try_="check the permissions") from None
    return next((kind for magic, kind in _PACKED.items() if start.startswith(magic)), "plain")


def _in_file(path: str) -> list[Source]:
    try:
        return _members(path)
    except UnreadableInput as fault:
        return [Source(path, broken=fault)]


def _members(path: str) -> list[Source]:
    kind = _magic(path)
    suffix = Path(path).suffix.lower()
    if kind != "zip":
        if suffix in (".zip", ".gz", ".xz", ".bz2") and kind == "plain":
            _not_packed(path, suffix)
        return [Source(path)]
    try:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if not one.is_dir() and _is_member(one.filename)]
            locked = [one.filename for one in members if one.flag_bits & 1]
    except DAMAGED as fault:
        raise UnreadableInput(
            f"{path} is a damaged zip archive: {fault}", try_="fetch it again; its end may be missing"
        ) from None
    if locked:
        raise UnreadableInput(
            f"{path} is locked with a password", try_="unpack it first, then load the files"
        )
    if not members:
        raise UnreadableInput(f"{path} is an empty zip archive", try_="fetch it again, or leave it out")
    return [Source(path, one.filename) for one in members]


def _is_member(name: str) -> bool:
    return not name.startswith("__MACOSX") and not Path(name).name.startswith(".")


def _not_packed(path: str, suffix: str) -> None:
    with open(path, "rb") as file:
        start = file.read(512).lstrip().lower()
    size = Path(path).stat().st_size
    if not size:
        what = "empty"
    elif start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        what = "a web page, most likely an error page of the publisher"
    else:
        what = "not packed, or damaged at its start"
    raise UnreadableInput(
        f"{path} is called {suffix} but is {what}",
        try_="fetch it again, and look at what the address answers",
    )


@contextmanager
def opened(source: Source) -> Iterator[IO[bytes]]:
    """The bytes of a source, unpacked as they are read.

    Raises
    ------
    UnreadableInput : on reading, where the packing is damaged or cut off.
    """
    if source.broken is not None:
        raise source.broken
    if source.path == "-":
        yield _unpacked(io.BufferedReader(_Peekable(sys.stdin.buffer)))
        return
    try:
        with open(source.path, "rb") as file:
            if source.member:
                with zipfile.ZipFile(file) as archive, archive.open(source.member) as inner:
                    yield _unpacked(io.BufferedReader(cast(io.RawIOBase, inner), 1 << 20))
            else:
                yield _unpacked(io.BufferedReader(file, 1 << 20))
    except DAMAGED as fault:
        raise UnreadableInput(
            f"{source.name} is damaged or cut off: {fault}", try_="fetch it again; nothing of it was kept"
        ) from None
    except (NotImplementedError, RuntimeError) as fault:
        raise UnreadableInput(f"{source.name} cannot be unpacked: {fault}", try_="unpack it first") from None
    except OSError as fault:
        raise UnreadableInput(
            f"cannot read {source.name}: {fault}", try_="check the disk and the permissions"
        ) from None


class _Peekable(io.RawIOBase):
    """Standard input as a raw stream, so that a buffer of ours may look ahead."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _unpacked(stream: io.BufferedReader) -> IO[bytes]:
    start = stream.peek(8)[:8]
    if start.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=stream)  # type: ignore[return-value]
    if start.startswith(b"\xfd7zXZ\x00"):
        return lzma.LZMAFile(stream)
    if start.startswith(b"BZh") and start[3:4].isdigit():
        return bz2.BZ2File(stream)
    return stream


def fingerprint(source: Source) -> str:
    """Hexadecimal SHA-256 of the file as it lies on the disk, and the member's name; empty for standard input."""
    if source.path == "-":
        return ""
    digest = hashlib.sha256()
    with open(source.path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    digest.update(source.member.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
