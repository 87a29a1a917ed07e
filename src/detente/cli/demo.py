"""The demonstration: the example history into a store, the example article into a brief."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from detente import pipeline
from detente.errors import MissingStore
from detente.store import Store

if TYPE_CHECKING:
    from rich.console import Console

ARTICLE = "2022-09-14-before-samarkand.md"


def examples_folder() -> Path:
    """Where the example history lies: in the checkout, or in the installed package."""
    for folder in (
        Path(__file__).resolve().parents[3] / "examples" / "eurasia",
        Path(str(files("detente"))) / "examples" / "eurasia",
    ):
        if folder.is_dir():
            return folder
    raise MissingStore("the example history was not found", try_="install Détente again")


def run_demo(
    html: str,
    store: str | None,
    console: Console,
    progress: Callable[[str, int, int | None], None],
    write: Callable[[str, str], None],
) -> None:
    """Load the history, brief the article against it, write the page, say where it is."""
    from detente.brief import as_html, print_brief

    folder = examples_folder()
    tables = pipeline.tables()
    coder = pipeline.make_coder(tables)
    where = Path(store) if store else Path(tempfile.gettempdir()) / "detente-demo-store"
    console.print(f"1. Loading the example history into {where}", markup=False)
    done = pipeline.load([str(folder / "dispatches.jsonl")], Store(where), coder, progress=progress)
    totals = done.ledger.totals()
    console.print(
        f"   {totals['lines']} lines = {totals['blank']} blank + {totals['parsed']} parsed + "
        f"{totals['quarantined']} quarantined; {totals['duplicate']} known already, {done.kept.events} new events"
    )
    console.print(f"2. Reading {ARTICLE}\n")
    document = next(iter(pipeline.ingest([str(folder / "analysis" / ARTICLE)])))
    brief = pipeline.brief(document, coder, tables, store=str(where))
    print_brief(brief, console)
    page = Path(html).resolve()
    write(str(page), as_html(brief))
    console.print(f"\n3. The same as a page: {page}", markup=False, soft_wrap=True)
    console.print(f"   Ask on:  detente pair CHN RUS --store {where}", markup=False, soft_wrap=True)
