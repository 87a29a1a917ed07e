"""The brief on a terminal: words of the text are printed as they are."""

from __future__ import annotations

import io

from rich.console import Console

from detente.brief import print_brief
from making import made_brief, made_ties


def printed(brief, width: int = 100) -> str:
    out = io.StringIO()
    print_brief(brief, Console(file=out, width=width, highlight=False, force_terminal=False))
    return out.getvalue()


def test_brackets_in_a_text_are_no_markup():
    shown = printed(
        made_brief("China praised Russia [red]and[/red] [link=x]Iran[/link] [/].", title="[bold]T")
    )
    assert "[red]and[/red] [link=x]Iran[/link] [/]" in shown
    assert "[bold]T" in shown


def test_each_act_stands_with_its_sentence_and_each_tie_with_its_range():
    shown = printed(made_brief(ties=made_ties()))
    assert "“Those nations refused Russia.”" in shown
    assert "90 % between" in " ".join(shown.split())
    assert "Two ships and a strait" in shown


def test_what_could_not_be_coded_is_said():
    assert "What could not be coded, and why" in printed(made_brief())
