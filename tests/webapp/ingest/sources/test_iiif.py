from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from tests.webapp.ingest.sources.asking import quick, read
from tests.webapp.ingest.sources.museum import Museum, Reply
from webapp.ingest.connecting import FetchError
from webapp.ingest.sources.comparing import problem_of, shown_facts
from webapp.ingest.sources.contract import Ask, Record, SourceError
from webapp.ingest.sources.iiif import DEEPEST, SOURCE

pytestmark = pytest.mark.django_db

HOST = "https://iiif.example"
CC0 = "http://creativecommons.org/publicdomain/zero/1.0/"


@pytest.fixture(autouse=True)
def _trusted(settings: Settings) -> None:
    settings.SOURCES_HOSTS = ["iiif.example"]


def service(level: str) -> dict[str, Any]:
    return {"id": f"{HOST}/image/1", "type": "ImageService3", "profile": level}


def manifest3(name: str, **changes: Any) -> dict[str, Any]:
    body = {
        "id": f"{HOST}/image/{name}/full/max/0/default.jpg",
        "type": "Image",
        "width": 4000,
        "height": 3000,
        "service": [service("level2")],
    }
    page = {"type": "AnnotationPage", "items": [{"type": "Annotation", "body": body}]}
    return {
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": f"{HOST}/{name}.json",
        "type": "Manifest",
        "label": {"nl": ["Zelfportret"], "en": ["Self-Portrait"]},
        "summary": {"en": ["<p>At the <b>easel</b>.</p>"]},
        "metadata": [
            {"label": {"en": ["Creator"]}, "value": {"none": ["Judith Leyster"]}},
            {"label": {"en": ["Date"]}, "value": {"en": ["c. 1630"]}},
            {"label": {"en": ["Dimensions:"]}, "value": {"en": ["74.6 x 65.1 cm"]}},
            {"label": {"en": ["Identifier"]}, "value": {"en": ["urn:x:74437"]}},
            {"label": {"en": ["Accession Number:"]}, "value": {"en": ["1949.6.1"]}},
        ],
        "rights": CC0,
        "requiredStatement": {
            "label": {"en": ["Attribution"]},
            "value": {"en": ["<span>Courtesy of the Example Museum</span>"]},
        },
        "provider": [{"id": HOST, "type": "Agent", "label": {"en": ["Example Museum"]}}],
        "homepage": [{"id": f"{HOST}/works/{name}", "type": "Text"}],
        "items": [{"id": f"{HOST}/c1", "type": "Canvas", "items": [page]}],
        **changes,
    }


def manifest2(name: str, **changes: Any) -> dict[str, Any]:
    profile = ["http://iiif.io/api/image/2/level1.json", {"formats": ["jpg"]}]
    resource = {
        "@id": f"{HOST}/image/{name}/full/full/0/default.jpg",
        "@type": "dctypes:Image",
        "width": 2000,
        "service": {"@id": f"{HOST}/image/{name}", "profile": profile},
    }
    canvas = {"@type": "sc:Canvas", "images": [{"@type": "oa:Annotation", "resource": resource}]}
    return {
        "@context": "http://iiif.io/api/presentation/2/context.json",
        "@id": f"{HOST}/{name}.json",
        "@type": "sc:Manifest",
        "label": [{"@value": "Selbstbildnis", "@language": "de"}, "Self-Portrait"],
        "metadata": [{"label": "Artist", "value": "Albrecht Dürer"}],
        "attribution": "Example Library",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "related": {"@id": f"{HOST}/works/{name}"},
        "sequences": [{"@type": "sc:Sequence", "canvases": [canvas]}],
        **changes,
    }


def one(museum: Museum, manifest: dict[str, Any]) -> Record:
    url = f"{HOST}/asked.json"
    museum.serve_json(url, manifest)
    (record,) = read(SOURCE, url=url).values()
    return record


def test_a_manifest_of_version_3_is_read_with_its_rights(museum: Museum) -> None:
    record = one(museum, manifest3("a"))

    assert record.id == f"{HOST}/a.json"
    assert not problem_of(record)
    assert record.image_url == f"{HOST}/image/1/full/3000,/0/default.jpg"
    assert record.required_statement == "Courtesy of the Example Museum"
    facts = shown_facts(record)
    assert (facts["title"], facts["artist"]) == ("Self-Portrait", "Judith Leyster")
    assert facts["year"] == 1630
    assert str(facts["height_cm"]) == "74.6"
    assert facts["accession_number"] == "1949.6.1"
    assert facts["description"] == "At the easel."
    assert facts["credit_line"] == "Courtesy of the Example Museum"
    assert facts["source_url"] == f"{HOST}/works/a"


