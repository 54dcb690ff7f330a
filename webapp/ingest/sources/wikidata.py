"""Wikidata: the result of a SPARQL query, with pictures from Wikimedia Commons.

The query must give `item` and `image` (P18), and may give `itemLabel`, `creatorLabel`,
`inception`, `materialLabel`, `genreLabel`, `collectionLabel`, `inventoryNumber` (P217), `height`
and `width` (in cm). What Wikidata does not know, the licence and the author of the picture, is
asked of Commons, fifty pictures at a time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote, urlencode

from webapp.catalog.facts import Facts
from webapp.ingest.fetching import TryLaterError, Web, get_json, get_list
from webapp.ingest.sources.cleaning import moment, plain, smaller, year_of_time
from webapp.ingest.sources.contract import Ask, Record, Source, SourceError, Way

SPARQL: Final = "https://query.wikidata.org/sparql"
COMMONS: Final = "https://commons.wikimedia.org/w/api.php"
AT_ONCE: Final = 50
"""Titles that one request to Commons may name."""
LONGEST: Final = 5_000
"""Characters of their encoded titles together: servers do not take addresses of any length."""
ITEMS: Final = 200
"""Items that one request to Wikidata names, for the same reason."""
LAG_SECONDS: Final = 30.0
"""Before Commons is asked again that is behind; it says so with status 200."""
WIDTH: Final = 1920
"""One of the widths that Commons keeps ready."""
_OF_ITEMS: Final = """
SELECT ?item ?itemLabel ?image ?creatorLabel ?inception ?materialLabel ?genreLabel ?collectionLabel
?inventoryNumber ?height ?width WHERE {{
  VALUES ?item {{ {} }}
  OPTIONAL {{ ?item wdt:P18 ?image }} OPTIONAL {{ ?item wdt:P170 ?creator }}
  OPTIONAL {{ ?item wdt:P571 ?inception }} OPTIONAL {{ ?item wdt:P186 ?material }}
  OPTIONAL {{ ?item wdt:P136 ?genre }} OPTIONAL {{ ?item wdt:P195 ?collection }}
  OPTIONAL {{ ?item wdt:P217 ?inventoryNumber }}
  OPTIONAL {{ ?item p:P2048/psn:P2048/wikibase:quantityAmount ?metresHigh }}
  OPTIONAL {{ ?item p:P2049/psn:P2049/wikibase:quantityAmount ?metresWide }}
  BIND(100 * ?metresHigh AS ?height) BIND(100 * ?metresWide AS ?width)
  SERVICE wikibase:label {{ bd:serviceParam wikibase:language "en,mul" }}
}}"""
"""What we want to know of items; sizes come in the unit of the SI, which is the metre."""
NUMBER: Final = "inventoryNumber"
_SOMETHING: Final = "/.well-known/genid/"
"""Part of what stands for a value that there is and nobody knows."""
Work = dict[str, list[str]]
"""What the rows of one item say, each value once."""


def records(ask: Ask, web: Web) -> Iterator[Record]:
    """Yield the items of a saved result, or of the query's."""
    for answer in _answers(ask, web):
        works = _works(answer)
        for some in _together({item: works[item] for item in works if item not in ask.read}):
            images = _images([_first(work, "image") for work in some.values()], web)
            for item, work in some.items():
                yield _record(item, work, images)


def _answers(ask: Ask, web: Web) -> Iterator[Any]:
    """Yield the saved result, or those of the query, or of one for so many items at a time."""
    if ask.file is not None:
        yield _saved(ask.file)
        return
    named = [f"wd:{item}" for item in ask.ids]
    parts = [" ".join(named[start : start + ITEMS]) for start in range(0, len(named), ITEMS)]
    queries = [ask.query] if ask.query else [_OF_ITEMS.format(part) for part in parts]
    if not queries:
        raise SourceError("Give a SPARQL query with --query, or its result as JSON with --file.")
    for query in queries:
        asked = urlencode({"query": query, "format": "json"})
        yield get_list(web, f"{SPARQL}?{asked}", accept="application/sparql-results+json")


