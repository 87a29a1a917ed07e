"""Feeds: everything that comes in from outside, turned into documents and events."""

from detente.feeds.text import read_documents

__all__ = ["read_documents"]
