"""A letter as a file that leaves the house: an editable document, and its deadlines for a calendar."""

from screener.documents.calendar import calendar
from screener.documents.docx import document

__all__ = ["calendar", "document"]
