"""Coding: from a document to events, expectations and conditionals, with the words behind each."""

from detente.coding.coder import Coder
from detente.coding.sentences import Span, split_sentences

__all__ = ["Coder", "Span", "split_sentences"]
