"""The pages for users are executed: every block of commands that follows `<!-- runs -->`.

In a ```console block a line that begins with "$ " is a command; what follows up to the next command is
what it prints, on either stream, each line in its order. "..." stands for anything. A command that should
end with another code than 0 says so in a comment: `$ detente movers  # exit 4`. A block runs in a temporary
folder that holds `examples`; the blocks of one page share it.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import environment

HOME = Path(__file__).resolve().parents[1]
PAGES = [HOME / "README.md", *sorted((HOME / "docs").rglob("*.md"))]
_BLOCK = re.compile(r"<!--\s*runs\s*-->\s*\n```console\n(.*?)^```", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a page, the code it should end with, and the lines it should print."""

    words: str
    code: int
    prints: tuple[str, ...]


def blocks(text: str) -> list[list[Command]]:
    """The commands of each block of a page that runs."""
    found = []
    for block in _BLOCK.findall(text):
        commands: list[Command] = []
        for line in block.splitlines():
            if line.startswith("$ "):
                stated = re.search(r"#\s*exit (\d+)\s*$", line)
                commands.append(Command(line[2:], int(stated[1]) if stated else 0, ()))
            elif line.strip() and commands:
                last = commands[-1]
                commands[-1] = Command(last.words, last.code, (*last.prints, line))
        found.append(commands)
    return found


def missing(expected: tuple[str, ...], printed: str) -> str | None:
    """The first line that was promised and did not come, in order; spaces count as one, "..." as anything."""
    rest = [" ".join(line.split()) for line in printed.splitlines()]
    for line in expected:
        pattern = re.escape(" ".join(line.split())).replace(r"\.\.\.", ".*")
        if pattern == ".*":
            continue
        at = next((n for n, one in enumerate(rest) if re.fullmatch(pattern, one)), None)
        if at is None:
            return line
        rest = rest[at + 1 :]
    return None


@pytest.mark.parametrize(
    "page", [one for one in PAGES if blocks(one.read_text(encoding="utf-8"))], ids=lambda one: one.name
)
def test_every_command_of_the_page_does_what_the_page_says(page, tmp_path):
    found = blocks(page.read_text(encoding="utf-8"))
    shutil.copytree(HOME / "examples", tmp_path / "examples")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "detente").write_text(
        f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m detente "$@"\n'
    )
    (tmp_path / "bin" / "detente").chmod(0o755)
    around = {
        **environment(),
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "DETENTE_STORE": str(tmp_path / "store"),
    }
    for command in (one for block in found for one in block):
        done = subprocess.run(
            ["sh", "-c", command.words],
            cwd=tmp_path,
            env=around,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        printed = done.stdout + done.stderr
        assert done.returncode == command.code, f"$ {command.words}\n{printed}"
        assert missing(command.prints, printed) is None, f"$ {command.words}\n{printed}"


def test_the_readme_has_commands_that_run():
    text = (HOME / "README.md").read_text(encoding="utf-8")
    assert any(blocks(text)), "mark at least one console block with <!-- runs -->"


def test_a_block_is_read_into_commands_codes_and_lines():
    page = "x\n<!-- runs -->\n```console\n$ detente movers  # exit 4\nAs of ...\n\n$ ls\n```\n```console\n$ rm -r x\n```\n"
    assert blocks(page) == [
        [Command("detente movers  # exit 4", 4, ("As of ...",)), Command("ls", 0, ())],
    ]


def test_promised_lines_must_come_in_their_order():
    assert missing(("a ...", "...", "c"), "a  b\nx\nc\n") is None
    assert missing(("c", "a"), "a\nc\n") == "a"
