"""What every room's tests share: the command line run in this process or in its own, and small made worlds."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from detente.settings import data_folder

# A slow machine is no fault of the code: laws are checked on many cases, never against the clock.
settings.register_profile(
    "house", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")

BASELINE = Path(__file__).parent / "baseline.py"
SOURCE = Path(__file__).resolve().parents[1] / "src"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left behind: its exit code and both of its streams."""

    code: int
    out: str
    err: str


def environment() -> dict[str, str]:
    """The environment of a command run in its own process: this checkout, UTF-8."""
    path = os.pathsep.join(filter(None, [str(SOURCE), os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"}


@pytest.fixture
def detente(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Callable[..., Ran]:
    """Run the command line in this process, from `main` on, in an empty folder, with the baseline coder."""
    import baseline
    from detente.cli import main

    monkeypatch.setattr("detente.pipeline.make_coder", baseline.make_coder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DETENTE_STORE", str(tmp_path / "default-store"))

    def run(*words: str, stdin: bytes = b"") -> Ran:
        capsysbinary.readouterr()
        monkeypatch.setattr(sys, "argv", ["detente", *words])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as left:
            main()
        got = capsysbinary.readouterr()
        return Ran(int(left.value.code or 0), got.out.decode("utf-8"), got.err.decode("utf-8"))

    return run


@pytest.fixture
def detente_process(tmp_path: Path) -> Callable[..., Ran]:
    """Run the command line as its own process, with the baseline coder."""

    def run(*words: str, stdin: bytes = b"", **more: object) -> Ran:
        done = subprocess.run(
            [sys.executable, str(BASELINE), *words],
            input=stdin,
            capture_output=True,
            cwd=tmp_path,
            env={**environment(), "DETENTE_STORE": str(tmp_path / "default-store")},
            timeout=120,
            check=False,
            **more,  # type: ignore[call-overload]
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The shared evaluation data; tests that need it are marked `data`."""
    folder = data_folder()
    if not folder.is_dir():
        pytest.skip(f"the evaluation data is not in {folder} (set DETENTE_DATA)")
    return folder


@pytest.fixture(scope="session")
def coder():
    """The baseline coder: it needs no weights, so its findings move only when somebody moves them."""
    from detente.coding.lexical import LexicalCoder

    return LexicalCoder()


@pytest.fixture(scope="session")
def alignment_data(shared_data: Path) -> Path:
    """The public alignment tables, or a skip that says where they were looked for."""
    folder = shared_data / "alignment"
    if not folder.is_dir():
        pytest.skip(f"the alignment data is not in {folder} (set DETENTE_DATA)")
    return folder
