"""Read IIIF Presentation 2: manifests and collections as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from webapp.ingest.sources.cleaning import plain
from webapp.ingest.sources.iiif3 import LANGUAGES, Manifest, Part, image_url, objects


def is_ours(thing: Any) -> bool:
    """Tell whether this is a manifest, or a collection or a page of one, of version 2."""
    return isinstance(thing, dict) and thing.get("@type") in {"sc:Manifest", "sc:Collection"}


def is_manifest(thing: dict[str, Any]) -> bool:
    """Tell a manifest from a collection."""
    return bool(thing["@type"] == "sc:Manifest")


def parts(collection: dict[str, Any]) -> Iterator[Part]:
    """Yield what a collection leads to, in its order; then its further pages."""
    for name in ("manifests", "collections", "members"):
        for each in objects(collection.get(name)):
            if each.get("@id"):
                nested = name == "collections" or each.get("@type") == "sc:Collection"
                yield Part(str(each["@id"]), "collection" if nested else "manifest")
    for name in ("first", "next"):
        page = collection.get(name)
        address = page.get("@id") if isinstance(page, dict) else page
        if address:
            yield Part(str(address), "page")


def read(manifest: dict[str, Any]) -> Manifest:
    """Return what a manifest says."""
    metadata = objects(manifest.get("metadata"))
    homepage = next(iter(objects(manifest.get("related"))), {})
    related = manifest.get("related")
    canvas, shown = _shown(manifest)
    nearest = (shown, canvas, manifest)  # the nearest to the picture counts
    return Manifest(
        id=str(manifest.get("@id") or ""),
        label=words(manifest.get("label")),
        summary=words(manifest.get("description")),
        metadata=tuple((words(each.get("label")), words(each.get("value"))) for each in metadata),
        rights=next(filter(None, (_licence(each.get("license")) for each in nearest)), ""),
        required_statement=next(
            filter(None, (words(each.get("attribution")) for each in nearest)), ""
        ),
        provider="",  # version 2 has no such property
        homepage=related if isinstance(related, str) else str(homepage.get("@id") or ""),
        image_url=image_url(shown),
    )


def words(value: Any) -> str:
    """Return the text of a value: plain, {"@value": …, "@language": …}, or several of them."""
    if isinstance(value, list):
        ours = [each for each in value if _language(each) in LANGUAGES]
        return ", ".join(filter(None, map(words, ours or value)))
    return plain(value.get("@value") if isinstance(value, dict) else value)


def _language(value: Any) -> str:
    return str(value.get("@language", "none")) if isinstance(value, dict) else "none"


def _licence(value: Any) -> str:
    """Return the licence; of several none is certain, so all must be read by people."""
    values = value if isinstance(value, list) else [value]
    return " ".join(str(each) for each in values if each)


def _shown(manifest: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the first canvas with a picture, and the picture; empty ones if there is none."""
    for sequence in objects(manifest.get("sequences")):
        for canvas in objects(sequence.get("canvases")):
            for annotation in objects(canvas.get("images")):
                for resource in objects(annotation.get("resource")):
                    chosen = resource
                    if resource.get("@type") == "oa:Choice":
                        chosen = next(iter(objects(resource.get("default"))), {})
                    if image_url(chosen):
                        return canvas, chosen
    return {}, {}
