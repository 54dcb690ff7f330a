"""Read IIIF Presentation 3: manifests and collections as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from webapp.ingest.sources.cleaning import plain

LANGUAGES: Final = ("en", "none")
"""Which words we take; where there are none of these, any."""
WIDTH: Final = 3000
"""Of a picture that is asked for by IIIF, in pixels."""
_WHOLE: Final = re.compile(r"(https?://.+/full)/(?:max|full)/0/default\.jpg")
_CONFINED: Final = f"/!{WIDTH},{WIDTH}/0/default.jpg"


class Part(NamedTuple):
    """What a collection leads to."""

    url: str
    kind: str
    """ "manifest", "collection", or "page" of the same collection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a manifest says, of either version."""

    id: str
    label: str
    summary: str
    metadata: tuple[tuple[str, str], ...]
    rights: str
    required_statement: str
    provider: str
    homepage: str
    image_url: str


def is_ours(thing: Any) -> bool:
    """Tell whether this is a manifest or collection of version 3."""
    return isinstance(thing, dict) and thing.get("type") in {"Manifest", "Collection"}


def is_manifest(thing: dict[str, Any]) -> bool:
    """Tell a manifest from a collection."""
    return bool(thing["type"] == "Manifest")


def parts(collection: dict[str, Any]) -> Iterator[Part]:
    """Yield what a collection leads to, in its order."""
    for item in objects(collection.get("items")):
        if item.get("type") in {"Manifest", "Collection"} and item.get("id"):
            yield Part(str(item["id"]), item["type"].lower())


def read(manifest: dict[str, Any]) -> Manifest:
    """Return what a manifest says."""
    canvas, body = _shown(manifest)
    statement = canvas.get("requiredStatement") or manifest.get("requiredStatement")
    required = words(statement.get("value")) if isinstance(statement, dict) else ""
    provider = next(iter(objects(manifest.get("provider"))), {})
    homepage = next(iter(objects(manifest.get("homepage"))), {})
    metadata = objects(manifest.get("metadata"))
    return Manifest(
        id=str(manifest.get("id") or ""),
        label=words(manifest.get("label")),
        summary=words(manifest.get("summary")),
        metadata=tuple((words(each.get("label")), words(each.get("value"))) for each in metadata),
        # The nearest to the picture counts.
        rights=str(body.get("rights") or canvas.get("rights") or manifest.get("rights") or ""),
        required_statement=required,
        provider=words(provider.get("label")),
        homepage=str(homepage.get("id") or ""),
        image_url=image_url(body),
    )


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a property: one, several or none."""
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, dict)]


def words(value: Any) -> str:
    """Return the text of a language map: {"en": ["Self-Portrait"]}."""
    if isinstance(value, str):
        return plain(value)
    if not isinstance(value, dict) or not value:
        return ""
    said = next((value[name] for name in LANGUAGES if value.get(name)), None)
    said = next(iter(value.values())) if said is None else said
    return plain(", ".join(map(str, said)) if isinstance(said, list) else said)


def image_url(body: dict[str, Any]) -> str:
    """Return where to get a picture: by its IIIF service up to 3000 wide, or as it stands.

    Only widths up to the known one are asked for: a service need not enlarge, nor offer any
    other way to name a size.
    """
    address = str(body.get("id") or body.get("@id") or "")
    for service in objects(body.get("service")):
        base = str(service.get("id") or service.get("@id") or "").rstrip("/")
        width = service.get("width") or body.get("width")
        limit = service.get("maxWidth")
        if base and _resizes(service) and isinstance(width, int) and width > 0:
            wanted = min(width, WIDTH, limit if isinstance(limit, int) else WIDTH)
            return f"{base}/full/{wanted},/0/default.jpg"
    return address


def confined(url: str) -> str:
    """Return where the same picture lies at most 3000 wide and high, if it is offered by IIIF.

    Where its own size is not known: a smaller picture comes as it is, and is not enlarged. Servers
    of Image API 3 understand this at level 2, those of level 1 and 0 need not; see `whole`.
    """
    found = _WHOLE.fullmatch(url)
    return f"{found[1]}{_CONFINED}" if found else url


def whole(url: str) -> str:
    """Return where a picture lies in its full size of which `confined` made the address."""
    return f"{url.removesuffix(_CONFINED)}/max/0/default.jpg" if url.endswith(_CONFINED) else url


def _resizes(service: dict[str, Any]) -> bool:
    profile = service.get("profile")
    level = profile[0] if isinstance(profile, list) and profile else profile
    level = str(level).lower()
    if "stanford.edu" in level:  # version 1, whose pictures have other addresses
        return False
    return any(level.endswith(end) for end in ("level1", "level2", "level1.json", "level2.json"))


def _shown(manifest: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the first canvas with a picture, and the picture; empty ones if there is none."""
    for canvas in objects(manifest.get("items")):
        for page in objects(canvas.get("items")):
            for annotation in objects(page.get("items")):
                for body in objects(annotation.get("body")):
                    choices = objects(body.get("items")) if body.get("type") == "Choice" else [body]
                    for each in choices:
                        if each.get("type") == "Image" and image_url(each):
                            return canvas, each
    return {}, {}
