"""Exports on the disk, to be imported as if this were another installation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.webapp.transfer.galleries import make_gallery
from webapp.accounts.models import User
from webapp.catalog.models import Artist, Artwork
from webapp.exhibitions.models import Exhibition
from webapp.feed.models import Visitor
from webapp.mine.models import Collection
from webapp.selections.models import Selection, Tag
from webapp.studio.models import Map
from webapp.transfer.exporting import Wanted, export
from webapp.vectors.models import Space

ALL = (Map, Exhibition, Selection, Tag, Collection, Visitor, User, Artwork, Artist, Space)


def exported(rng: np.random.Generator, path: Path, *, people: bool = False) -> list[int]:
    """Export a gallery and forget it, as if this were another installation."""
    ids = [work.pk for work in make_gallery(rng)]
    export(path, Wanted(ids, "All", people=people))
    forget_all()
    return ids


def forget_all() -> None:
    for model in ALL:
        model._default_manager.all().delete()


def change(folder: Path, name: str, change: Callable[[str], str], *, sign: bool = True) -> None:
    """Change a file of an export, and its checksum as well if it is to be believed."""
    path = folder / name
    path.write_text(change(path.read_text()))
    if sign:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
            lines = (folder / manifest).read_text().splitlines()
            lines = [f"{digest}  {name}" if line[66:] == name else line for line in lines]
            (folder / manifest).write_text("\n".join(lines) + "\n")


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text().splitlines()]
