from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.webapp.ingest.sources.asking import read
from tests.webapp.ingest.sources.museum import Museum, Reply
from webapp.ingest.sources.comparing import problem_of, shown_facts
from webapp.ingest.sources.contract import SourceError
from webapp.ingest.sources.linked_art import size_of
from webapp.ingest.sources.rijks import SEARCH, SOURCE

pytestmark = pytest.mark.django_db

AAT = "http://vocab.getty.edu/aat/"
EN, NL = f"{AAT}300388277", f"{AAT}300388256"
PDM = "https://creativecommons.org/publicdomain/mark/1.0/"


def text(content: str, language: str = EN, kind: str = "", is_a: str = "Name") -> dict[str, Any]:
    found: dict[str, Any] = {"type": is_a, "content": content, "language": [{"id": language}]}
    return {**found, "classified_as": [{"id": AAT + kind}]} if kind else found


def size(kind: str, value: float) -> dict[str, Any]:
    unit = {"id": f"{AAT}300379098", "type": "MeasurementUnit"}
    return {
        "type": "Dimension",
        "value": value,
        "unit": unit,
        "classified_as": [{"id": AAT + kind}],
    }


def a_painting(number: int) -> dict[str, Any]:
    return {
        "@context": "https://linked.art/ns/v1/linked-art.json",
        "id": f"https://id.rijksmuseum.nl/{number}",
        "type": "HumanMadeObject",
        "identified_by": [
            text("200107928", is_a="Identifier"),
            text("SK-C-5", kind="300312355", is_a="Identifier"),
            text("De Nachtwacht", NL),
            text("The Night Watch"),
        ],
        "produced_by": {
            "type": "Production",
            "timespan": {"type": "TimeSpan", "identified_by": [text("1642")]},
            "part": [
                {
                    "type": "Production",
                    "carried_out_by": [
                        {
                            "id": "https://id.rijksmuseum.nl/2103429",
                            "type": "Person",
                            "notation": [
                                {"@language": "en", "@value": "Rembrandt van Rijn"},
                            ],
                        }
                    ],
                }
            ],
        },
        "dimension": [size("300055644", 379.5), size("300055647", 453.5)],
        "referred_to_by": [
            text("olieverf op doek", NL, "300435429", "LinguisticObject"),
            text("oil on canvas", EN, "300435429", "LinguisticObject"),
            text("On loan from the City of Amsterdam", EN, "300026687", "LinguisticObject"),
        ],
        "shows": [{"id": f"https://id.rijksmuseum.nl/{number}1", "type": "VisualItem"}],
    }


def serve(museum: Museum, number: int, rights: str = PDM, image: bool = True) -> None:
    """Serve a painting like the resolver does: redirect to the data, thing by thing."""
    point = {"id": f"https://iiif.micr.io/{number}/full/max/0/default.jpg", "type": "DigitalObject"}
    right = {"type": "Right", "classified_as": [{"id": rights, "type": "Type"}]}
    answers = {
        f"{number}": a_painting(number),
        f"{number}1": {
            "type": "VisualItem",
            "digitally_shown_by": [
                {"id": f"https://id.rijksmuseum.nl/{number}2", "type": "DigitalObject"}
            ],
        },
        f"{number}2": {
            "type": "DigitalObject",
            "access_point": [point] if image else [],
            "subject_to": [right],
        },
    }
    for name, answer in answers.items():
        target = f"https://data.rijksmuseum.nl/{name}"
        moved = Reply(status=303, headers={"Location": target})
        museum.serve(f"https://id.rijksmuseum.nl/{name}", moved)
        museum.serve_json(target, answer)


def page(numbers: list[int], after: str = "") -> dict[str, Any]:
    items = [{"id": f"https://id.rijksmuseum.nl/{n}", "type": "HumanMadeObject"} for n in numbers]
    found: dict[str, Any] = {"type": "OrderedCollectionPage", "orderedItems": items}
    return {**found, "next": {"id": after, "type": "OrderedCollectionPage"}} if after else found


def test_a_painting_is_read_through_what_it_shows_to_its_file(museum: Museum) -> None:
    museum.serve_json(SEARCH, page([2001]))
    serve(museum, 2001)

    record = read(SOURCE, query="type=painting&creator=Rembrandt van Rijn")["2001"]

    assert not problem_of(record)
    # The Night Watch has 178 megapixels; a small picture is not enlarged by this.
    assert record.image_url == "https://iiif.micr.io/2001/full/!3000,3000/0/default.jpg"
    assert record.preview_url == "https://iiif.micr.io/2001/full/330,/0/default.jpg"
    facts = shown_facts(record)
    assert (facts["title"], facts["artist"]) == ("The Night Watch", "Rembrandt van Rijn")
    assert facts["year"] == 1642
    assert facts["medium"] == "oil on canvas"
    assert facts["accession_number"] == "SK-C-5"
    assert (facts["height_cm"], facts["width_cm"]) == (Decimal("379.5"), Decimal("453.5"))
    assert facts["credit_line"] == "On loan from the City of Amsterdam. Rijksmuseum"
    assert museum.asked()[0] == (
        f"{SEARCH}?type=painting&creator=Rembrandt+van+Rijn&imageAvailable=true"
    )
    assert museum.seen[1].headers["accept"] == "application/ld+json"


