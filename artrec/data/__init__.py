"""Interactions, items, and the field's file formats."""

from __future__ import annotations

from artrec.data.dataset import Dataset
from artrec.data.interactions import Interactions
from artrec.data.items import Items
from artrec.data.report import ReadReport

__all__ = ["Dataset", "Interactions", "Items", "ReadReport"]
