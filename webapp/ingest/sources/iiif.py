"""Any IIIF Presentation 2 or 3 manifest, or a collection of them (iiif.io/api/presentation).

A manifest is one work, shown by its first picture. Rights, required statement and provider are
the manifest's. Collections are followed into their parts and pages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from webapp.catalog.facts import Facts
from webapp.ingest.connecting import FetchError
from webapp.ingest.fetching import MissingError, TryLaterError, Web, get_json, get_list
from webapp.ingest.sources import iiif2, iiif3
from webapp.ingest.sources.cleaning import dimensions, name_of, smaller, year_of
from webapp.ingest.sources.contract import Ask, Record, Source, SourceError, Way

DEEPEST: Final = 8
"""Collections within collections."""
ACCEPT: Final = "application/ld+json, application/json;q=0.9"
_LABELS: Final = {
    "artist": (
        *("artist", "artists", "artist/maker", "creator", "creators", "maker", "painter", "author"),
        *("contributors", "künstler", "artiste", "artista", "kunstenaar"),
    ),
    "date": (
        *("date", "dates", "date created", "created", "date made", "production date"),
        *("datierung", "datering", "fecha"),
    ),
    "medium": (
        *("medium", "materials", "material", "materials & techniques", "technique"),
        *("medium and support", "technik", "técnica", "format"),
    ),
    "size": ("dimensions", "size", "physical dimensions", "extent"),
    "credit": ("credit", "credit line", "creditline"),
    # An "identifier" may be anything.
    "number": (
        *("accession number", "accession no.", "accession no", "object number", "object no."),
        *("inventory number", "inventory no.", "inventory no", "inv. no.", "inv. no", "inv. nr."),
        *("museum number", "inventarnummer", "inv.-nr.", "inv.-nr", "objektnummer"),
        *("inventarisnummer", "objectnummer", "número de inventario", "numéro d'inventaire"),
        *("n° d'inventaire", "n.º de inventario", "numero d'inventario", "numero di inventario"),
    ),
}
_KNOWN: Final = (
    "iiif.wellcomecollection.org",
    "media.getty.edu",
    "manifests.collections.yale.edu",
    "images.collections.yale.edu",
    "iiif.harvardartmuseums.org",
    "nrs.harvard.edu",
    "ids.lib.harvard.edu",
    "api.artic.edu",
    "www.artic.edu",
    "api.nga.gov",
    "iiif.bodleian.ox.ac.uk",
    "api.digitale-sammlungen.de",
)
"""Hosts of museums and libraries that serve IIIF; others are added by a setting."""


def records(ask: Ask, web: Web) -> Iterator[Record]:
    """Yield the works of the manifest or collection at an address, or in a file."""
    if ask.file is not None:
        thing = _saved(ask.file)
    elif ask.url:
        thing = get_list(web, ask.url, accept=ACCEPT)
    else:
        raise SourceError("Give the address of a manifest or collection with --url.")
    yield from _walk(thing, web, ask)


def _saved(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        raise SourceError(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise SourceError(f"{file} is not JSON: {error}.") from error


def _walk(thing: Any, web: Web, ask: Ask) -> Iterator[Record]:
    """Yield the works of a manifest or collection that was read, and of all that it leads to."""
    reader = _reader(thing)
    if reader.is_manifest(thing):
        yield _record(reader.read(thing), ask.url)
        return
    waiting = [(part, 1) for part in reversed(list(reader.parts(thing)))]
    seen = {ask.url}
    while waiting:
        part, depth = waiting.pop()
        if part.url in seen or part.url in ask.read:
            continue
        seen.add(part.url)
        try:
            get = get_json if part.kind == "manifest" else get_list
            thing = get(web, part.url, accept=ACCEPT)
            reader = _reader(thing)
        except TryLaterError:
            raise
        except (FetchError, SourceError) as error:
            if part.kind != "manifest":  # then nobody knows what is missing
                raise
            gone = isinstance(error, MissingError)
            reason = str(error)
            yield Record(id=part.url, problem=reason if gone else "", error=reason)
            continue
        if reader.is_manifest(thing):
            yield _record(reader.read(thing), part.url)
            continue
        depth += part.kind == "collection"
        if depth > DEEPEST:
            raise SourceError(f"The collections lie more than {DEEPEST} deep, at {part.url}.")
        waiting += [(each, depth) for each in reversed(list(reader.parts(thing)))]


def _reader(thing: Any) -> ModuleType:
    if iiif3.is_ours(thing):
        return iiif3
    if iiif2.is_ours(thing):
        return iiif2
    raise SourceError("This is no IIIF manifest or collection, of version 2 or 3.")


def _record(read: iiif3.Manifest, address: str) -> Record:
    said: dict[str, str] = {}
    for label, value in read.metadata:
        said.setdefault(_plain_label(label), value)
    found = {
        name: next((said[label] for label in labels if said.get(label)), "")
        for name, labels in _LABELS.items()
    }
    facts = Facts(
        title=read.label,
        artist=name_of(found["artist"]),
        year=year_of(found["date"]),
        medium=found["medium"],
        description=read.summary,
        credit_line=found["credit"],
        accession_number=found["number"],
        source_url=read.homepage,
    )
    facts.update(dimensions(found["size"]))
    return Record(
        id=read.id or address,
        address=address,
        facts=facts,
        image_url=read.image_url,
        preview_url=smaller(read.image_url),
        rights=read.rights,
        required_statement=read.required_statement,
        provider=read.provider,
        problem="" if read.image_url else "The manifest shows no picture.",
    )


def _plain_label(label: str) -> str:
    """Return a label in the one form of its spellings: "Artist / Maker:" is "artist/maker"."""
    label = label.lower().strip().rstrip(":").strip().replace("(s)", "s").replace("’", "'")
    return re.sub(r"\s*/\s*", "/", label)


SOURCE: Final = Source(
    name="iiif",
    title="IIIF",
    about=(
        "Manifests and collections as thousands of museums and libraries publish them "
        "(Presentation 2 and 3). A manifest is one work, shown by its first picture."
    ),
    licence=(
        "Only manifests that name CC0, Public Domain Mark, CC BY or CC BY-SA. Their required "
        "statement and provider are shown with the work."
    ),
    ways=(
        Way(
            name="address",
            title="Address",
            help=(
                "Of a manifest or a collection. Other hosts than the known ones are added by "
                "ARTREC_SOURCE_HOSTS."
            ),
            field="url",
            example="https://iiif.wellcomecollection.org/presentation/v3/b18035723",
        ),
        Way(
            name="file",
            title="File",
            help="A manifest or a collection that was saved as JSON.",
            field="files",
            files=("manifest.json",),
        ),
    ),
    records=records,
    hosts=frozenset(_KNOWN),
    pauses={"www.artic.edu": 1.0, "api.artic.edu": 1.0},
    open_hosts=True,
)
