"""Every room's door: `__all__` says exactly what the room gives to others."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

import pytest

import detente

ROOMS = sorted(one.name for one in pkgutil.iter_modules(detente.__path__) if one.ispkg)


def room(name: str) -> ModuleType:
    return importlib.import_module(f"detente.{name}")


@pytest.mark.parametrize("name", ROOMS)
def test_every_word_on_the_door_is_in_the_room(name):
    door = room(name)
    words = getattr(door, "__all__", [])
    assert list(words) == sorted(words, key=lambda one: (not one.isupper(), one.islower(), one))
    assert all(getattr(door, one) is not None for one in words)


@pytest.mark.parametrize("name", ROOMS)
def test_everything_a_door_brings_in_is_written_on_it(name):
    door = room(name)
    own = {
        one
        for one, value in vars(door).items()
        if not one.startswith("_") and not isinstance(value, ModuleType) and one != "annotations"
    }
    assert own == set(getattr(door, "__all__", []))


@pytest.mark.parametrize("name", ROOMS)
def test_every_room_and_every_public_word_says_what_it_is(name):
    door = room(name)
    assert door.__doc__
    for word in getattr(door, "__all__", []):
        value = getattr(door, word)
        if callable(value):
            assert value.__doc__, word
