from pathlib import Path

from typer.testing import CliRunner

from detente.cli.app import app
from detente.errors import UnknownActor

RUN = CliRunner()
MENTIONS = Path(__file__).parents[1] / "actors" / "mentions_second.jsonl"


def _said(*words: str) -> str:
    done = RUN.invoke(app, ["actor", *words])
    assert done.exit_code == 0, done.exception
    return done.output


def test_xi_is_read_as_the_head_of_state_on_a_day():
    said = _said("XI", "--as-of", "2024-03-01")
    lines = said.splitlines()
    assert lines[0] == "China (CHN), state"
    assert lines[1] == '"XI" on 2024-03-01: head of state of CHN, Xi Jinping (0.80)'
    assert "party leader        Xi Jinping  2022-10-23" in said


def test_the_sco_of_2016_has_its_six_founders():
    said = _said("SCO", "--as-of", "2016-01-01")
    assert said.splitlines()[0] == "Shanghai Cooperation Organisation (SCO), organisation"
    assert "members on 2016-01-01 (6): CHN, KAZ, KGZ, RUS, TJK, UZB" in said


def test_the_kremlin_is_a_seat_of_the_state_of_its_time():
    said = _said("Kremlin", "--as-of", "2024-06-01")
    assert said.splitlines()[:2] == [
        "Russia (RUS), state",
        '"Kremlin" on 2024-06-01: a seat of its government (0.99)',
    ]
    assert _said("Kremlin", "--as-of", "1985-06-01").startswith("Soviet Union (SUN), state")


def test_a_day_beyond_the_tables_is_said_to_be_so():
    assert "the tables know nothing from 2026-01-01 on" in _said("France", "--as-of", "2026-05-01")


def test_an_unknown_name_is_wrong_use_and_shows_near_names():
    done = RUN.invoke(app, ["actor", "Frnce", "--as-of", "2024-01-01"])
    assert isinstance(done.exception, UnknownActor)
    assert done.exception.exit_code == 2
    assert "France" in str(done.exception)


def test_mentions_are_scored_beside_the_baseline():
    done = RUN.invoke(app, ["evaluate", "mentions", str(MENTIONS)])
    assert done.exit_code == 0
    assert "exact CLDR names" in done.output
