"""A sentence as the encoder reads it, with a tiny made tokenizer."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from detente.coding.encoding import (
    KIND_TOKENS,
    LONGEST,
    Spot,
    encode,
    entity_matrix,
    load_tokenizer,
    token_kind,
)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    """Words, letters and the outer tokens: enough to see where every piece of a sentence goes."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "praised", "and", "."]
    letters = [*"abcdefghijklmnopqrstuvwxyz", *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz")]
    vocabulary = {word: place for place, word in enumerate([*words, *letters])}
    made = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    path.write_text(json.dumps(json.loads(made.to_str())))
    return load_tokenizer(str(path))


SENTENCE = "China praised Russia and Iran."
SPOTS = [Spot(0, 5, "name", (0,)), Spot(14, 20, "name", (1,)), Spot(25, 29, "capital", (2,))]


def test_every_naming_is_one_token_of_its_kind(tokenizer):
    encoded = encode(SENTENCE, SPOTS, 3, tokenizer)
    kinds = [tokenizer.id_to_token(encoded.ids[at[0]]) for at in encoded.entity_tokens]
    assert kinds == [KIND_TOKENS["name"], KIND_TOKENS["name"], KIND_TOKENS["capital"]]


def test_tokens_know_where_they_stand_in_the_sentence(tokenizer):
    encoded = encode(SENTENCE, SPOTS, 3, tokenizer)
    shown = [SENTENCE[start:end] for start, end in encoded.spans if end > start]
    assert shown == ["China", "praised", "Russia", "and", "Iran", "."]


def test_swapping_two_names_changes_no_token(tokenizer):
    swapped = encode(
        "Iran praised Kazakhstan and Oman.",
        [Spot(0, 4, "name", (0,)), Spot(13, 23, "name", (1,)), Spot(28, 32, "capital", (2,))],
        3,
        tokenizer,
    )
    assert swapped.ids == encode(SENTENCE, SPOTS, 3, tokenizer).ids


def test_two_actors_of_one_phrase_share_its_token(tokenizer):
    encoded = encode("Both countries left.", [Spot(0, 14, "anaphor", (0, 1))], 2, tokenizer)
    assert encoded.entity_tokens[0] == encoded.entity_tokens[1] != []


def test_a_naming_inside_a_longer_one_stands_on_the_same_token(tokenizer):
    encoded = encode(
        "China Sea fleet left.", [Spot(0, 15, "group", (0,)), Spot(0, 5, "name", (1,))], 2, tokenizer
    )
    assert encoded.entity_tokens[0] == encoded.entity_tokens[1] != []


def test_a_party_without_code_keeps_its_words(tokenizer):
    encoded = encode("rebels praised Iran.", [Spot(0, 6, "party", (0,))], 1, tokenizer)
    assert tokenizer.id_to_token(encoded.ids[1]) == KIND_TOKENS["party"]
    assert any(span == (0, 1) for span in encoded.spans)


def test_what_lies_behind_the_longest_is_cut_and_its_actors_have_no_token(tokenizer):
    sentence = "praised " * 300 + "Iran"
    encoded = encode(sentence, [Spot(len(sentence) - 4, len(sentence), "name", (0,))], 1, tokenizer)
    assert len(encoded.ids) == len(encoded.spans) == LONGEST
    assert encoded.entity_tokens == [[]]


def test_the_matrix_marks_the_tokens_of_each_entity(tokenizer):
    encoded = encode(SENTENCE, SPOTS, 3, tokenizer)
    matrix = entity_matrix(encoded, 20)
    assert matrix.dtype == np.float32
    assert [list(np.flatnonzero(row)) for row in matrix] == encoded.entity_tokens


@settings(max_examples=60)
@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 59), st.integers(1, 9)), max_size=4))
def test_any_sentence_and_any_spots_keep_spans_inside_the_sentence(tokenizer, sentence, places):
    kinds = list(KIND_TOKENS)[:8]
    spots = [
        Spot(start, min(len(sentence), start + size), kinds[n % 8], (n,))
        for n, (start, size) in enumerate(places)
        if start < len(sentence)
    ]
    encoded = encode(sentence, spots, len(places), tokenizer)
    assert len(encoded.ids) == len(encoded.spans)
    assert all(0 <= start <= end <= len(sentence) for start, end in encoded.spans)
    assert all(0 < at < len(encoded.ids) for tokens in encoded.entity_tokens for at in tokens)


@pytest.mark.parametrize(
    ("name", "actor", "kind"),
    [
        ("name", "state", "name"),
        ("people", "state", "adjective"),
        ("city", "state", "capital"),
        ("family", "state", "person"),
        ("name", "organisation", "organisation"),
        ("name", "armed", "group"),
        ("anaphor", "organisation", "anaphor"),
        ("unheard of", "own", "name"),
    ],
)
def test_the_token_follows_the_actor_where_it_is_no_state_and_else_the_form(name, actor, kind):
    assert token_kind(name, actor) == kind
