"""What a text expects becomes a question, with its claimant and the range of their words."""

from __future__ import annotations

from datetime import date

import pytest

from detente.events import Expectation
from detente.forecasts.drafts import DEFAULT_DAYS, draft, window_days
from making import made_event

OPENED = date(2022, 9, 14)


def expected(claimant="author", marker="is expected to", window=None, **event):
    return Expectation(
        claimant,
        made_event(status="expected", **event),
        marker,
        window,
        "China is expected to help Russia.",
        0,
        33,
    )


def test_an_expectation_becomes_a_question_and_a_claim():
    found = draft(expected(), opened=OPENED, publisher="A paper", author="Ana Writer")
    assert found.question is not None
    assert found.claim is not None
    assert (found.question.source, found.question.target, found.question.acts) == ("CHN", "RUS", ("SUPPORT",))
    assert found.question.days == DEFAULT_DAYS
    assert found.claim.forecaster == found.question.claimant == "author: Ana Writer"
    assert found.claim.low < found.claim.chance < found.claim.high
    assert "is expected to" in found.claim.basis


def test_who_is_quoted_is_the_claimant_before_the_author():
    assert draft(expected("RUS"), opened=OPENED, author="Ana").claim.forecaster == "RUS"
    assert draft(expected(), opened=OPENED, publisher="A paper").claim.forecaster == "publisher: A paper"


@pytest.mark.parametrize("event", [{"target": None}, {"source": None}, {"target": "CHN"}])
def test_what_names_no_act_between_two_actors_gives_a_reason_instead(event):
    found = draft(expected(**event), opened=OPENED)
    assert found.question is None
    assert found.why_not


def test_a_day_named_in_the_text_lies_inside_the_window():
    found = draft(expected(window="on Friday", day=date(2022, 11, 30), day_precision="day"), opened=OPENED)
    assert found.question.closes >= date(2022, 11, 30)


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("tomorrow", 2),
        ("within two weeks", 14),
        ("in the next 10 days", 10),
        ("later this year", 365),
        ("in the coming months", 120),
        ("at some point", DEFAULT_DAYS),
        ("", DEFAULT_DAYS),
        (None, DEFAULT_DAYS),
    ],
)
def test_words_for_time_become_days(words, days):
    assert window_days(words) == days
