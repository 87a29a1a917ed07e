from __future__ import annotations

import numpy as np
import pytest

from detente.errors import UnreadableInput
from detente.evaluation.alignment import auc, average_precision, exits_ahead, ideal_points_ahead, signs_ahead
from detente.evaluation.icews_weeks import pair_weeks, read_acts
from detente.evaluation.ties import moving_average, scores


def test_a_folder_of_another_shape_is_refused(tmp_path):
    with pytest.raises(UnreadableInput):
        read_acts(tmp_path)


def test_a_moving_average_knows_only_the_weeks_before():
    said = moving_average(np.array([[1.0, 0.0, 0.0]]), 0.5)
    assert said.tolist() == [[0.0, 0.5, 0.25]]


def test_ranking_scores_are_those_of_small_cases():
    truth = np.array([0.0, 1, 0, 1])
    assert auc(np.array([0.1, 0.9, 0.2, 0.8]), truth) == 1
    assert auc(np.full(4, 0.5), truth) == 0.5
    assert average_precision(np.array([0.9, 0.8, 0.1, 0.7]), truth) == pytest.approx((1 / 2 + 2 / 3) / 2)


@pytest.mark.data
def test_no_change_columns_are_those_of_the_research_to_the_digit(alignment_data):
    found = ideal_points_ahead(alignment_data.parent)
    assert [round(found[h]["no_change"]["mae"], 4) for h in ("1", "3", "5")] == [0.1487, 0.2144, 0.2676]
    own = [found[h]["own_history"]["mae"] for h in ("1", "3", "5")]
    assert own == pytest.approx([0.1455, 0.2160, 0.2695], abs=0.006)
    signs = signs_ahead(alignment_data.parent)
    for ties, cases, same in (("all", 14048, 0.925), ("new", 2352, 0.743), ("first_ever", 2031, 0.807)):
        assert signs[ties]["cases"] == cases
        assert round(signs[ties]["no_change_accuracy"], 3) == same
    assert signs["all"]["own_history"]["auc"] == pytest.approx(0.911, abs=0.01)
    assert signs["all"]["degree"]["auc"] == pytest.approx(0.925, abs=0.01)
    assert signs["all"]["triads"]["auc"] == pytest.approx(0.921, abs=0.01)
    assert signs["new"]["degree"]["auc"] == pytest.approx(0.885, abs=0.01)


@pytest.mark.data
def test_exits_pooled_or_not_are_no_worse_than_rare(alignment_data):
    found = exits_ahead(alignment_data.parent)
    assert found["exits_ahead"] < 40
    assert found["brier_pooled"] < 0.006
    assert found["mean_pooled"] < 0.02


@pytest.mark.data
def test_ties_of_2014_are_calibrated_and_beat_last_week_and_zero(alignment_data):
    acts = read_acts(alignment_data.parent / "icews14")
    table = pair_weeks(acts, border=acts.test_from, after=4)
    found = scores(table, 4)
    row = found["all"]
    assert row["rmse"]["ties"] < row["rmse"]["zero"] < row["rmse"]["last_week"]
    assert row["crps"]["ties"] < min(value for name, value in row["crps"].items() if name != "ties")
    assert row["coverage_50"] == pytest.approx(0.5, abs=0.03)
    assert row["coverage_90"] == pytest.approx(0.9, abs=0.03)
    assert found["cpu_seconds"] < 60