@pytest.mark.parametrize(
    "label",
    ["Inv. No.", "Inv.-Nr.:", "Numéro d\N{RIGHT SINGLE QUOTATION MARK}inventaire", "Museum number"],
)
def test_inventory_numbers_are_known_by_what_museums_call_them(museum: Museum, label: str) -> None:
    metadata = [{"label": {"none": [label]}, "value": {"none": ["MV 3472"]}}]

    record = one(museum, manifest3("a", metadata=metadata))

    assert shown_facts(record)["accession_number"] == "MV 3472"


def test_a_manifest_of_version_2_is_read_with_its_attribution(museum: Museum) -> None:
    record = one(museum, manifest2("b"))

    assert not problem_of(record)
    assert record.image_url == f"{HOST}/image/b/full/2000,/0/default.jpg"
    facts = shown_facts(record)
    assert (facts["title"], facts["artist"]) == ("Self-Portrait", "Albrecht Dürer")
    assert facts["rights"] == "CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)"
    assert facts["credit_line"] == "Example Library"
    assert "accession_number" not in facts


def test_a_service_that_cannot_resize_gives_the_picture_as_it_stands(museum: Museum) -> None:
    made = manifest3("a")
    body = made["items"][0]["items"][0]["items"][0]["body"]
    body["service"] = [service("level0")]

    assert one(museum, made).image_url == f"{HOST}/image/a/full/max/0/default.jpg"


@pytest.mark.parametrize(
    "rights",
    [
        "",
        "http://rightsstatements.org/vocab/InC/1.0/",
        "http://rightsstatements.org/vocab/NoC-US/1.0/",
        "https://creativecommons.org/licenses/by-nc/4.0/",
        "https://creativecommons.org/licenses/by-nd/4.0/",
        "https://creativecommons.org.evil.example/publicdomain/zero/1.0/",
        f"{CC0} https://creativecommons.org/licenses/by-nc/4.0/",
        "All rights reserved",
    ],
)
def test_pictures_that_are_not_certainly_free_are_passed_over(museum: Museum, rights: str) -> None:
    record = one(museum, manifest3("a", rights=rights))

    assert "not certainly free to use" in problem_of(record)


def test_a_statement_too_long_to_be_shown_whole_keeps_the_work_out(museum: Museum) -> None:
    long = {"label": {"en": ["A"]}, "value": {"en": ["word " * 100]}}

    record = one(museum, manifest3("a", requiredStatement=long))

    assert "required statement has" in problem_of(record)


def test_collections_are_followed_and_circles_end(museum: Museum) -> None:
    top, inner = f"{HOST}/top.json", f"{HOST}/inner.json"
    parts = [
        {"id": f"{HOST}/{name}.json", "type": kind}
        for name, kind in (("a", "Manifest"), ("inner", "Collection"), ("lost", "Manifest"))
    ]
    museum.serve_json(top, {"id": top, "type": "Collection", "items": parts})
    back = [{"id": top, "type": "Collection"}, {"id": f"{HOST}/b.json", "type": "Manifest"}]
    museum.serve_json(inner, {"id": inner, "type": "Collection", "items": back})
    museum.serve_json(f"{HOST}/a.json", manifest3("a"))
    museum.serve_json(f"{HOST}/b.json", manifest2("b"))

    records = read(SOURCE, url=top)

    assert list(records) == [f"{HOST}/{name}.json" for name in ("a", "b", "lost")]
    assert "is not there" in records[f"{HOST}/lost.json"].problem


def test_a_manifest_on_a_strange_host_does_not_stop_the_others(museum: Museum) -> None:
    top = f"{HOST}/top.json"
    parts = [
        {"@id": "http://127.0.0.1/inside.json", "@type": "sc:Manifest"},
        {"@id": f"{HOST}/b.json", "@type": "sc:Manifest"},
    ]
    museum.serve_json(top, {"@id": top, "@type": "sc:Collection", "manifests": parts})
    museum.serve_json(f"{HOST}/b.json", manifest2("b"))

    records = read(SOURCE, url=top)

    assert "ARTREC_SOURCE_HOSTS" in records["http://127.0.0.1/inside.json"].error
    assert not problem_of(records[f"{HOST}/b.json"])


