"""Which licences are open: anybody may show, copy and change the picture, also for money."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_TOOLS: Final = {
    "publicdomain/mark": "Public Domain Mark",
    "publicdomain/zero": "CC0",
    "licenses/by": "CC BY",
    "licenses/by-sa": "CC BY-SA",
}
_WORDS: Final = {
    "cc0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "cc0 1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "public domain": "https://creativecommons.org/publicdomain/mark/1.0/",
}


@dataclass(frozen=True, slots=True)
class Licence:
    """An open licence."""

    label: str
    """ "CC BY 4.0", for people."""
    url: str
    credit: bool
    """Whether the author must be named."""


def open_licence(rights: str) -> Licence | None:
    """Return the open licence that a text or address names; None if it is not certainly open.

    Statements of rightsstatements.org are not among them: even "No Copyright – United States"
    says nothing of other countries.
    """
    text = rights.strip()
    url = _WORDS.get(text.lower(), text)
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"}:
        return None
    if (parts.hostname or "").removeprefix("www.") != "creativecommons.org":
        return None
    found = re.fullmatch(r"/([a-z]+/[a-z-]+)/(\d\.\d)(?:/[\w.-]*)*", parts.path.lower())
    if not found or found[1] not in _TOOLS:
        return None
    label = f"{_TOOLS[found[1]]} {found[2]}"
    address = f"https://creativecommons.org/{found[1]}/{found[2]}/"
    return Licence(label, address, credit=found[1].startswith("licenses/"))
