"""Documents: cleaned text with its way back to the original, and what surrounds it."""

from detente.documents.clean import Cleaned, clean, looks_english, repair_mojibake
from detente.documents.document import Document, Piece, Related, make_document
from detente.documents.near import NearCopies, near_copies

__all__ = [
    "Cleaned",
    "Document",
    "NearCopies",
    "Piece",
    "Related",
    "clean",
    "looks_english",
    "make_document",
    "near_copies",
    "repair_mojibake",
]
