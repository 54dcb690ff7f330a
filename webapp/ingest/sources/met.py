"""The Metropolitan Museum of Art: MetObjects.csv and the object API (metmuseum.github.io).

The CSV knows which works are in the public domain but not their pictures; those are asked for
object by object. The API allows 80 requests a second; we ask 20.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from webapp.catalog.facts import Facts
from webapp.ingest.connecting import FetchError
from webapp.ingest.fetching import MissingError, TryLaterError, Web, get_json, get_list
from webapp.ingest.sources.cleaning import moment, year_of
from webapp.ingest.sources.contract import Ask, Record, Source, SourceError, Way
from webapp.ingest.sources.tables import read_rows

API: Final = "https://collectionapi.metmuseum.org/public/collection/v1"
PROVIDER: Final = "The Metropolitan Museum of Art"
_NOT_OPEN: Final = "The Met does not give it to the public domain."


def records(ask: Ask, web: Web) -> Iterator[Record]:
    """Yield the works of the CSV, of a search, or all."""
    if ask.file is not None:
        yield from _of_csv(ask, ask.file, web)
        return
    for number in _numbers(ask, web):
        if number not in ask.read:
            yield _object(number, web)


def _numbers(ask: Ask, web: Web) -> Iterable[str]:
    if ask.ids:
        return ask.ids
    if ask.query:
        asked = urlencode({"hasImages": "true", "q": ask.query})
        answer = get_list(web, f"{API}/search?{asked}")
    else:
        answer = get_list(web, f"{API}/objects")
    if not isinstance(answer, dict) or "objectIDs" not in answer:
        raise SourceError("The Met's API does not answer as documented: there is no objectIDs.")
    return [str(number) for number in answer["objectIDs"] or ()]


def _of_csv(ask: Ask, file: Path, web: Web) -> Iterator[Record]:
    for row in read_rows(file, needed=("Object ID", "Is Public Domain")):
        words = f"{row.get('Title', '')} {row.get('Artist Display Name', '')}".lower()
        number = row["Object ID"].strip()
        if ask.query.lower() not in words or number in ask.read:
            continue
        if row["Is Public Domain"].strip().lower() != "true":
            yield Record(id=number, problem=_NOT_OPEN)
        else:
            yield _object(number, web)


def _object(number: str, web: Web) -> Record:
    if not number.isdecimal():
        return Record(id=number, error=f"{number!r} is not an object ID.")
    try:
        found = get_json(web, f"{API}/objects/{number}")
    except TryLaterError:
        raise
    except MissingError:
        return Record(id=number, problem="The Met has no such object.")
    except FetchError as error:
        return Record(id=number, error=str(error))
    if not isinstance(found, dict):
        return Record(id=number, error="The Met's API does not answer as documented.")
    return _record(number, found)


def _record(number: str, found: dict[str, Any]) -> Record:
    problem = ""
    if found.get("isPublicDomain") is not True:
        problem = _NOT_OPEN
    elif not found.get("primaryImage"):
        problem = "The Met has no picture of it."
    year = year_of(str(found.get("objectDate") or ""))
    facts = Facts(
        title=str(found.get("title") or ""),
        artist=_artist(found),
        artist_bio=str(found.get("artistDisplayBio") or ""),
        year=year if year is not None else _number(found.get("objectEndDate")),
        medium=str(found.get("medium") or ""),
        credit_line=str(found.get("creditLine") or ""),
        accession_number=str(found.get("accessionNumber") or ""),
        source_url=str(found.get("objectURL") or ""),
    )
    facts.update(_size(found.get("measurements")))
    return Record(
        id=number,
        facts=facts,
        image_url=str(found.get("primaryImage") or ""),
        preview_url=str(found.get("primaryImageSmall") or ""),
        rights="" if problem == _NOT_OPEN else "CC0",
        provider=str(found.get("repository") or PROVIDER),
        changed=moment(found.get("metadataDate")),
        problem=problem,
    )


def _artist(found: dict[str, Any]) -> str:
    """Return who made it; the prefix tells "copy after" somebody from a work by that hand."""
    prefix, name = (str(found.get(f"artist{part}") or "") for part in ("Prefix", "DisplayName"))
    return f"{prefix} {name}".strip() if name else ""


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and value else None


def _size(measurements: object) -> Facts:
    """Return the size of the whole, which the Met gives in centimetres; frames are left out."""
    for each in measurements if isinstance(measurements, list) else ():
        sizes = each.get("elementMeasurements") if isinstance(each, dict) else None
        if isinstance(sizes, dict) and each.get("elementName") in {"Overall", "Sheet", "Image"}:
            facts = Facts()
            if isinstance(height := sizes.get("Height"), int | float):
                facts["height_cm"] = Decimal(str(height))
            if isinstance(width := sizes.get("Width"), int | float):
                facts["width_cm"] = Decimal(str(width))
            if isinstance(depth := sizes.get("Depth"), int | float):
                facts["depth_cm"] = Decimal(str(depth))
            return facts
    return Facts()


SOURCE: Final = Source(
    name="met",
    title=PROVIDER,
    about=(
        "Art of all times and continents, from Egypt to photography; New York. Each object is "
        "asked for by its number."
    ),
    licence="Only objects that the museum marks as in the public domain; it gives them as CC0.",
    ways=(
        Way(
            name="search",
            title="Search",
            help="Words of titles, artists, materials, places. Objects with pictures are found.",
            field="query",
            example="wheat field",
        ),
        Way(
            name="ids",
            title="Object numbers",
            help="The numbers that end the addresses of metmuseum.org/art/collection/search/…",
            field="ids",
            example="436535 437853",
        ),
        Way(
            name="table",
            title="MetObjects.csv",
            help="The table of github.com/metmuseum/openaccess, or its first line and some others.",
            field="files",
            files=("MetObjects.csv",),
            words=True,
        ),
    ),
    ids=r"\d{1,9}",
    records=records,
    hosts=frozenset({"collectionapi.metmuseum.org", "images.metmuseum.org"}),
    pauses={"collectionapi.metmuseum.org": 0.05, "images.metmuseum.org": 0.5},
)
