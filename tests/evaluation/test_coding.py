"""Scores of a coder against labels: the rules of counting."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.evaluation.coding import evaluate_coding, labels_of, read_gold, scores_of, tally
from detente.ontology import ACTS, UNORDERED
from making import ACTORS, made_event

pairs = st.tuples(st.sampled_from(ACTORS), st.sampled_from(ACTORS)).filter(lambda pair: pair[0] != pair[1])
acts = st.sampled_from(sorted(ACTS))


def label(source: str, target: str | None, act: str, status: str = "happened", **more) -> dict:
    return {"source": [source], "target": [target] if target else [], "plover": act, "status": status, **more}


def scored(labels: list[dict], events: list) -> dict[str, float]:
    return scores_of([tally(labels_of({"events": labels}), events)])


@given(st.dictionaries(pairs.map(lambda pair: tuple(sorted(pair))), acts, min_size=1, max_size=5))
def test_saying_what_the_labels_say_scores_one(said):
    labels = [label(*pair, act) for pair, act in said.items()]
    events = [made_event(*pair, act) for pair, act in said.items()]
    scores = scored(labels, events)
    for name in ("precision", "recall", "f1", "f1_quad", "f1_pair", "status_accuracy"):
        assert scores[name] == 1


@given(st.lists(st.tuples(pairs, acts), max_size=5), st.lists(st.tuples(pairs, acts), max_size=5))
def test_scores_are_shares_whatever_is_said(labels, events):
    scores = scored(
        [label(*pair, act) for pair, act in labels], [made_event(*pair, act) for pair, act in events]
    )
    assert all(0 <= value <= 1 for value in scores.values())
    assert scores["f1"] <= max(scores["f1_pair"], scores["f1_quad"]) + 1e-9


@given(pairs, acts)
def test_direction_counts_only_where_the_act_has_one(pair, act):
    scores = scored([label(*pair, act)], [made_event(*pair[::-1], act)])
    assert scores["f1"] == (1 if act in UNORDERED else 0)


def test_yielding_in_words_and_in_deed_are_one():
    assert scored([label("RUS", "UKR", "RETREAT")], [made_event("RUS", "UKR", "CONCEDE")])["f1"] == 1


def test_the_wrong_act_of_the_right_quad_counts_as_half_right():
    scores = scored([label("CHN", "RUS", "ACCUSE")], [made_event("CHN", "RUS", "REJECT")])
    assert (scores["f1"], scores["f1_quad"], scores["f1_pair"]) == (0, 1, 1)


def test_the_wrong_status_is_counted_apart():
    scores = scored([label("CHN", "RUS", "AID", "planned")], [made_event("CHN", "RUS", "AID")])
    assert (scores["f1"], scores["status_accuracy"]) == (1, 0)


def test_a_status_that_is_also_right_is_right():
    one = label("CHN", "RUS", "AID", "planned", status_also_ok=["happened"])
    assert scored([one], [made_event("CHN", "RUS", "AID")])["status_accuracy"] == 1


def test_an_optional_label_is_neither_missed_nor_held_against_the_coder():
    one = label("CHN", "RUS", "AID", optional=True)
    assert tally(labels_of({"events": [one]}), []).labels_missed == 0
    assert tally(labels_of({"events": [one]}), [made_event("CHN", "RUS", "AID")]).found_wrong == 0


def test_a_label_without_target_takes_any_target():
    assert scored([label("CHN", None, "MOBILIZE")], [made_event("CHN", "RUS", "MOBILIZE")])["f1"] == 1
    assert scored([label("CHN", None, "MOBILIZE")], [made_event("CHN", None, "MOBILIZE")])["f1"] == 1


def test_the_pairs_among_the_targets_of_a_meeting_follow():
    meeting = {"source": ["CHN"], "target": ["RUS", "IND"], "plover": "CONSULT", "status": "happened"}
    events = [
        made_event("CHN", "RUS", "CONSULT"),
        made_event("CHN", "IND", "CONSULT"),
        made_event("RUS", "IND", "CONSULT"),
    ]
    assert scored([meeting], events)["f1"] == 1
    assert scored([meeting], events[:2])["f1"] == 1


def test_silence_on_an_empty_sentence_is_kept_in_view():
    assert scored([], [])["empty_kept"] == 1
    assert scored([], [made_event()])["empty_kept"] == 0


def test_the_interval_holds_the_value_and_the_seed_decides_it(tmp_path, coder):
    path = tmp_path / "gold.jsonl"
    path.write_text(
        '{"text": "China praised Russia.", "events": [{"source": ["CHN"], "target": ["RUS"], "plover": "SUPPORT", "status": "happened"}]}\n'
        '{"text": "Iran left.", "events": [{"source": ["IRN"], "target": [], "plover": "RETREAT", "status": "happened"}]}\n'
        '\n{"text": "It rained.", "events": []}\n'
    )
    one, other = (evaluate_coding(path, coder, draws=100) for _ in range(2))
    assert one["f1_low"] <= one["f1"] <= one["f1_high"]
    assert {k: v for k, v in one.items() if k != "sentences_per_second"} == {
        k: v for k, v in other.items() if k != "sentences_per_second"
    }
    assert one["sentences"] == 3


@pytest.mark.data
def test_every_label_of_the_shared_news_can_be_read_and_found_again(shared_data: Path):
    path = shared_data / "event-coding" / "news_dev.jsonl"
    if not path.exists():
        pytest.skip(f"there is no {path}")
    for row in read_gold(path):
        labels = labels_of(row)
        said = [
            made_event(
                one.source, one.target or "NOBODY", sorted(one.acts)[0], status=sorted(one.statuses)[0]
            )
            for one in labels
            if not one.optional
        ]
        assert tally(labels, said).labels_missed == 0