def _together(works: Mapping[str, Work]) -> Iterator[dict[str, Work]]:
    """Yield the works in groups whose pictures fit one request to Commons."""
    some: dict[str, Work] = {}
    length = 0
    for item, work in works.items():
        more = len(quote(_title(_first(work, "image"))))
        if some and (len(some) == AT_ONCE or length + more > LONGEST):
            yield some
            some, length = {}, 0
        some[item] = work
        length += more
    if some:
        yield some


def _saved(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        raise SourceError(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise SourceError(
            f"{file} is not JSON ({error}). Download it from the query service as “JSON file "
            "(verbose)”."
        ) from error


def _works(answer: Any) -> dict[str, Work]:
    """Return the rows gathered by item: two makers make two rows of one work."""
    try:
        columns, rows = answer["head"]["vars"], answer["results"]["bindings"]
    except (KeyError, TypeError):
        raise SourceError("This is not a SPARQL result: there are no bindings.") from None
    if missing := [name for name in ("item", "image") if name not in columns]:
        raise SourceError(f"The query gives no ?{missing[0]}; select ?item and ?image at least.")
    works: dict[str, Work] = {}
    for row in rows:
        said = {
            name: str(cell.get("value", "")) for name, cell in row.items() if _known(name, cell)
        }
        item = said.get("item", "").rpartition("/")[2]
        work = works.setdefault(item, {})
        for name, value in said.items():
            if value not in work.setdefault(name, []):
                work[name].append(value)
    return works


def _known(name: str, cell: dict[str, Any]) -> bool:
    """Tell a value from a mark that there is one nobody knows, and a name from a mere number."""
    value = str(cell.get("value", ""))
    is_name = name != NUMBER  # "Q12" may well be the number of a work
    return _SOMETHING not in value and not (is_name and re.fullmatch(r"Q\d+", value))


def _title(image: str) -> str:
    """Return the page of a picture on Commons, from the address that Wikidata gives."""
    name = unquote(image.rpartition("/")[2]).replace("_", " ").strip()
    return f"File:{name[:1].upper()}{name[1:]}"


def _images(urls: Sequence[str], web: Web) -> dict[str, Mapping[str, Any]]:
    """Return what Commons says of pictures, by title."""
    titles = sorted({_title(url) for url in urls if url})
    if not titles:
        return {}
    asked = {
        "action": "query",
        "format": "json",
        "formatversion": "2",
        "maxlag": "5",
        "prop": "imageinfo",
        "iiprop": "url|extmetadata|timestamp",
        "iiurlwidth": str(WIDTH),
        "titles": "|".join(titles),
    }
    answer = get_json(web, f"{COMMONS}?{urlencode(asked)}")
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, dict) and error.get("code") == "maxlag":
        message = "Wikimedia Commons is behind with its own work, and asks to come back later."
        raise TryLaterError(message, seconds=LAG_SECONDS, asked=True)
    query = answer.get("query") if isinstance(answer, dict) else None
    if not isinstance(query, dict):
        raise SourceError("Wikimedia Commons does not answer as documented.")
    pages = {page.get("title", ""): page for page in query.get("pages", [])}
    found = {title: page["imageinfo"][0] for title, page in pages.items() if page.get("imageinfo")}
    # It says under which title a picture is that was asked for by another.
    for each in [*query.get("normalized", []), *query.get("redirects", [])]:
        if each.get("to") in found:
            found[each.get("from", "")] = found[each["to"]]
    return found


def _record(item: str, work: Work, images: Mapping[str, Mapping[str, Any]]) -> Record:
    if not work.get("image"):
        return Record(id=item, problem="Wikidata knows no picture of it.")
    info = images.get(_title(_first(work, "image")))
    if info is None:
        return Record(id=item, problem="Its picture is not on Wikimedia Commons.")
    said = info.get("extmetadata") or {}
    url = str(info.get("thumburl") or info.get("url") or "")
    return Record(
        id=item,
        facts=Facts(
            title=_first(work, "itemLabel"),
            artist=", ".join(sorted(work.get("creatorLabel", []))),
            year=year_of_time(_first(work, "inception")),
            medium=", ".join(sorted(work.get("materialLabel", []))),
            style=_first(work, "genreLabel"),
            # An owner and a lender may each number it; it is the same of them each time.
            accession_number=_first(work, NUMBER),
            height_cm=_centimetres(work.get("height", [])),
            width_cm=_centimetres(work.get("width", [])),
            source_url=f"https://www.wikidata.org/wiki/{item}",
        ),
        image_url=url,
        preview_url=smaller(url),
        rights=_metadata(said, "LicenseUrl") or _metadata(said, "LicenseShortName"),
        required_statement=_author(said),
        provider=_first(work, "collectionLabel") or "Wikimedia Commons",
        changed=moment(info.get("timestamp")),
    )


def _author(said: Mapping[str, Any]) -> str:
    """Return whom a licence wants named; nobody where it wants nobody."""
    if _metadata(said, "AttributionRequired") != "true":
        return ""
    author = _metadata(said, "Attribution") or _metadata(said, "Artist")
    licence = _metadata(said, "LicenseShortName")
    return f"{author}, {licence}, via Wikimedia Commons" if author else ""


def _metadata(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return " ".join(plain(value.get("value")).split()) if isinstance(value, dict) else ""


def _first(work: Work, name: str) -> str:
    return min(work.get(name, []), default="")  # rows come in another order each time


def _centimetres(sizes: Sequence[str]) -> Decimal | None:
    """Return the smallest size: others are those of a frame."""
    try:
        return min(map(Decimal, sizes), default=None)
    except InvalidOperation:
        return None


SOURCE: Final = Source(
    name="wikidata",
    title="Wikidata",
    about=(
        "Paintings, prints and sculptures of every museum, found by a query; their pictures come "
        "from Wikimedia Commons."
    ),
    licence=(
        "Only pictures that Commons has as CC0, in the public domain, CC BY or CC BY-SA; who made "
        "the picture is named where the licence wants it."
    ),
    ways=(
        Way(
            name="query",
            title="SPARQL query",
            needs=("?item", "?image"),
            help=(
                "It selects ?item and ?image, and perhaps ?itemLabel, ?creatorLabel, ?inception, "
                "?materialLabel, ?genreLabel, ?collectionLabel, ?inventoryNumber, ?height and "
                "?width in centimetres."
            ),
            field="query",
            example=(
                "SELECT ?item ?itemLabel ?image ?creatorLabel WHERE {\n"
                "  ?item wdt:P170 wd:Q5582; wdt:P18 ?image; wdt:P170 ?creator.\n"
                '  SERVICE wikibase:label { bd:serviceParam wikibase:language "en" }\n'
                "}"
            ),
        ),
        Way(
            name="ids",
            title="Items",
            help="The numbers of works, as in wikidata.org/wiki/Q12418.",
            field="ids",
            example="Q12418 Q45585",
        ),
        Way(
            name="file",
            title="Saved result",
            help="Of a query, downloaded from query.wikidata.org as “JSON file (verbose)”.",
            field="files",
            files=("query.json",),
        ),
    ),
    ids=r"Q\d{1,12}",
    records=records,
    hosts=frozenset(
        {"query.wikidata.org", "commons.wikimedia.org", "upload.wikimedia.org", "www.wikidata.org"}
    ),
    pauses={
        "query.wikidata.org": 5.0,
        "commons.wikimedia.org": 1.0,
        "upload.wikimedia.org": 1.0,
    },
)
