import itertools
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.actors import Resolver, gazetteer
from detente.evaluation.mentions import evaluate_mentions, read_labelled

HERE = Path(__file__).parent
TABLES = gazetteer()
DAYS = st.none() | st.dates(date(1945, 1, 1), date(2030, 1, 1))


@cache
def resolver() -> Resolver:
    return Resolver(TABLES)


@cache
def plain_names() -> list[tuple[str, str]]:
    """States of today with a name of one word that nobody else bears."""
    states = [one for one in TABLES.actors.values() if one.kind == "state" and one.period.until is None]
    bearers = {name.form for name in TABLES.names if name.ambiguous}
    return [(one.name, one.id) for one in states if one.name.isalpha() and one.name not in bearers]


def snippets() -> st.SearchStrategy[str]:
    """Any text, some of it made of real names, titles and separators."""
    forms = sorted({name.form for name in TABLES.names})
    parts = st.sampled_from(forms) | st.sampled_from(
        [" ", ", ", "-", "'s ", "’s ", " of ", "President ", "ex-", ". "]
    )
    return st.text(max_size=60) | st.lists(parts | st.text(max_size=6), max_size=12).map("".join)


@settings(max_examples=300, deadline=None)
@given(snippets(), DAYS)
def test_any_text_is_read_without_a_fault_and_mentions_lie_in_it_without_overlap(text, day):
    found = resolver().mentions(text, day)
    assert all(one.text == text[one.start : one.end] for one in found)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(first.end <= second.start for first, second in itertools.pairwise(found))
    for one in found:
        assert 0 <= one.resolution.probability <= 1
        assert (one.resolution.reading == "actor") <= (one.resolution.actor in TABLES.actors)


@settings(max_examples=100, deadline=None)
@given(snippets(), DAYS)
def test_the_same_question_gets_the_same_answer(text, day):
    fresh = resolver()
    assert fresh.resolve(text, day) == fresh.resolve(text, day)
    assert fresh.mentions(text, day) == fresh.mentions(text, day)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_swapping_two_countries_in_a_sentence_swaps_their_ids(data):
    first, second = data.draw(st.lists(st.sampled_from(plain_names()), min_size=2, max_size=2, unique=True))
    frame = data.draw(
        st.sampled_from(
            [
                "{} sent an envoy to {}.",
                "Troops of {} crossed into {}.",
                "{} and {} signed a treaty on Monday.",
            ]
        )
    )
    day = date(2020, 5, 1)
    there = [one.actor for one in resolver().mentions(frame.format(first[0], second[0]), day)]
    back = [one.actor for one in resolver().mentions(frame.format(second[0], first[0]), day)]
    assert there == [first[1], second[1]]
    assert back == there[::-1]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([one for one in TABLES.holders if " " in one.person and one.since]))
def test_a_term_of_office_is_seen_only_from_its_first_day_on(holder):
    before = holder.since - timedelta(days=1)
    earlier = [
        one
        for one in TABLES.holders
        if (one.person == holder.person or holder.person in one.other_names)
        and (one.holds_on(before) or one.until == before)
    ]
    answer = resolver().resolve(holder.person, before)
    assert earlier or answer.actor is None or answer.person != holder.person


def test_an_office_ends_on_its_last_day_and_not_before():
    sentence = "Hosni Mubarak spoke on television."
    assert resolver().resolve("Hosni Mubarak", date(2011, 2, 10), sentence).actor == "EGY"
    assert resolver().resolve("Hosni Mubarak", date(2011, 2, 12), sentence).reading == "person"
    leaving = resolver().resolve("Hosni Mubarak", date(2011, 2, 11), sentence)
    assert (leaving.actor, leaving.probability) == ("EGY", 0.6)


def test_on_the_day_of_a_handover_only_the_new_holder_speaks_for_the_state():
    sentence = "Mark Carney was sworn in and Justin Trudeau went home."
    read = {one.text: one.resolution.actor for one in resolver().mentions(sentence, date(2025, 3, 14))}
    assert read == {"Mark Carney": "CAN", "Justin Trudeau": None}


def test_members_are_seen_from_their_own_day_on():
    joined = date(2023, 7, 4)
    assert "IRN" in TABLES.members("SCO", joined)
    assert "IRN" not in TABLES.members("SCO", joined - timedelta(days=1))


def test_a_users_own_actors_win(tmp_path):
    own = tmp_path / "mine.csv"
    own.write_text("id,name,aliases,kind\nMYKREMLIN,Kremlin,Moscow|Panama Papers,own\n", encoding="utf-8")
    mine = Resolver(TABLES.with_own(own))
    sentence = "The Kremlin read the Panama Papers in Moscow."
    assert [one.actor for one in mine.mentions(sentence, date(2020, 1, 1))] == ["MYKREMLIN"] * 3
    assert resolver().resolve("Kremlin", date(2020, 1, 1)).actor == "RUS"


@pytest.mark.parametrize(
    ("sentence", "name", "day", "actor"),
    [
        ("Turkey and Türkiye are one state.", "Türkiye", "2024-01-01", "TUR"),
        ("The governor of Georgia signed the bill.", "Georgia", "2020-01-01", None),
        ("Georgia and Russia fought for five days.", "Georgia", "2008-08-10", "GEO"),
        ("Kinshasa held a vote in Congo.", "Congo", "2006-07-30", "COD"),
        ("Miners in Congo were paid late.", "Congo", "2006-07-30", None),
        ("Juan Guaido spoke to a crowd.", "Juan Guaido", "2019-02-01", None),
        ("A tornado hit Paris, Texas, at noon.", "Paris", "2010-10-09", None),
        ("He asked for pressure from Beijing.", "Beijing", "2020-01-01", "CHN"),
        ("The train from Beijing was late.", "Beijing", "2020-01-01", None),
        ("The government in Kabul fell.", "Kabul", "2021-08-01", "AFG"),
        ("Greece beat Portugal with a late goal in the World Cup final.", "Greece", "2004-07-04", None),
        ("Qatar will host the World Cup, the foreign minister said.", "Qatar", "2012-01-01", "QAT"),
        ("She taught Russian to nurses.", "Russian", "2019-01-01", None),
        ("UN Commissioner Grandi flew in.", "UN", "2019-01-01", "UN"),
    ],
)
def test_the_words_around_a_name_decide_who_is_meant(sentence, name, day, actor):
    answer = resolver().resolve(name, date.fromisoformat(day), sentence)
    assert (answer.actor if answer.reading == "actor" else None) == actor


@pytest.mark.parametrize(("file", "floor"), [("mentions.jsonl", 0.96), ("mentions_second.jsonl", 0.84)])
def test_labelled_mentions_are_read_as_well_as_the_documents_say(file, floor):
    scores = evaluate_mentions(HERE / file, TABLES)
    assert scores["accuracy"] >= floor, scores["wrong"]
    assert scores["accuracy"] > scores["baseline"]["accuracy"] + 0.3


def test_the_labelled_mentions_are_as_many_and_as_hard_as_said():
    labels = read_labelled(HERE / "mentions.jsonl")
    traps = sum(one.trap for one in labels)
    assert len(labels) >= 620
    assert abs(traps / len(labels) - 0.5) < 0.02
