"""Works of an export as documents of the web: IIIF Presentation 3 and Linked Art.

Their addresses begin with the base that the payload of the export will be served from.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse

from webapp.api import iiif
from webapp.catalog.models import Artwork
from webapp.transfer import linked_art
from webapp.transfer.bags import PAYLOAD, Bag

Json = dict[str, Any]
BASE: Final = "http://localhost:8000"
"""Where they find each other when the payload is served from one's own machine."""
COLLECTION: Final = "data/iiif/collection.json"
TYPES: Final = {".webp": "image/webp", ".avif": "image/avif"}
"""Those that not every machine's list of types has."""


def write(bag: Bag, work: Artwork, file: str, *, base: str) -> Json:
    """Write the documents of a work whose picture is `file`, if any; return its entry in the
    collection. A IIIF manifest is nothing without a picture, so there is none then."""
    picture = _picture(file, base)
    told = linked_art.human_made_object(work, base=base, picture=picture)
    bag.add(f"data/linked-art/works/{work.pk}.json", _text(told))
    if picture is None:
        return {}
    manifest = iiif.manifest(_request(base), work, tiled=False)
    painting = manifest["items"][0]["items"][0]["items"][0]
    painting["body"] = {**painting["body"], **picture}
    # These lead to the site that was exported from, which may be gone.
    for name in ("thumbnail", "provider"):
        manifest.pop(name)
    manifest["homepage"] = [page for page in manifest["homepage"] if page["id"] == work.source_url]
    if not manifest["homepage"]:
        manifest.pop("homepage")
    bag.add(f"data{reverse('iiif-work', args=[work.pk])}", _text(manifest))
    return {"id": manifest["id"], "type": "Manifest", "label": manifest["label"]}


def write_collection(bag: Bag, entries: Sequence[Json], *, base: str) -> None:
    """Write the IIIF collection of all works."""
    told = {
        "@context": iiif.CONTEXT,
        "id": f"{base}{COLLECTION.removeprefix('data')}",
        "type": "Collection",
        "label": {"en": ["Artrec"]},
        "items": [entry for entry in entries if entry],
    }
    bag.add(COLLECTION, _text(told))


def _picture(file: str, base: str) -> Json | None:
    if not file:
        return None
    ending = file[file.rfind(".") :]
    kind = TYPES.get(ending) or mimetypes.guess_type(file)[0] or "application/octet-stream"
    return {"id": f"{base}/{file.removeprefix(PAYLOAD)}", "format": kind}


def _request(base: str) -> HttpRequest:
    """A request as the site's own documents are made for, from this base."""
    request = HttpRequest()
    vars(request)["api_origin"] = base
    return request


def _text(told: Json) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
