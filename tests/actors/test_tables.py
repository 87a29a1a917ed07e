"""What must hold of the shipped tables, whatever row is added next."""

from collections import defaultdict
from datetime import date
from itertools import combinations

import pytest

from detente.actors import gazetteer
from detente.actors.gazetteer import CODE_SYSTEMS
from detente.periods import Period

TABLES = gazetteer()
JOINT = {("BIH", "head of state"): 3}  # a Bosniak, a Croat and a Serb member by design
BEFORE_INDEPENDENCE = {  # member before it was a state, as the record has it
    *((one, "UN") for one in ("UKR", "BLR", "IND", "PHL")),
    *((one, "OPEC") for one in ("KWT", "DZA", "QAT")),
    *((one, "PIF") for one in ("PNG", "PYF", "NIU")),
    *((one, "CARICOM") for one in ("ATG", "BLZ", "DMA", "KNA", "LCA", "VCT", "MSR")),
    *((one, "OECS") for one in ("ATG", "KNA")),
    *((one, "OAPEC") for one in ("BHR", "QAT", "ARE")),
    *(("JOR", "LAS"), ("YMD", "OIC"), ("VUT", "OIF"), ("ZWE", "SADC"), ("IND", "COMMONWEALTH")),
}


def _coarse(day: date | None, precision: str) -> str:
    return str(day)[: {"day": 10, "month": 7, "year": 4}[precision]] if day else ""


def _lives_together(first: Period, second: Period) -> bool:
    return first.overlaps(second)


def test_no_office_has_two_holders_on_one_day():
    seats = defaultdict(list)
    for one in TABLES.holders:
        seats[one.actor, one.office].append(one)
    crowded = []
    for seat, holders in seats.items():
        for one in holders:
            together = [other.person for other in holders if one.since and other.holds_on(one.since)]
            if len(together) > JOINT.get(seat, 1):
                crowded.append((seat, one.since, together))
    assert crowded == []


def test_a_term_of_office_ends_after_it_begins():
    assert [one for one in TABLES.holders if one.until and one.since and one.until <= one.since] == []
    assert [one for one in TABLES.memberships if one.until and one.since and one.until <= one.since] == []


def test_a_checked_row_names_its_record_and_every_row_a_precision():
    for one in (*TABLES.holders, *TABLES.memberships):
        assert one.precision in ("day", "month", "year")
        assert one.record or not one.checked


def test_nobody_joins_before_the_organisation_was_founded_or_stays_after_its_end():
    early = []
    for seat in TABLES.memberships:
        life = TABLES.actors[seat.organisation].period
        if _coarse(seat.since, seat.precision) < _coarse(life.since, seat.precision):
            early.append(seat)
        if life.until and (seat.until is None or seat.until > life.until) and seat.precision == "day":
            early.append(seat)
    assert early == []


def test_no_state_joins_before_it_exists_or_outlives_itself_in_a_seat():
    wrong = []
    for seat in TABLES.memberships:
        life = TABLES.actors[seat.member].period
        begun = _coarse(seat.since, seat.precision) >= _coarse(life.since, seat.precision)
        if not begun and (seat.member, seat.organisation) not in BEFORE_INDEPENDENCE:
            wrong.append(seat)
        if life.until and (seat.until is None or seat.until > life.until):
            wrong.append(seat)
    assert wrong == []


def test_a_member_is_suspended_only_while_it_is_a_member():
    seats = [one for one in TABLES.memberships if one.role == "member"]
    for one in TABLES.memberships:
        if one.role == "suspended":
            assert any(
                (seat.member, seat.organisation) == (one.member, one.organisation)
                and one.since is not None
                and seat.holds_on(one.since)
                for seat in seats
            ), one


@pytest.mark.parametrize("system", CODE_SYSTEMS)
def test_a_code_means_one_state_on_any_day(system):
    spans = defaultdict(list)
    dated = defaultdict(list)
    for actor, scheme, code, when in TABLES.dated_codes:
        if scheme == system:
            dated[actor].append((code, when))
    for one in TABLES.actors.values():
        known = dated.get(one.id) or ([(one.codes[system], one.period)] if one.codes.get(system) else [])
        for code, when in known:
            spans[code].append((one.id, when))
    clashes = [
        (code, a, b)
        for code, bearers in spans.items()
        for (a, first), (b, second) in combinations(bearers, 2)
        if first.overlaps(second)
    ]
    assert clashes == []


def test_no_name_means_two_actors_on_one_day_unless_it_is_declared_ambiguous():
    bearers = defaultdict(list)
    for name in TABLES.names:
        if name.kind not in ("person", "family"):
            bearers[name.form].append(name)
    clashes = []
    for form, names in bearers.items():
        for a, b in combinations(names, 2):
            lives = [TABLES.actors[one.actor].period for one in (a, b)]
            if (
                a.actor != b.actor
                and not (a.ambiguous or b.ambiguous)
                and a.period.overlaps(b.period)
                and all(a.period.overlaps(life) and b.period.overlaps(life) for life in lives)
                and lives[0].overlaps(lives[1])
            ):
                clashes.append((form, a.actor, b.actor))
    assert clashes == []


def test_every_row_speaks_of_an_actor_that_is_known():
    for name in TABLES.names:
        assert name.actor in TABLES.actors, name
    for one in TABLES.holders:
        assert one.actor in TABLES.actors, one
    for members in TABLES.groups.values():
        assert set(members) <= set(TABLES.actors)


@pytest.mark.parametrize("language", ["fr", "es", "ar", "zh", "ru", "de", "pt_BR"])
def test_every_living_state_has_a_name_in_other_languages(language):
    living = [one for one in TABLES.actors.values() if one.kind == "state" and one.period.until is None]
    assert len(living) > 190
    named = [TABLES.name_in(one.id, language) for one in living]
    assert all(named)
    if language in ("ar", "zh", "ru"):
        assert not any(name.isascii() for name in named)


def test_names_in_other_languages_are_those_people_use():
    assert TABLES.name_in("DEU", "fr") == "Allemagne"
    assert TABLES.name_in("CHN", "es") == "China"
    assert TABLES.name_in("EU", "de") == "Europäische Union"
    assert TABLES.name_in("SUN", "fr") == "Soviet Union"  # CLDR names no ended state


def test_member_counts_of_well_known_organisations_come_out():
    day = date(2025, 6, 1)  # Armenia has frozen its seat in the CSTO, so five
    counts = {"UN": 193, "NATO": 32, "EU": 27, "SCO": 10, "ASEAN": 10, "GCC": 6, "CSTO": 5, "OPEC": 12}
    assert {one: len(TABLES.members(one, day)) for one in counts} == counts


def test_nobody_is_still_in_office_in_a_state_that_has_ended():
    tables = gazetteer()
    left_open = [
        (one.actor, one.person)
        for one in tables.holders
        if one.until is None and one.actor in tables.actors and tables.actors[one.actor].period.until
    ]
    assert left_open == []
