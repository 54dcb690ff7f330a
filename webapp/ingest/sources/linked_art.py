"""Read what we show of a work from Linked Art (linked.art): plain functions on its JSON."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from webapp.catalog.facts import Facts
from webapp.ingest.sources.cleaning import year_of, year_of_time

AAT: Final = "http://vocab.getty.edu/aat/"
ENGLISH: Final = f"{AAT}300388277"
MATERIALS: Final = f"{AAT}300435429"
DESCRIPTION: Final = f"{AAT}300435416"
CREDIT: Final = f"{AAT}300026687"
ACCESSION_NUMBER: Final = f"{AAT}300312355"
_CENTIMETRES: Final = {f"{AAT}300379098": Decimal(1), f"{AAT}300379097": Decimal("0.1")}
_HEIGHT: Final = f"{AAT}300055644"
_WIDTH: Final = f"{AAT}300055647"
_DEPTH: Final = f"{AAT}300072633"


def things(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a property, which may be one, several or none."""
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, dict)]


def mapping(value: Any) -> dict[str, Any]:
    """Return a JSON object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def id_of(thing: dict[str, Any]) -> str:
    """Return the identifier of a thing, or nothing."""
    return str(thing.get("id") or thing.get("@id") or "")


def classes_of(thing: dict[str, Any]) -> set[str]:
    """Return the identifiers of the classes a thing is in."""
    found = {id_of(each) for each in things(thing.get("classified_as"))}
    return {each.replace("https://vocab.getty.edu/", "http://vocab.getty.edu/") for each in found}


def name_of(made: dict[str, Any]) -> str:
    """Return the title, in English where there is one."""
    names = [each for each in things(made.get("identified_by")) if each.get("type") == "Name"]
    return _in_english(names) or _text(made.get("_label"))


def number_of(made: dict[str, Any]) -> str:
    """Return the accession number; other identifiers are none that people know a work by."""
    numbers = [each for each in things(made.get("identified_by")) if each.get("type") != "Name"]
    known = [each for each in numbers if ACCESSION_NUMBER in classes_of(each)]
    return next(filter(None, (_text(each.get("content")) for each in known)), "")


def maker_of(made: dict[str, Any]) -> str:
    """Return who made it: of the whole production or of its parts, each once."""
    whole = mapping(made.get("produced_by"))
    names: list[str] = []
    for production in [whole, *things(whole.get("part"))]:
        names += [_person(person) for person in things(production.get("carried_out_by"))]
    names = [name for name in dict.fromkeys(names) if name]
    return ", ".join(names) or _in_english(list(_statements(whole)))


def year_of_making(made: dict[str, Any]) -> int | None:
    """Return the year that the museum's words name; the end of the span if they name none."""
    span = next(iter(things(mapping(made.get("produced_by")).get("timespan"))), {})
    year = year_of(_in_english(things(span.get("identified_by"))))
    return year if year is not None else year_of_time(_text(span.get("end_of_the_end")))


def statement_of(made: dict[str, Any], kind: str) -> str:
    """Return what is said of it in a statement of that class, in English where there is one."""
    return _in_english([each for each in _statements(made) if kind in classes_of(each)])


def size_of(made: dict[str, Any]) -> Facts:
    """Return height, width and depth, from centimetres or millimetres."""
    facts = Facts()
    for each in things(made.get("dimension")):
        factor = _CENTIMETRES.get(id_of(mapping(each.get("unit"))).replace("https://v", "http://v"))
        if factor is None:
            continue
        try:
            size = Decimal(str(each.get("value"))) * factor
        except ArithmeticError:
            continue
        kinds = classes_of(each)
        if _HEIGHT in kinds:
            facts.setdefault("height_cm", size)
        elif _WIDTH in kinds:
            facts.setdefault("width_cm", size)
        elif _DEPTH in kinds:
            facts.setdefault("depth_cm", size)
    return facts


def rights_of(thing: dict[str, Any]) -> str:
    """Return the licence that a thing is under; of several none is certain, so all are."""
    rights = things(thing.get("subject_to"))
    found = [id_of(each) for right in rights for each in things(right.get("classified_as"))]
    # Terms of the thesaurus say what kind of statement it is, not what it states.
    return " ".join(dict.fromkeys(each for each in found if "vocab.getty.edu" not in each))


def _statements(thing: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for each in things(thing.get("referred_to_by")):
        if each.get("type") in {None, "LinguisticObject"}:
            yield each


def _person(person: dict[str, Any]) -> str:
    notations = things(person.get("notation"))
    english = [each for each in notations if each.get("@language") == "en"]
    said = next(iter(english or notations), {}).get("@value")
    return _text(said) or _in_english(things(person.get("identified_by"))) or _label(person)


def _label(thing: dict[str, Any]) -> str:
    return _text(thing.get("_label"))


def _in_english(texts: list[dict[str, Any]]) -> str:
    english = [
        each
        for each in texts
        if ENGLISH in {id_of(language) for language in things(each.get("language"))}
    ]
    contents = [_text(each.get("content")) for each in [*english, *texts]]
    return next((content for content in contents if content), "")


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return value if isinstance(value, str) else ""
