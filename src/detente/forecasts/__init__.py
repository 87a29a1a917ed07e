"""Forecasts: questions with a rule, probabilities with reasons, a ledger that is never edited, track records."""

from detente.forecasts.drafts import Draft, drafts_of
from detente.forecasts.forecaster import forecast, in_words, on_record
from detente.forecasts.ledger import Forecast, Ledger, Settlement, as_row, read_rows
from detente.forecasts.question import Question, checked, read_pattern
from detente.forecasts.settle import answer, deciding, settle
from detente.forecasts.track import Record, track_records
from detente.forecasts.words import TERMS, Term, term_of, word_for

__all__ = [
    "TERMS",
    "Draft",
    "Forecast",
    "Ledger",
    "Question",
    "Record",
    "Settlement",
    "Term",
    "answer",
    "as_row",
    "checked",
    "deciding",
    "drafts_of",
    "forecast",
    "in_words",
    "on_record",
    "read_pattern",
    "read_rows",
    "settle",
    "term_of",
    "track_records",
    "word_for",
]
