"""The Rijksmuseum: Linked Art from its search and its resolver (data.rijksmuseum.nl).

The search gives persistent identifiers, page by page. Each resolves to the object, which names
what it shows, which names the file that shows it: three requests for a work. The museum states no
limit; each of its hosts is asked twice a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from webapp.catalog.facts import Facts
from webapp.ingest.connecting import FetchError
from webapp.ingest.fetching import MissingError, TryLaterError, Web, get_json, get_list
from webapp.ingest.sources import linked_art as art
from webapp.ingest.sources.cleaning import smaller
from webapp.ingest.sources.contract import Ask, Record, Source, SourceError, Way
from webapp.ingest.sources.iiif3 import confined

SEARCH: Final = "https://data.rijksmuseum.nl/search/collection"
PROVIDER: Final = "Rijksmuseum"
_ID: Final = re.compile(r"https?://(?:id|data)\.rijksmuseum\.nl/(\d+)")


def records(ask: Ask, web: Web) -> Iterator[Record]:
    """Yield the objects of a search: "type=painting&creator=Jan Steen", or words of a title."""
    if ask.file is not None:
        raise SourceError("The Rijksmuseum is asked by --query, not read from a file.")
    if ask.ids:
        yield from (_work(number, web) for number in ask.ids if number not in ask.read)
        return
    url = ask.url
    if not url:
        asked = dict(parse_qsl(ask.query)) if "=" in ask.query else {}
        asked |= {"title": ask.query} if ask.query and not asked else {}
        url = f"{SEARCH}?{urlencode({**asked, 'imageAvailable': 'true'})}"
    seen = set()
    while url and url not in seen:
        seen.add(url)
        page = get_list(web, url, accept="application/ld+json")
        if not isinstance(page, dict) or "orderedItems" not in page:
            raise SourceError("The search of the Rijksmuseum does not answer as documented.")
        for item in art.things(page.get("orderedItems")):
            found = _ID.fullmatch(str(item.get("id") or ""))
            if found and found[1] not in ask.read:
                yield _work(found[1], web)
        url = str((page.get("next") or {}).get("id") or "")


def _work(number: str, web: Web) -> Record:
    try:
        made = art.mapping(_resolve(number, web))
        shown = _follow(made, "shows", web)
        digital = _follow(shown, "digitally_shown_by", web)
    except TryLaterError:
        raise
    except MissingError:
        return Record(id=number, problem="The Rijksmuseum has no such object.")
    except FetchError as error:
        return Record(id=number, error=str(error))
    image = next((art.id_of(point) for point in art.things(digital.get("access_point"))), "")
    # The nearest to the file counts; the rights in the painted thing are another matter.
    rights = art.rights_of(digital) or art.rights_of(shown)
    facts = Facts(
        title=art.name_of(made),
        artist=art.maker_of(made),
        year=art.year_of_making(made),
        medium=art.statement_of(made, art.MATERIALS),
        description=art.statement_of(made, art.DESCRIPTION),
        credit_line=art.statement_of(made, art.CREDIT),
        accession_number=art.number_of(made),
        source_url=f"https://id.rijksmuseum.nl/{number}",
    )
    facts.update(art.size_of(made))
    return Record(
        id=number,
        facts=facts,
        image_url=confined(image),
        preview_url=smaller(image),
        rights=rights,
        provider=PROVIDER,
        problem="" if image else "The Rijksmuseum has no picture of it.",
    )


def _resolve(number: str, web: Web) -> Any:
    # The resolver sends on to the Linked Art profile by this header.
    return get_json(web, f"https://id.rijksmuseum.nl/{number}", accept="application/ld+json")


def _follow(thing: dict[str, Any], link: str, web: Web) -> dict[str, Any]:
    """Return what a thing links to: told in place, or under an identifier of its own."""
    for target in art.things(thing.get(link)):
        if len(target.keys() - {"id", "type", "_label"}):
            return target
        if found := _ID.fullmatch(art.id_of(target)):
            return art.mapping(_resolve(found[1], web))
    return {}


SOURCE: Final = Source(
    name="rijks",
    title=PROVIDER,
    about=(
        "Art and history of the Netherlands, the seventeenth century at its heart; Amsterdam. "
        "Each object takes three requests, so a search takes its time."
    ),
    licence=(
        "Only works whose file the museum gives as CC0 or marks as in the public domain, or under "
        "CC BY or CC BY-SA."
    ),
    ways=(
        Way(
            name="search",
            title="Search",
            help=(
                "Words of a title, or fields of the museum's search: type, creator, material, "
                "technique, aboutActor, objectNumber and others, joined by &."
            ),
            field="query",
            example="type=painting&creator=Jan Steen",
        ),
        Way(
            name="ids",
            title="Identifiers",
            help="The numbers in the addresses of id.rijksmuseum.nl/…",
            field="ids",
            example="200107928 200108371",
        ),
        Way(
            name="address",
            title="Address of a search",
            help="As data.rijksmuseum.nl gives it; one that a page ended with goes on from there.",
            field="url",
            example="https://data.rijksmuseum.nl/search/collection?type=print",
        ),
    ),
    ids=r"\d{1,12}",
    records=records,
    hosts=frozenset({"data.rijksmuseum.nl", "id.rijksmuseum.nl", "iiif.micr.io"}),
    pauses={"data.rijksmuseum.nl": 0.5, "id.rijksmuseum.nl": 0.5, "iiif.micr.io": 1.0},
)
