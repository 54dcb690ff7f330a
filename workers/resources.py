"""What a worker process loads once and keeps: feature extractors, and the way to the originals."""

from __future__ import annotations

import logging
import time
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages

from artrec.features import Extractor, load_extractor
from webapp.catalog.files import ORIGINALS

log = logging.getLogger(__name__)


@cache
def wanted_extractor() -> Extractor:
    """Return the extractor that the settings ask for.

    Raises:
        FeatureError: If it is unknown or its weights cannot be had; tried again at the next call.
    """
    return _load(settings.ARTREC_EXTRACTOR)


@cache
def extractor(name: str) -> Extractor:
    """Return the extractor that a space or a feature names.

    Raises:
        FeatureError: As `wanted_extractor`.
    """
    if settings.ARTREC_EXTRACTOR in {"auto", *name.split("/")[:1]}:
        wanted = wanted_extractor()
        if wanted.name == name:
            return wanted
    return _load(name)


def original(name: str) -> Path | bytes:
    """Return an original as a path where the storage has paths, else as its bytes.

    Raises:
        OSError: If a storage without paths cannot give it.
    """
    storage = storages[ORIGINALS]
    try:
        return Path(storage.path(name))
    except NotImplementedError:
        with storage.open(name) as file:
            content: bytes = file.read()
        return content


def _load(name: str) -> Extractor:
    started = time.perf_counter()
    loaded = load_extractor(
        name,
        weights=Path(settings.ARTREC_WEIGHTS) if settings.ARTREC_WEIGHTS else None,
        allow_download=settings.ARTREC_DOWNLOAD,
        device=settings.ARTREC_DEVICE,
    )
    log.info("loaded extractor %s in %.1f s", loaded.name, time.perf_counter() - started)
    return loaded
