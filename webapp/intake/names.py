"""Names of files as strangers give them, made fit to be shown. No file is ever stored under one."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from pathlib import PurePosixPath
from typing import Final

from webapp.catalog.facts import Facts
from webapp.intake.models import NAME_LENGTH

UNNAMED: Final = "unnamed"
_JOINERS: Final = "\u200c\u200d"
"""Without them some scripts are misspelt; all other invisible characters only deceive."""
_LITTER: Final = frozenset({"thumbs.db", "desktop.ini", "__macosx", "$recycle.bin", "ehthumbs.db"})
_DRIVE: Final = re.compile(r"^[A-Za-z]:(?=/)")
_TITLE_LENGTH: Final = 300


class Kind(Enum):
    """What is done with a file."""

    PICTURE = "picture"
    TABLE = "table"
    ARCHIVE = "archive"


_KINDS: Final = {
    ".zip": Kind.ARCHIVE,
    **dict.fromkeys((".csv", ".tsv", ".xlsx", ".jsonl", ".json"), Kind.TABLE),
}
_OTHER_ARCHIVES: Final = (
    *(".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".cab", ".iso", ".dmg"),
)


def shown(name: str) -> str:
    """Return a path as people may see it: no way out of its folder, nothing invisible, not too
    long, and composed, so that the same name is the same characters."""
    text = unicodedata.normalize("NFC", name.replace("\\", "/"))
    text = _DRIVE.sub("", "".join(map(_visible, text)))
    parts = [" ".join(part.split()) for part in text.split("/")]
    path = "/".join(part for part in parts if part not in {"", ".", ".."})
    # The end tells most: the file's own name and its ending.
    return (path if len(path) <= NAME_LENGTH else f"…{path[1 - NAME_LENGTH :]}") or UNNAMED


def kind_of(name: str) -> Kind:
    """Tell by its name what a file is meant to be; a picture's content is looked at later."""
    return _KINDS.get(PurePosixPath(name).suffix.lower(), Kind.PICTURE)


def is_archive(name: str) -> bool:
    """Tell whether a file is an archive of any sort, by its name."""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix in _OTHER_ARCHIVES or kind_of(name) is Kind.ARCHIVE


def is_litter(name: str) -> bool:
    """Tell whether a system left this behind: nobody means to send it."""
    parts = name.replace("\\", "/").lower().split("/")
    return any(part in _LITTER or (part.startswith(".") and part.strip(".")) for part in parts)


def facts_of(name: str) -> Facts:
    """A file's name is all that is known of a work so far."""
    return Facts(title=(PurePosixPath(name).stem or UNNAMED)[:_TITLE_LENGTH])


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Zl", "Zp"} or character in "\t\r\n":
        return " "
    hidden = category.startswith("C") and character not in _JOINERS
    return "" if hidden else character
