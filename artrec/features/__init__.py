"""Pictures to feature rows: pretrained backbones and weight-free families.

Importing this package brings torch; a web process must not.
"""

from __future__ import annotations

from artrec.features.extractor import Crop, Extractor, Family
from artrec.features.loading import available_backbones, load_extractor
from artrec.features.pipeline import extract_files
from artrec.features.registry import BACKBONES, Backbone, get_backbone
from artrec.features.store import FeatureStore, open_store, write_store
from artrec.features.wording import TEXT_IMAGE, ReadsWords, reads_words

__all__ = [
    "BACKBONES",
    "TEXT_IMAGE",
    "Backbone",
    "Crop",
    "Extractor",
    "Family",
    "FeatureStore",
    "ReadsWords",
    "available_backbones",
    "extract_files",
    "get_backbone",
    "load_extractor",
    "open_store",
    "reads_words",
    "write_store",
]
