"""Errors say what was wrong, where, and what to do, and know their exit code."""

from __future__ import annotations

import inspect

import pytest

from detente import errors
from detente.errors import (
    DetenteError,
    MissingStore,
    NothingFound,
    StoreFault,
    UnknownActor,
    UnknownDate,
    UnreadableInput,
    WrongUse,
)

FAMILY = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, DetenteError)]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (DetenteError, 1),
        (UnreadableInput, 1),
        (StoreFault, 1),
        (WrongUse, 2),
        (UnknownActor, 2),
        (UnknownDate, 2),
        (MissingStore, 2),
        (NothingFound, 4),
    ],
)
def test_each_error_knows_the_exit_code_of_its_kind(kind, code):
    assert kind("x").exit_code == code


@pytest.mark.parametrize("kind", FAMILY)
def test_every_error_of_the_house_stands_in_the_family_tree_of_the_docstring(kind):
    assert kind.__name__ in (errors.__doc__ or "")


def test_an_error_says_what_where_near_and_what_to_do_line_by_line():
    fault = UnknownActor(
        'no actor was called "Zaire" on 2003-05-01',
        where="events.jsonl, line 214",
        near="COD",
        try_="correct the date",
    )
    assert str(fault).splitlines() == [
        'no actor was called "Zaire" on 2003-05-01',
        "  where  events.jsonl, line 214",
        "  near   COD",
        "  try    correct the date",
    ]


def test_an_error_leaves_out_the_lines_it_has_nothing_for():
    assert str(DetenteError("the disk is full")) == "the disk is full"


def test_an_error_never_sends_control_characters_of_the_input_to_the_terminal():
    shown = str(UnreadableInput('"\x1b[2J\x07\u202e\x9b" is not a day', where="a\x1b]0;b"))
    assert not any(c in shown for c in "\x1b\x07\u202e\x9b")
    assert "is not a day" in shown
