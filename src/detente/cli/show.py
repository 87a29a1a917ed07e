"""How tables and pairs look on a terminal."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from detente.actors import Gazetteer
from detente.ontology import ACTS

if TYPE_CHECKING:
    from rich.console import Console

    from detente.pipeline import PairView


def print_pair(view: PairView, console: Console) -> None:
    """One sentence with the number and its range, a monthly strip, the newest acts."""
    tie, names = view.tie, view.names
    a, b = names[tie.first], names[tie.second]
    if tie.acts == 0:
        console.print(Text(f"{a} and {b}: nothing on record up to {tie.as_of}."))
        return
    console.print(
        Text(
            f"{a} and {b} stand at {tie.alignment:+.2f} (90 % between {tie.low:+.2f} and {tie.high:+.2f}) as of "
            f"{tie.as_of}: {tie.verdict}, from {tie.acts} acts.",
            style="bold",
        )
    )
    if tie.trend is not None:
        console.print(Text(f"Half a year before: {tie.alignment - tie.trend:+.2f}."))
    table = Table(box=None, title=None)
    for column in ("month", "friendly", "hostile", ""):
        table.add_column(column, justify="right" if column in ("friendly", "hostile") else "left")
    for row in view.months[-18:]:
        strip = "+" * min(20, row["cooperative"]) + "-" * min(20, row["conflictual"])
        table.add_row(
            row["period"].strftime("%Y-%m"), str(row["cooperative"]), str(row["conflictual"]), strip
        )
    console.print(table)
    for event in view.events[:12]:
        verb = ACTS[event.act].verb if event.act else "spoke of"
        who = f"{names.get(event.source or '', event.source)} {verb} {names.get(event.target or '', event.target)}"
        console.print(Text(f"{event.published}  {who}  [{event.act}, {event.status}]"))
        if event.sentence:
            console.print(Text(f"            “{event.sentence}”", style="dim"))
    if len(view.events) > 12:
        console.print(Text(f"... and {len(view.events) - 12} more (--json shows all)"))


def print_movers(
    rows: list[dict[str, Any]], tables: Gazetteer, day: date, days: int, console: Console
) -> None:
    """Pairs that moved, largest shift first."""

    def name(actor: str) -> str:
        return tables.actors[actor].name if actor in tables.actors else actor

    console.print(Text(f"As of {day}: the last {days} days against the {days} before", style="bold"))
    table = Table(box=None)
    for column in ("pair", "shift", "recent +", "recent -", "before +", "before -"):
        table.add_column(column, justify="left" if column == "pair" else "right")
    for row in rows:
        table.add_row(
            Text(f"{name(row['first'])} – {name(row['second'])}"),
            f"{row['shift']:+.2f}",
            *(
                str(row[key])
                for key in (
                    "recent_cooperative",
                    "recent_conflictual",
                    "before_cooperative",
                    "before_conflictual",
                )
            ),
        )
    console.print(table)
    console.print(
        Text("shift: change of (friendly - hostile) / (all + 1); few acts make large shifts", style="dim")
    )
