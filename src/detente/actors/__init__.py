"""Actors: states, organisations, groups, the people who lead them, and who is meant by a name on a day."""

from detente.actors.actor import Actor, Holder, Membership, Name
from detente.actors.gazetteer import Gazetteer, gazetteer
from detente.actors.resolve import Mention, Resolution, Resolver

__all__ = [
    "Actor",
    "Gazetteer",
    "Holder",
    "Membership",
    "Mention",
    "Name",
    "Resolution",
    "Resolver",
    "gazetteer",
]
