"""IIIF Presentation 3: a manifest per work, per collection a list of those, and per exhibition a
manifest of its own, for viewers, teachers and other collections.

https://iiif.io/api/presentation/3.0/
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from django.http import HttpRequest

from webapp.api.schemas import absolute, jpeg, manifest_of
from webapp.catalog.models import Artwork
from webapp.catalog.templatetags.gallery import dimensions
from webapp.exhibitions.models import Exhibition
from webapp.exhibitions.showing import Shown
from webapp.ingest.sources.rights import open_licence
from webapp.media import service
from webapp.mine import models as mine

CONTEXT: Final = "http://iiif.io/api/presentation/3/context.json"
CONTENT_TYPE: Final = f'application/ld+json;profile="{CONTEXT}"'
THUMBNAIL: Final = 320
Json = dict[str, Any]


def manifest(request: HttpRequest, work: Artwork, *, tiled: bool) -> Json:
    """Return the manifest of a work with its artist and image, `tiled` if it has tiles."""
    return {
        "@context": CONTEXT,
        "id": manifest_of(request, "iiif-work", work.pk),
        "type": "Manifest",
        "label": _text(work.title),
        **_summary(work.description),
        **_facts_and_rights(work),
        "provider": [_provider(request)],
        "thumbnail": [thumbnail(request, work)],
        "homepage": _homepages(request, work),
        "items": [_canvas(request, work, tiled=tiled)],
    }


def collection(request: HttpRequest, found: mine.Collection, works: Iterable[Artwork]) -> Json:
    """Return a public collection: the manifests of its works, with artist and image, in order."""
    return {
        "@context": CONTEXT,
        "id": manifest_of(request, "iiif-collection", found.token),
        "type": "Collection",
        "label": _text(found.title),
        **_summary(found.note),
        "provider": [_provider(request)],
        "homepage": [_homepage(request, found.get_absolute_url(), found.title)],
        "items": [
            {
                **_reference(request, work),
                "label": _text(work.title),
                "thumbnail": [thumbnail(request, work)],
            }
            for work in works
        ],
    }


def exhibition(
    request: HttpRequest, found: Exhibition, rooms: Sequence[Shown], *, tiled: Collection[int]
) -> Json:
    """Return an exhibition: its works in their order, and its rooms as ranges of them.

    A manifest, not a collection, so that a viewer walks through it from work to work with the rooms
    as its contents. Rooms without works, of which the specification knows no range, are not told.

    Args:
        request: Tells the host.
        found: Which.
        rooms: With works that have artist and image.
        tiled: The images that have tiles.
    """
    this = manifest_of(request, "iiif-exhibition", found.token)
    hung = [each for room in rooms for each in room.labelled]
    return {
        "@context": CONTEXT,
        "id": this,
        "type": "Manifest",
        "label": _text(found.title),
        **_summary(found.introduction),
        **_metadata({"Curated by": found.by_line}),
        "provider": [_provider(request)],
        "thumbnail": [thumbnail(request, artwork) for artwork, _label in hung[:1]],
        "homepage": [_homepage(request, found.get_absolute_url(), found.title)],
        "items": [
            {
                **_canvas(request, work, tiled=work.image.pk in tiled),
                **_summary(label),
                **_facts_and_rights(work),
                "thumbnail": [thumbnail(request, work)],
                "homepage": _homepages(request, work),
                "partOf": [_reference(request, work)],
            }
            for work, label in hung
        ],
        "structures": [
            {
                "id": f"{this.removesuffix('manifest.json')}range/{shown.number}",
                "type": "Range",
                "label": _text(shown.room.title)
                if shown.room.title
                else _english(f"Room {shown.number}"),
                **_summary(shown.room.text),
                "items": [
                    {"id": _canvas_of(request, work), "type": "Canvas"} for work in shown.works
                ],
            }
            for shown in rooms
            if shown.works
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


def _canvas(request: HttpRequest, work: Artwork, *, tiled: bool) -> Json:
    canvas = _canvas_of(request, work)
    size = {"height": work.image.height, "width": work.image.width}
    painting = {
        "id": f"{canvas}/page/1/painting",
        "type": "Annotation",
        "motivation": "painting",
        "body": {**_picture(request, work, tiled=tiled), **size},
        "target": canvas,
    }
    page = {"id": f"{canvas}/page/1", "type": "AnnotationPage", "items": [painting]}
    label = _text(work.title)
    return {"id": canvas, "type": "Canvas", "label": label, **size, "items": [page]}


def _canvas_of(request: HttpRequest, work: Artwork) -> str:
    """The same wherever the work is shown."""
    return f"{manifest_of(request, 'iiif-work', work.pk).removesuffix('manifest.json')}canvas/1"


def _reference(request: HttpRequest, work: Artwork) -> Json:
    return {"id": manifest_of(request, "iiif-work", work.pk), "type": "Manifest"}


def _picture(request: HttpRequest, work: Artwork, *, tiled: bool) -> Json:
    widest = jpeg(request, work.image, at_least=work.image.width)
    picture: Json = {"id": widest.url, "type": "Image", "format": widest.type}
    if tiled:
        address = service(request, work.image.key)
        picture["service"] = [{"id": address, "type": "ImageService3", "profile": "level0"}]
    return picture


def _facts_and_rights(work: Artwork) -> Json:
    facts = {
        "Artist": work.artist.name,
        "Year": "" if work.year is None else str(work.year),
        "Medium": work.medium,
        "Style": work.style,
        "Dimensions": dimensions(work),
        "Accession number": work.accession_number,
    }
    return {**_metadata(facts), **_rights(work)}


def _summary(text: str) -> Json:
    return {"summary": _text(text)} if text else {}


def _metadata(facts: Mapping[str, str]) -> Json:
    told = [
        {"label": _english(name), "value": _text(value)} for name, value in facts.items() if value
    ]
    return {"metadata": told} if told else {}


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
