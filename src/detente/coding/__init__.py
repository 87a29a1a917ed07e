"""Coding: from a document to events, expectations and conditionals, with the words behind each."""

from detente.coding.coder import Coder, Coding, Conditional, Expectation, Uncoded
from detente.coding.sentences import Sentence, Span, split_sentences

__all__ = [
    "Coder",
    "Coding",
    "Conditional",
    "Expectation",
    "Sentence",
    "Span",
    "Uncoded",
    "split_sentences",
]
