"""IIIF Presentation 3: a manifest per work, for viewers, teachers and other collections.

https://iiif.io/api/presentation/3.0/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse

from webapp.api.schemas import absolute, jpeg, manifest_of
from webapp.catalog.models import Artwork
from webapp.catalog.templatetags.gallery import dimensions
from webapp.ingest.sources.rights import open_licence
from webapp.media import service
from webapp.mine.models import Collection

CONTEXT: Final = "http://iiif.io/api/presentation/3/context.json"
CONTENT_TYPE: Final = f'application/ld+json;profile="{CONTEXT}"'
THUMBNAIL: Final = 320
Json = dict[str, Any]


def manifest(request: HttpRequest, work: Artwork, *, tiled: bool) -> Json:
    """Return the manifest of a work with its artist and image, `tiled` if it has tiles."""
    this = absolute(request, reverse("iiif-work", args=[work.pk]))
    canvas = f"{this.removesuffix('manifest.json')}canvas/1"
    size = {"height": work.image.height, "width": work.image.width}
    painting = {
        "id": f"{canvas}/page/1/painting",
        "type": "Annotation",
        "motivation": "painting",
        "body": {**_picture(request, work, tiled=tiled), **size},
        "target": canvas,
    }
    page = {"id": f"{canvas}/page/1", "type": "AnnotationPage", "items": [painting]}
    return {
        "@context": CONTEXT,
        "id": this,
        "type": "Manifest",
        "label": _text(work.title),
        **({"summary": _text(work.description)} if work.description else {}),
        "metadata": _metadata(_facts(work)),
        **_rights(work),
        "provider": [_provider(request)],
        "thumbnail": [thumbnail(request, work)],
        "homepage": _homepages(request, work),
        "items": [
            {
                "id": canvas,
                "type": "Canvas",
                "label": _text(work.title),
                **size,
                "items": [page],
            }
        ],
    }


def collection(request: HttpRequest, found: Collection, works: Iterable[Artwork]) -> Json:
    """Return a public collection: the manifests of its works, with artist and image, in order."""
    return {
        "@context": CONTEXT,
        "id": manifest_of(request, found.token),
        "type": "Collection",
        "label": _text(found.title),
        **({"summary": _text(found.note)} if found.note else {}),
        "provider": [_provider(request)],
        "homepage": [_homepage(request, found.get_absolute_url(), found.title)],
        "items": [
            {
                "id": absolute(request, reverse("iiif-work", args=[work.pk])),
                "type": "Manifest",
                "label": _text(work.title),
                "thumbnail": [thumbnail(request, work)],
            }
            for work in works
        ],
    }


def thumbnail(request: HttpRequest, work: Artwork) -> Json:
    """Return a small picture of a work."""
    source = jpeg(request, work.image, at_least=THUMBNAIL)
    height = max(1, round(source.width * work.image.height / work.image.width))
    return {
        "id": source.url,
        "type": "Image",
        "format": source.type,
        "width": source.width,
        "height": height,
    }


def _picture(request: HttpRequest, work: Artwork, *, tiled: bool) -> Json:
    widest = jpeg(request, work.image, at_least=work.image.width)
    picture: Json = {"id": widest.url, "type": "Image", "format": widest.type}
    if tiled:
        address = service(request, work.image.key)
        picture["service"] = [{"id": address, "type": "ImageService3", "profile": "level0"}]
    return picture


def _facts(work: Artwork) -> dict[str, str]:
    return {
        "Artist": work.artist.name,
        "Year": "" if work.year is None else str(work.year),
        "Medium": work.medium,
        "Style": work.style,
        "Dimensions": dimensions(work),
    }


def _metadata(facts: Mapping[str, str]) -> list[Json]:
    return [
        {"label": _english(name), "value": _text(value)} for name, value in facts.items() if value
    ]


def _rights(work: Artwork) -> Json:
    """The licence as an address if it certainly is one, and who must be named."""
    told: Json = {}
    # Importers write "CC BY 4.0 (https://…)".
    text = work.rights.partition("(")[2].removesuffix(")") or work.rights
    if licence := open_licence(text):
        # Its own documents name the licence so, and the specification wants exactly that.
        told["rights"] = licence.url.replace("https://", "http://")
    words = [part for part in (work.credit_line, work.rights) if part]
    if words:
        value = {"none": words}
        told["requiredStatement"] = {"label": _english("Attribution"), "value": value}
    return told


def _provider(request: HttpRequest) -> Json:
    home = absolute(request, "/")
    page = {"id": home, "type": "Text", "label": _english("Artrec"), "format": "text/html"}
    return {"id": home, "type": "Agent", "label": _english("Artrec"), "homepage": [page]}


def _homepage(request: HttpRequest, path: str, title: str) -> Json:
    page = absolute(request, path)
    return {"id": page, "type": "Text", "label": _text(title), "format": "text/html"}


def _homepages(request: HttpRequest, work: Artwork) -> list[Json]:
    """Our page of a work, and that of the museum it came from."""
    pages = [_homepage(request, work.get_absolute_url(), work.title)]
    if work.source_url:
        source = {"id": work.source_url, "type": "Text", "label": _english("Source")}
        pages.append({**source, "format": "text/html"})
    return pages


def _text(text: str) -> Json:
    return {"none": [text]}


def _english(text: str) -> Json:
    return {"en": [text]}
