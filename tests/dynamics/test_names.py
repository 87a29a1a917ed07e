"""What names tell, and nothing more."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detente.dynamics.names import kinds_of, plain, with_homes


def test_the_police_of_a_country_share_its_country_and_not_its_role():
    kinds = kinds_of(["Police_(Kenya)", "Kenya", "Police (Peru)"])
    assert kinds.country[0] == kinds.country[1] != kinds.country[2]
    assert kinds.role[0] == kinds.role[2] != kinds.role[1]


def test_a_name_without_a_country_tells_none():
    kinds = kinds_of(["Ada_Lovelace", "World_Bank"])
    assert kinds.country.tolist() == [0, 0]


@given(st.lists(st.text(max_size=30), max_size=20))
def test_any_text_is_a_name(names):
    kinds = kinds_of(names)
    assert len(kinds.country) == len(names)
    assert all(plain(plain(name)) == plain(name) for name in names)


@given(st.permutations(["Kenya", "Peru", "Police_(Kenya)", "Police_(Peru)", "Media_(Peru)"]))
def test_the_order_of_names_does_not_matter(names):
    kinds = kinds_of(names)
    read = {
        name: (kinds.countries[c], kinds.roles[r])
        for name, c, r in zip(names, kinds.country, kinds.role, strict=True)
    }
    assert read["Police_(Peru)"] == ("Peru", "Police")
    assert read["Kenya"] == ("Kenya", "state")


def test_who_deals_with_citizens_of_two_countries_alike_is_of_neither_or_the_first_but_always_the_same():
    kinds = kinds_of(["Citizen_(Kenya)", "Citizen_(Peru)", "Kenya", "Peru", "Ada"])
    facts = np.array([[4, 0, 0, 1], [4, 0, 1, 1], [4, 0, 0, 2], [4, 0, 1, 2]])
    assert with_homes(kinds, facts).country[4] == with_homes(kinds, facts[::-1]).country[4]


def test_one_dealing_makes_no_home():
    kinds = kinds_of(["Citizen_(Kenya)", "Kenya", "Ada"])
    assert with_homes(kinds, np.array([[2, 0, 0, 1]])).country[2] == 0