def test_a_long_chain_of_pages_is_read_to_its_end(museum: Museum) -> None:
    for number in range(60):
        page: dict[str, Any] = {"@id": f"{HOST}/p{number}.json", "@type": "sc:Collection"}
        page["manifests"] = [{"@id": f"{HOST}/{number}.json", "@type": "sc:Manifest"}]
        page |= {"next": f"{HOST}/p{number + 1}.json"} if number < 59 else {}
        museum.serve_json(f"{HOST}/p{number}.json", page)
        museum.serve_json(f"{HOST}/{number}.json", manifest2(str(number)))

    assert len(read(SOURCE, url=f"{HOST}/p0.json")) == 60


def test_collections_that_never_end_in_depth_are_given_up(museum: Museum) -> None:
    for depth in range(DEEPEST + 3):
        url = f"{HOST}/d{depth}.json"
        part = {"id": f"{HOST}/d{depth + 1}.json", "type": "Collection"}
        museum.serve_json(url, {"id": url, "type": "Collection", "items": [part]})

    with pytest.raises(SourceError, match="deep"):
        read(SOURCE, url=f"{HOST}/d0.json")


def test_a_collection_whose_part_is_missing_is_not_read_to_its_end(museum: Museum) -> None:
    top = f"{HOST}/top.json"
    parts = [{"id": f"{HOST}/lost.json", "type": "Collection"}]
    museum.serve_json(top, {"id": top, "type": "Collection", "items": parts})

    with pytest.raises(FetchError, match="is not there"):
        read(SOURCE, url=top)


def test_a_file_may_hold_the_manifest(museum: Museum, tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps(manifest3("a")))

    assert list(read(SOURCE, file=file)) == [f"{HOST}/a.json"]
    assert not museum.seen


@pytest.mark.parametrize("thing", [[], {"type": "Range"}, {"@type": "sc:Canvas"}, "text"])
def test_what_is_no_manifest_is_said_to_be_none(museum: Museum, thing: Any) -> None:
    museum.serve(f"{HOST}/x.json", Reply(json.dumps(thing).encode()))

    with pytest.raises(SourceError, match="no IIIF manifest"):
        read(SOURCE, url=f"{HOST}/x.json")


def test_a_manifest_is_not_asked_for_again_whatever_it_calls_itself(museum: Museum) -> None:
    top, listed = f"{HOST}/top.json", f"{HOST}/listed.json"
    museum.serve_json(top, {"id": top, "type": "Collection", "items": [part(listed)]})
    museum.serve_json(listed, manifest3("a", id="http://iiif.example/a"))
    [record] = SOURCE.records(Ask(url=top), quick(SOURCE))
    before = len(museum.seen)

    again = list(SOURCE.records(Ask(url=top, read=frozenset({record.address})), quick(SOURCE)))

    assert (record.id, record.address, again) == ("http://iiif.example/a", listed, [])
    assert museum.asked()[before:] == [top]


def test_a_manifest_without_an_id_is_known_by_its_address(museum: Museum) -> None:
    assert one(museum, manifest3("a", id="")).id == f"{HOST}/asked.json"


def part(url: str) -> dict[str, str]:
    return {"id": url, "type": "Manifest"}


def test_rights_of_the_page_go_before_those_of_the_whole(museum: Museum) -> None:
    third = manifest3("a")
    third["items"][0]["rights"] = "http://rightsstatements.org/vocab/InC/1.0/"
    second = manifest2("b", license="http://rightsstatements.org/vocab/InC/1.0/")
    second["sequences"][0]["canvases"][0] |= {"license": CC0, "attribution": "Another Library"}

    assert "InC" in problem_of(one(museum, third))
    record = one(museum, second)
    assert not problem_of(record)
    assert record.required_statement == "Another Library"


def test_services_of_version_1_give_the_picture_as_it_stands(museum: Museum) -> None:
    made = manifest3("a")
    body = made["items"][0]["items"][0]["items"][0]["body"]
    body["service"] = [
        service("http://library.stanford.edu/iiif/image-api/1.1/compliance.html#level2")
    ]

    assert one(museum, made).image_url == f"{HOST}/image/a/full/max/0/default.jpg"


def test_labels_are_known_in_several_spellings(museum: Museum) -> None:
    metadata = [
        {"label": "Artist / Maker", "value": "Grant Wood\nAmerican, 1891–1942"},
        {"label": "Artist / Maker", "value": "Another"},
        {"label": "Date:", "value": "1930"},
    ]

    facts = one(museum, manifest2("b", metadata=metadata)).facts

    assert (facts["artist"], facts["year"]) == ("Grant Wood", 1930)
