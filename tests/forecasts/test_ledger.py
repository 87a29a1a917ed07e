"""A ledger that only grows, and questions that end once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import StoreFault, WrongUse
from detente.forecasts import (
    Forecast,
    Ledger,
    Question,
    Settlement,
    answer,
    as_row,
    deciding,
    read_rows,
    settle,
    track_records,
)
from making import events, made_event

OPENED = date(2022, 9, 14)
LATE = date(2030, 1, 1)


def asked(**more):
    return Question(
        **{"source": "CHN", "target": "RUS", "acts": ("SUPPORT",), "opened": OPENED, "days": 30, **more}
    )


def given_chance(question, chance=0.3, who="detente", issued=None):
    return Forecast(question.question_id, who, issued or question.opened, chance, "made")


def day(n):
    return OPENED + timedelta(days=n)


def test_an_act_in_the_window_answers_yes_with_its_evidence():
    event = made_event(published=day(5))
    ended = answer(asked(), [event], known_until=LATE)
    assert ended
    assert ended.came
    assert ended.evidence == (event.event_id,)


@pytest.mark.parametrize(
    "event",
    [
        made_event(published=OPENED),
        made_event(published=day(31)),
        made_event(published=None),
        made_event(published=day(5), status="planned"),
        made_event(published=day(5), status="denied"),
        made_event("RUS", "CHN", published=day(5)),
        made_event(act="AID", published=day(5)),
        made_event(published=day(5), day=day(-40), day_precision="day"),
    ],
    ids=["same day", "too late", "undated", "planned", "denied", "other way", "other act", "old act"],
)
def test_what_is_outside_the_rule_does_not_count(event):
    ended = answer(asked(), [event], known_until=LATE)
    assert ended
    assert not ended.came


def test_an_unordered_act_counts_from_either_side():
    question = asked(acts=("CONSULT",))
    assert answer(question, [made_event("RUS", "CHN", "CONSULT", published=day(5))], known_until=LATE).came


def test_a_question_is_open_until_the_store_reaches_past_it():
    assert answer(asked(), [], known_until=day(29)) is None
    assert answer(asked(), [], known_until=day(30)).came is False


def test_reports_of_one_act_are_one_piece_of_evidence():
    twice = [made_event(published=day(5), origin=name) for name in ("a", "b")]
    assert answer(asked(least=2), twice, known_until=LATE).came is False
    another = made_event(published=day(6), origin="c")
    assert answer(asked(least=2), [*twice, another], known_until=LATE).came is True


@given(st.lists(events(), max_size=30), st.integers(1, 400), st.integers(1, 60))
def test_news_after_the_day_one_knows_until_decides_nothing(many, known, days):
    question = asked(opened=date(2022, 1, 1), days=days, acts=("SUPPORT", "CONSULT", "THREATEN"))
    until = date(2022, 1, 1) + timedelta(days=known)
    early = [one for one in many if one.published <= until]
    assert answer(question, many, known_until=until) == answer(question, early, known_until=until)


@given(st.lists(events(), max_size=30), st.integers(1, 100), st.integers(1, 100))
def test_a_longer_window_never_loses_a_yes(many, one, other):
    short, long = sorted((one, other))
    opened = date(2022, 1, 1)
    found = [len(deciding(asked(opened=opened, days=days), many, known_until=LATE)) for days in (short, long)]
    assert found[0] <= found[1]


def test_a_question_is_settled_by_the_rule_once_whatever_comes_later():
    question = asked()
    ledger, _ = Ledger().add([question, given_chance(question)])
    ended = settle(ledger, [], known_until=LATE)
    ledger, _ = ledger.add(ended)
    late_news = [made_event(published=day(3))]
    assert settle(ledger, late_news, known_until=LATE) == []
    again, fresh = ledger.add([Settlement(question.question_id, True, LATE)])
    assert fresh == []
    assert again.settlements[question.question_id].came is False


def test_a_person_may_overrule_with_a_reason_and_both_lines_stay():
    question = asked()
    ledger, _ = Ledger().add([question, Settlement(question.question_id, False, LATE)])
    with pytest.raises(WrongUse, match="reason"):
        ledger.add([Settlement(question.question_id, True, LATE, by="person: Ana")])
    hand = Settlement(
        question.question_id, True, LATE, by="person: Ana", reason="the store missed the communique"
    )
    longer, fresh = ledger.add([hand])
    assert fresh == [hand]
    assert longer.settlements[question.question_id].came
    assert len([one for one in longer.entries if isinstance(one, Settlement)]) == 2
    assert longer.add([hand])[1] == []


def test_adding_the_same_twice_changes_nothing():
    question = asked()
    entries = [question, given_chance(question), Settlement(question.question_id, True, LATE)]
    ledger, fresh = Ledger().add(entries)
    assert len(fresh) == 3
    assert ledger.add(entries) == (ledger, [])


def test_a_forecast_outside_its_questions_time_is_refused():
    question = asked()
    ledger, _ = Ledger().add([question])
    for issued in (day(-1), day(30), day(400)):
        with pytest.raises(WrongUse, match="outside the question's time"):
            ledger.add([given_chance(question, issued=issued)])


def test_a_forecast_of_a_question_nobody_asked_is_refused():
    with pytest.raises(WrongUse, match="no question"):
        Ledger().add([given_chance(asked())])


@pytest.mark.parametrize("chance", [0, 1, -0.1, 1.5, float("nan")])
def test_certainty_is_no_forecast(chance):
    with pytest.raises(WrongUse):
        given_chance(asked(), chance)


def test_the_ledger_survives_its_file_and_says_which_line_is_damaged():
    question = asked(claimant="RUS", marker="is expected to")
    ledger, _ = Ledger().add([question, given_chance(question), Settlement(question.question_id, True, LATE)])
    rows = [as_row(one) for one in ledger.entries]
    assert read_rows(rows) == ledger
    with pytest.raises(StoreFault) as fault:
        read_rows([*rows, {"kind": "wish"}])
    assert "line 4" in fault.value.where


def scored(n, chance=0.8, came=lambda i: True, who="author"):
    entries = []
    for i in range(n):
        question = asked(opened=OPENED + timedelta(days=i))
        entries += [
            question,
            given_chance(question, chance(i) if callable(chance) else chance, who),
            Settlement(question.question_id, came(i), LATE),
        ]
    return Ledger().add(entries)[0]


def test_a_few_answers_are_too_few_to_judge():
    (one,) = track_records(scored(5))["forecaster"]
    assert one.settled == 5
    assert "too few to judge" in one.verdict


def test_answers_all_alike_are_too_one_sided_to_judge():
    (one,) = track_records(scored(30))["forecaster"]
    assert "too one-sided" in one.verdict
    assert one.skill is None


def test_a_good_forecaster_is_told_from_a_bad_one():
    def odd(i):
        return i % 2 == 1

    good = track_records(scored(60, lambda i: 0.9 if odd(i) else 0.1, odd))["forecaster"][0]
    bad = track_records(scored(60, lambda i: 0.1 if odd(i) else 0.9, odd))["forecaster"][0]
    assert good.verdict.startswith("better")
    assert bad.verdict.startswith("worse")
    assert good.brier == pytest.approx(0.01)
    assert good.brier_low <= good.brier <= good.brier_high


def test_only_the_first_forecast_of_a_question_is_judged():
    question = asked()
    late = given_chance(question, 0.99, issued=day(10))
    ledger, _ = Ledger().add(
        [question, given_chance(question, 0.2), late, Settlement(question.question_id, True, LATE)]
    )
    assert track_records(ledger)["forecaster"][0].brier == pytest.approx(0.64)


def test_who_has_only_open_questions_is_listed_so():
    question = asked()
    ledger, _ = Ledger().add([question, given_chance(question)])
    (one,) = track_records(ledger)["forecaster"]
    assert (one.settled, one.open, one.verdict) == (0, 1, "nothing settled yet")
