"""The Art Institute of Chicago: its API and its dump (api.artic.edu/docs).

Without a key the API allows 60 requests a minute, and wants to read in `AIC-User-Agent` who asks.
Pictures are asked for at the width 843 that the museum keeps ready, one a second.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from webapp.catalog.facts import Facts
from webapp.ingest.fetching import Web, get_list
from webapp.ingest.sources.cleaning import dimensions, moment, name_of, smaller, year_of
from webapp.ingest.sources.contract import Ask, Record, Source, SourceError, Way

API: Final = "https://api.artic.edu/api/v1/artworks"
IIIF: Final = "https://www.artic.edu/iiif/2"
PROVIDER: Final = "Art Institute of Chicago"
PAGE: Final = 100
FOUND_AT_MOST: Final = 10_000
"""The search hands out no more."""
TEXT_CREDIT: Final = "Text: Art Institute of Chicago, CC BY 4.0"
"""Its descriptions are under another licence than all else."""
_QUALIFIED: Final = re.compile(
    r"(?:(?:formerly )?attributed to|possibly|probably|(?:copy )?after|"
    r"(?:workshop|studio|circle|school|follower|manner|style|imitator) of)\b",
    re.IGNORECASE,
)
FIELDS: Final = (
    "id,title,artist_title,artist_display,date_display,date_end,medium_display,style_title,"
    "dimensions,credit_line,main_reference_number,description,image_id,is_public_domain,updated_at"
)


def records(ask: Ask, web: Web) -> Iterator[Record]:
    """Yield the works of a search, of the dump's folder json/artworks, or all."""
    if ask.file is not None:
        for found in _dump(ask.file):
            yield _record(found, IIIF)
        return
    if ask.ids:
        yield from _named(ask.ids, web)
        return
    page = 1
    while True:
        asked = {"fields": FIELDS, "limit": PAGE, "page": page}
        path = "/search" if ask.query else ""
        if ask.query:
            asked["q"] = ask.query
        answer, data = _page(f"{API}{path}?{urlencode(asked)}", web)
        yield from data
        pages = int((answer.get("pagination") or {}).get("total_pages") or 0)
        if ask.query and page * PAGE >= FOUND_AT_MOST and page < pages:
            raise SourceError(
                f"More than {FOUND_AT_MOST:,} works match; the search hands out no more. Ask for "
                "less, or use the dump."
            )
        if not data or page >= pages:
            return
        page += 1


def _named(ids: Sequence[str], web: Web) -> Iterator[Record]:
    """Yield the works of these ids, as many at once as the API allows."""
    for start in range(0, len(ids), PAGE):
        wanted = ids[start : start + PAGE]
        asked = urlencode({"fields": FIELDS, "limit": PAGE, "ids": ",".join(wanted)})
        found = {record.id: record for record in _page(f"{API}?{asked}", web)[1]}
        missing = "The Art Institute has no such work."
        yield from (found.get(each) or Record(id=each, problem=missing) for each in wanted)


def _page(url: str, web: Web) -> tuple[dict[str, Any], list[Record]]:
    """Return an answer of the API, and the works in it."""
    answer = get_list(web, url)
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, list):
        raise SourceError("The API of the Art Institute does not answer as documented.")
    iiif = (answer.get("config") or {}).get("iiif_url") or IIIF
    return answer, [_record(found, iiif) for found in data if isinstance(found, dict)]


def _dump(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a folder of JSON files, or of a file with one on each line."""
    if not path.exists():
        raise SourceError(f"There is no {path}. Name the folder json/artworks of the dump.")
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise SourceError(f"{path} holds no JSON files. Name the folder json/artworks of the dump.")
    for file in files:
        texts = [file.read_text("utf-8")] if path.is_dir() else file.open(encoding="utf-8")
        for line, text in enumerate(texts, start=1):
            try:
                found = json.loads(text)
            except ValueError as error:
                raise SourceError(f"{file}:{line} is not JSON: {error}.") from error
            if isinstance(found, dict):
                yield found


def _record(found: dict[str, Any], iiif: str) -> Record:
    number, image = str(found.get("id") or ""), str(found.get("image_id") or "")
    problem = ""
    if found.get("is_public_domain") is not True:
        problem = "The Art Institute does not give it to the public domain."
    elif not image:
        problem = "The Art Institute has no picture of it."
    year = year_of(str(found.get("date_display") or ""))
    end = found.get("date_end")
    description = str(found.get("description") or "")
    facts = Facts(
        title=str(found.get("title") or ""),
        artist=_artist(found),
        year=year if year is not None else end if isinstance(end, int) else None,
        medium=str(found.get("medium_display") or ""),
        style=str(found.get("style_title") or ""),
        description=f"{description}\n\n{TEXT_CREDIT}" if description else "",
        credit_line=str(found.get("credit_line") or ""),
        accession_number=str(found.get("main_reference_number") or ""),
        source_url=f"https://www.artic.edu/artworks/{number}",
    )
    facts.update(dimensions(str(found.get("dimensions") or "")))
    url = f"{iiif}/{image}/full/843,/0/default.jpg" if image else ""
    return Record(
        id=number,
        facts=facts,
        image_url=url,
        preview_url=smaller(url),
        rights="" if found.get("is_public_domain") is not True else "CC0",
        provider=PROVIDER,
        changed=moment(found.get("updated_at")),
        problem=problem,
    )


def _artist(found: dict[str, Any]) -> str:
    """Return who made it. Only the words for people tell "workshop of" somebody from that hand."""
    name, shown = (str(found.get(f"artist_{part}") or "") for part in ("title", "display"))
    return name_of(shown) if not name or _QUALIFIED.match(shown) else name


SOURCE: Final = Source(
    name="artic",
    title=PROVIDER,
    about=(
        "Strong in Impressionism, prints and the arts of Asia; Chicago. Its pictures come 843 "
        "pixels wide."
    ),
    licence="Only works that the museum marks as in the public domain; it gives them as CC0.",
    ways=(
        Way(
            name="search",
            title="Search",
            help="Words of titles, artists, styles, subjects. The best matches come first.",
            field="query",
            example="seurat",
        ),
        Way(
            name="ids",
            title="Numbers of works",
            help="The numbers in the addresses of artic.edu/artworks/…",
            field="ids",
            example="27992 28560",
        ),
        Way(
            name="dump",
            title="Records of the dump",
            help="A file with one record of json/artworks on each line.",
            field="files",
            files=("artworks.jsonl",),
        ),
    ),
    ids=r"\d{1,9}",
    records=records,
    hosts=frozenset({"api.artic.edu", "www.artic.edu"}),
    pauses={"api.artic.edu": 1.0, "www.artic.edu": 1.0},
    agent_header="AIC-User-Agent",
)
