"""Metadata tables beside the pictures: read, mapped by whoever knows them, and applied."""

from __future__ import annotations

from webapp.ingest.sheets.receiving import ENDINGS, is_sheet, receive_sheet

__all__ = ["ENDINGS", "is_sheet", "receive_sheet"]