def test_the_pages_of_a_search_are_followed(museum: Museum) -> None:
    second = f"{SEARCH}?imageAvailable=true&pageToken=abc"
    museum.serve_json(f"{SEARCH}?imageAvailable=true", page([2001], second))
    museum.serve_json(second, page([2002], second))  # a page that leads to itself
    serve(museum, 2001)
    serve(museum, 2002)

    assert list(read(SOURCE)) == ["2001", "2002"]


def test_works_that_are_not_free_without_a_file_or_broken_say_so(museum: Museum) -> None:
    museum.serve_json(SEARCH, page([2001, 2002, 2003, 2004]))
    serve(museum, 2001, rights="http://rightsstatements.org/vocab/InC/1.0/")
    serve(museum, 2002, image=False)
    museum.serve("https://id.rijksmuseum.nl/2003", Reply(b"<rdf/>"))

    records = read(SOURCE, query="title")

    assert "rightsstatements.org/vocab/InC" in problem_of(records["2001"])
    assert "no picture" in problem_of(records["2002"])
    assert "JSON" in records["2003"].error
    assert "no such object" in problem_of(records["2004"])


def test_a_file_that_is_not_offered_by_iiif_is_asked_for_as_it_stands(museum: Museum) -> None:
    museum.serve_json(SEARCH, page([2001]))
    serve(museum, 2001)
    right = {"type": "Right", "classified_as": [{"id": PDM}]}
    for file in ("2001.jpg", "2001/full/full/90/default.jpg"):
        point = {"id": f"https://iiif.micr.io/{file}"}
        digital = {"type": "DigitalObject", "access_point": [point], "subject_to": [right]}
        museum.serve_json("https://data.rijksmuseum.nl/20012", digital)

        assert read(SOURCE, query="x")["2001"].image_url == f"https://iiif.micr.io/{file}"


def test_an_answer_of_another_form_stops_with_a_sentence(museum: Museum) -> None:
    museum.serve_json(SEARCH, {"detail": "Bad request"})

    with pytest.raises(SourceError, match="documented"):
        read(SOURCE, query="x")


def test_a_century_in_words_leaves_the_year_to_the_span(museum: Museum) -> None:
    museum.serve_json(SEARCH, page([2001]))
    serve(museum, 2001)
    painting = a_painting(2001)
    span = {"identified_by": [text("17th century")], "end_of_the_end": "1699-12-31T23:59:59"}
    painting["produced_by"]["timespan"] = span
    painting["dimension"][0]["value"] = "379.5"
    museum.serve_json("https://data.rijksmuseum.nl/2001", painting)

    facts = read(SOURCE, query="x")["2001"].facts

    assert (facts["year"], facts["height_cm"]) == (1699, Decimal("379.5"))


@pytest.mark.parametrize("value", [None, "unknown", "sNaN", "1e1000000"])
def test_a_size_that_is_no_number_is_left_out(value: object) -> None:
    made = a_painting(2001)
    made["dimension"][0]["value"] = value

    assert list(size_of(made)) == ["width_cm"]


def test_a_file_under_several_rights_is_not_certainly_free(museum: Museum) -> None:
    museum.serve_json(SEARCH, page([2001]))
    serve(museum, 2001)
    kind = {"id": f"{AAT}300435434", "type": "Type"}
    rights = [PDM, "http://rightsstatements.org/vocab/InC/1.0/"]
    said = [{"type": "Right", "classified_as": [kind, {"id": each}]} for each in rights]
    point = {"id": "https://iiif.micr.io/2001/full/max/0/default.jpg"}
    file = {"type": "DigitalObject", "access_point": [point]}
    museum.serve_json("https://data.rijksmuseum.nl/20012", {**file, "subject_to": said})
    both = read(SOURCE, query="x")["2001"]
    museum.serve_json("https://data.rijksmuseum.nl/20012", {**file, "subject_to": said[:1]})
    one = read(SOURCE, query="x")["2001"]

    assert "InC" in problem_of(both)
    assert not problem_of(one)
