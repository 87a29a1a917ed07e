"""Events: one source, one target, one act, with its status, speaker and evidence."""

from detente.events.coding import Coding, Conditional, Expectation, Sentence, Uncoded
from detente.events.event import EVENTS, Event, event_id, events_table, from_table, validated
from detente.events.merge import fold_echoes

__all__ = [
    "EVENTS",
    "Coding",
    "Conditional",
    "Event",
    "Expectation",
    "Sentence",
    "Uncoded",
    "event_id",
    "events_table",
    "fold_echoes",
    "from_table",
    "validated",
]
