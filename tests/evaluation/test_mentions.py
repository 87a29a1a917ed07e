import json

import pytest

from detente.errors import UnreadableInput
from detente.evaluation.mentions import Labelled, answer, read_labelled

ROW = {"text": "Chad Wolf left.", "day": "2019-09-12", "mention": "Chad Wolf", "at": 0}
NOBODY = {**ROW, "actor": None, "reading": "person", "kind": "homonym person"}


def _label(actor: str | None) -> Labelled:
    return Labelled("Chad Wolf left.", None, "Chad Wolf", 0, actor, "actor" if actor else "person", "plain")


def test_any_claim_that_touches_a_label_of_nobody_is_a_fault():
    assert answer(_label(None), [(0, 4, "TCD", "actor")])[0] == "TCD"
    assert answer(_label(None), [(0, 4, None, "person")])[0] is None
    assert answer(_label(None), [(10, 14, "TCD", "actor")]) == (None, None)


def test_a_city_read_as_a_place_claims_no_actor():
    assert answer(_label(None), [(0, 4, "TCD", "place")]) == (None, "place")


def test_the_claim_that_covers_most_of_the_mention_answers():
    assert answer(_label("USA"), [(0, 4, "TCD", "actor"), (5, 9, "X", "actor")])[0] in ("TCD", "X")
    assert answer(_label("USA"), [(0, 4, "TCD", "actor"), (0, 9, "USA", "actor")])[0] == "USA"


@pytest.mark.parametrize(
    "change", [{"at": 3}, {"reading": "ghost"}, {"actor": "TCD"}, {"day": "1999-13-01"}, {"text": None}]
)
def test_a_label_that_does_not_fit_its_text_is_refused_with_its_line(tmp_path, change):
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(NOBODY) + "\n" + json.dumps({**NOBODY, **change}) + "\n", encoding="utf-8")
    with pytest.raises(UnreadableInput, match="not a labelled mention"):
        read_labelled(path)
