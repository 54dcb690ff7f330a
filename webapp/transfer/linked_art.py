"""A work in Linked Art, the profile of CIDOC CRM that museums exchange.

https://linked.art/model/object/ ; terms are of the Getty's Art & Architecture Thesaurus.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from webapp.catalog.facts import UNKNOWN_ARTIST
from webapp.catalog.models import Artwork
from webapp.ingest.sources.rights import open_licence

CONTEXT: Final = "https://linked.art/ns/v1/linked-art.json"
_AAT: Final = "http://vocab.getty.edu/aat/"
_PRIMARY_NAME: Final = ("300404670", "Primary Name")
_IDENTIFICATION_NUMBER: Final = ("300404626", "Identification Number")
_ACCESSION_NUMBER: Final = ("300312355", "Accession Number")
_WORK: Final = ("300133025", "Works of Art")
_BRIEF_TEXT: Final = ("300418049", "Brief Text")
_STATEMENTS: Final = {
    "medium": ("300435429", "Material Statement"),
    "description": ("300435416", "Description"),
    "credit_line": ("300026687", "Acknowledgements"),
    "rights": ("300435434", "Copyright/License Statement"),
}
_DIMENSIONS: Final = {
    "height_cm": ("300055644", "Height"),
    "width_cm": ("300055647", "Width"),
    "depth_cm": ("300072633", "Depth"),
}
_CENTIMETRES: Final = {"id": f"{_AAT}300379098", "type": "MeasurementUnit", "_label": "cm"}
Json = dict[str, Any]


def human_made_object(
    work: Artwork, *, base: str, picture: Mapping[str, str] | None = None
) -> Json:
    """Return a work with its artist and image; what is not known is not there.

    `picture` names the address and media type of its picture, if there is one.
    """
    numbers = [
        (work.accession_number, _ACCESSION_NUMBER),
        (str(work.pk), _IDENTIFICATION_NUMBER),
        (work.source_key, _IDENTIFICATION_NUMBER),
    ]
    found: Json = {
        "@context": CONTEXT,
        "id": f"{base}/linked-art/works/{work.pk}.json",
        "type": "HumanMadeObject",
        "_label": work.title,
        "classified_as": [_type(*_WORK), *([_style(work.style)] if work.style else [])],
        "identified_by": [
            _worded("Name", work.title, _PRIMARY_NAME),
            *(_worded("Identifier", number, kind) for number, kind in numbers if number),
        ],
        "produced_by": _production(work, base),
        "dimension": list(_dimensions(work)),
        "referred_to_by": list(_statements(work)),
        "representation": [_shown(work, picture)] if picture else [],
        "subject_of": [_page(work.source_url)] if work.source_url else [],
    }
    return {name: value for name, value in found.items() if value}


def _production(work: Artwork, base: str) -> Json | None:
    made: Json = {"type": "Production"}
    if work.artist.name != UNKNOWN_ARTIST:
        # Whether it is a person or a workshop is not known.
        maker = {"id": f"{base}/linked-art/artists/{work.artist.slug}", "type": "Actor"}
        made["carried_out_by"] = [{**maker, "_label": work.artist.name}]
    if work.year is not None:
        year = f"{work.year:04d}" if work.year >= 0 else f"{work.year:05d}"
        made["timespan"] = {
            "type": "TimeSpan",
            "_label": str(work.year),
            "begin_of_the_begin": f"{year}-01-01T00:00:00Z",
            "end_of_the_end": f"{year}-12-31T23:59:59Z",
        }
    return made if len(made) > 1 else None


def _dimensions(work: Artwork) -> Iterable[Json]:
    for name, term in _DIMENSIONS.items():
        if value := getattr(work, name):
            yield {
                "type": "Dimension",
                "classified_as": [_type(*term)],
                "value": float(value),
                "unit": _CENTIMETRES,
            }


def _statements(work: Artwork) -> Iterable[Json]:
    for name, term in _STATEMENTS.items():
        if text := getattr(work, name):
            yield _worded("LinguisticObject", text, term, meta=_BRIEF_TEXT)


def _shown(work: Artwork, picture: Mapping[str, str]) -> Json:
    shown: Json = {
        "type": "DigitalObject",
        "format": picture["format"],
        "access_point": [{"id": picture["id"], "type": "DigitalObject"}],
    }
    # Importers write "CC BY 4.0 (https://…)".
    text = work.rights.partition("(")[2].removesuffix(")") or work.rights
    if licence := open_licence(text):
        kind = {"id": licence.url, "type": "Type", "_label": licence.label}
        shown["subject_to"] = [{"type": "Right", "classified_as": [kind]}]
    return {"type": "VisualItem", "digitally_shown_by": [shown]}


def _page(address: str) -> Json:
    page = {"type": "DigitalObject", "access_point": [{"id": address, "type": "DigitalObject"}]}
    return {"type": "LinguisticObject", "digitally_carried_by": [page]}


def _style(name: str) -> Json:
    return {"type": "Type", "_label": name}


def _worded(
    kind: str, text: str, term: tuple[str, str], *, meta: tuple[str, str] | None = None
) -> Json:
    about = _type(*term) | ({"classified_as": [_type(*meta)]} if meta else {})
    return {"type": kind, "classified_as": [about], "content": text}


def _type(number: str, label: str) -> Json:
    return {"id": f"{_AAT}{number}", "type": "Type", "_label": label}
