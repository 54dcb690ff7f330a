"""Dry run, import, and import again: what is new, changed, gone, and what is passed over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from webapp import jobs
from webapp.catalog.actions import CheckedImage, publish_image, withdraw
from webapp.catalog.facts import Facts, from_json
from webapp.catalog.models import Artwork
from webapp.ingest.actions import retry_failed, start_batch
from webapp.ingest.connecting import FetchError
from webapp.ingest.fetching import Web
from webapp.ingest.models import Item, Origin
from webapp.ingest.sources.comparing import Change
from webapp.ingest.sources.contract import Ask, Record, Source
from webapp.ingest.sources.syncing import Sync, changes

pytestmark = pytest.mark.django_db

WEB = Web(hosts=frozenset())
MONDAY, TUESDAY = datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 17, tzinfo=UTC)


def a_record(name: str, **changes: Any) -> Record:
    values: dict[str, Any] = {
        "id": name,
        "facts": Facts(title=f"Work {name}", artist="Ann", year=1900),
        "image_url": f"https://museum.example/{name}.jpg",
        "rights": "CC0",
        "changed": MONDAY,
        **changes,
    }
    return Record(**values)


def synced(
    *records: Record,
    dry: bool = False,
    limit: int | None = None,
    breaks: bool = False,
    ask: str = "",
) -> dict[str, Change]:
    def told(_ask: Ask, _web: Web) -> Iterator[Record]:
        yield from records
        if breaks:
            raise FetchError("The museum went away.")

    sync = Sync(Source(name="demo", title="Demo", records=told), Ask(query=ask))
    batch = None if dry else start_batch(source="demo")
    found = {change.key: change for change in changes(sync, WEB, limit=limit, batch=batch)}
    assert bool(sync.stopped) == breaks
    return found


def arrive() -> None:
    """Do what the workers do with the pictures that are wanted."""
    for item in Item.objects.filter(state=Item.State.WANTED):
        number = f"{item.pk:032d}"
        image = CheckedImage(
            original=f"incoming/{number}",
            key=number,
            format="JPEG",
            width=160,
            height=120,
            size=1,
            sha256=number * 2,
            perceptual_hash="0" * 16,
            placeholder="",
            palette=[{"hex": "#000000", "lab": [0, 0, 0], "share": 1.0}],
            widths=[160],
            formats=["jpeg"],
        )
        facts = from_json(item.metadata)
        work = publish_image(image=image, facts=facts, source_key=item.source_key).artwork
        Item.objects.filter(pk=item.pk).update(state=Item.State.VISIBLE, artwork=work)
        Origin.objects.filter(source_key=item.source_key).update(etag=f'"{item.pk}"')


def verdicts(found: dict[str, Change]) -> dict[str, str]:
    return {key.removeprefix("demo:"): change.verdict.value for key, change in found.items()}


def test_a_dry_run_tells_what_an_import_would_do_and_writes_nothing() -> None:
    synced(a_record("a"), a_record("b"))
    arrive()
    before = (list(Artwork.objects.values()), list(Item.objects.values()))
    origins = list(Origin.objects.values())
    now = [a_record("a", facts=Facts(title="Better", artist="Ann", year=1900)), a_record("c")]

    found = synced(*now, dry=True)

    assert verdicts(found) == {"a": "changed", "c": "new", "b": "gone"}
    assert found["demo:a"].reason == "title"
    assert (list(Artwork.objects.values()), list(Item.objects.values())) == before
    assert list(Origin.objects.values()) == origins
    assert verdicts(synced(*now)) == verdicts(found)


def test_new_works_are_wanted_once_however_often_the_import_runs() -> None:
    first = synced(a_record("a"))
    again = synced(a_record("a"))

    assert verdicts(first) == {"a": "new"}
    assert verdicts(again) == {"a": "skipped"}
    assert "on its way" in again["demo:a"].reason
    item = Item.objects.get()
    assert (item.state, item.url) == ("wanted", "https://museum.example/a.jpg")
    assert item.source_key == "demo:a"
    arrive()

    assert verdicts(synced(a_record("a"))) == {"a": "unchanged"}
    assert Item.objects.count() == 1
    work = Artwork.objects.get()
    assert work.rights.startswith("CC0 1.0")
    assert work.availability == "not_for_sale"


def test_changed_facts_are_written_and_no_picture_is_asked_for() -> None:
    synced(a_record("a"))
    arrive()
    Artwork.objects.update(availability="sold")

    synced(a_record("a", facts=Facts(title="Work a", artist="Ann", year=1901)))

    work = Artwork.objects.get()
    assert (work.year, work.availability) == (1901, "sold")
    assert Item.objects.count() == 1


def test_an_inventory_number_is_filled_in_and_not_taken_away_by_a_source_that_names_none() -> None:
    facts = Facts(title="Work a", artist="Ann", year=1900)
    synced(a_record("a"))
    arrive()

    filled = synced(a_record("a", facts={**facts, "accession_number": " SK-A-1\n"}))
    again = synced(a_record("a", facts={**facts, "accession_number": "SK-A-1"}))
    unnamed = synced(a_record("a", facts={**facts, "accession_number": ""}))
    endless = synced(a_record("a", facts={**facts, "accession_number": "1" * 101}))

    assert (verdicts(filled), filled["demo:a"].reason) == ({"a": "changed"}, "accession_number")
    assert [verdicts(each) for each in (again, unnamed, endless)] == [{"a": "unchanged"}] * 3
    assert Artwork.objects.get().accession_number == "SK-A-1"
    assert Item.objects.count() == 1


def test_another_picture_is_fetched_afresh_and_a_changed_record_asks_whether_it_is_one() -> None:
    synced(a_record("a"), a_record("b"))
    arrive()

    found = synced(
        a_record("a", image_url="https://museum.example/better.jpg"),
        a_record("b", changed=TUESDAY),
    )

    assert verdicts(found) == {"a": "picture", "b": "picture"}
    etags = dict(Origin.objects.values_list("source_key", "etag"))
    assert etags["demo:a"] == ""
    assert etags["demo:b"] != ""
    assert Item.objects.filter(state=Item.State.WANTED).count() == 2
    arrive()
    same = synced(
        a_record("a", image_url="https://museum.example/better.jpg"),
        a_record("b", changed=TUESDAY),
    )
    assert verdicts(same) == {"a": "unchanged", "b": "unchanged"}


def test_the_same_picture_asked_for_in_another_size_is_no_other_picture() -> None:
    whole = "https://museum.example/1/full/max/0/default.jpg"
    confined = "https://museum.example/1/full/!3000,3000/0/default.jpg"
    synced(a_record("a", image_url=whole))
    arrive()

    again = synced(a_record("a", image_url=confined))

    assert verdicts(again) == {"a": "unchanged"}
    assert Origin.objects.get().image_url == confined
    assert verdicts(synced(a_record("a", image_url=confined))) == {"a": "unchanged"}
    other = a_record("a", image_url="https://museum.example/2/full/!3000,3000/0/default.jpg")
    assert verdicts(synced(other)) == {"a": "picture"}


def test_a_picture_that_failed_last_time_is_tried_again() -> None:
    synced(a_record("a"))
    arrive()
    synced(a_record("a", changed=TUESDAY))
    Item.objects.filter(state=Item.State.WANTED).update(state=Item.State.FAILED)

    found = synced(a_record("a", changed=TUESDAY))

    assert verdicts(found) == {"a": "picture"}
    assert Origin.objects.get().etag == ""


def test_a_picture_that_was_refused_or_is_here_already_is_not_fetched_each_time() -> None:
    synced(a_record("a"))
    Item.objects.update(state=Item.State.REFUSED, reason="It is a PDF.")

    again = synced(a_record("a"))
    other = synced(a_record("a", image_url="https://museum.example/other.jpg"))

    assert again["demo:a"].reason == "Its picture was refused: It is a PDF."
    assert verdicts(other) == {"a": "new"}


def test_what_is_gone_is_told_of_the_same_question_only() -> None:
    synced(a_record("a"), a_record("b"), ask="cats")
    synced(a_record("c"), ask="dogs")
    arrive()

    found = synced(a_record("a"), ask="cats")

    assert verdicts(found) == {"a": "unchanged", "b": "gone"}
    assert found["demo:b"].artwork == Artwork.objects.get(source_key="demo:b").pk
    withdraw([found["demo:b"].artwork or 0])
    assert verdicts(synced(a_record("a"), ask="cats")) == {"a": "unchanged"}


@pytest.mark.parametrize("how", [{"limit": 1}, {"breaks": True}])
def test_nothing_is_gone_where_the_source_was_not_read_to_its_end(how: dict[str, Any]) -> None:
    synced(a_record("a"), a_record("b"))
    arrive()

    found = synced(a_record("a"), **how)

    assert verdicts(found) == {"a": "unchanged"}


def test_a_work_that_is_not_free_any_more_is_gone_and_a_new_one_is_passed_over() -> None:
    synced(a_record("a"))
    arrive()

    found = synced(a_record("a", rights="In copyright"), a_record("b", rights="In copyright"))

    assert verdicts(found) == {"a": "gone", "b": "skipped"}
    assert "not certainly free to use; its rights are: In copyright" in found["demo:b"].reason


def test_a_record_that_could_not_be_read_says_nothing_about_its_work() -> None:
    synced(a_record("a"))
    arrive()

    found = synced(Record(id="a", error="It does not answer with JSON."))

    assert verdicts(found) == {"a": "skipped"}


def test_a_source_that_names_a_work_twice_gets_it_once() -> None:
    many = [a_record(str(number)) for number in range(60)]  # more than are compared at once

    found = synced(a_record("a"), a_record("a"), *many, many[0], dry=True)
    synced(a_record("a"), a_record("a"))

    twice = {key for key, change in found.items() if "twice" in change.reason}
    assert twice == {"demo:a", "demo:0"}
    assert Item.objects.count() == 1


def test_what_was_read_before_the_source_broke_off_counts() -> None:
    synced(a_record("a"), breaks=True)

    assert Item.objects.get().source_key == "demo:a"


def test_words_too_long_for_the_catalogue_are_cut_and_impossible_values_left_out() -> None:
    facts = Facts(title="t" * 900, artist="", year=123456, medium="a\n" * 300, source_url="oops")

    found = synced(a_record("a", facts=facts))

    got = found["demo:a"].facts or {}
    assert len(got["title"]) == 300
    assert got["title"].endswith("…")
    assert (got["artist"], got["year"], got["source_url"]) == ("Unknown artist", None, "")
    arrive()
    assert verdicts(synced(a_record("a", facts=facts))) == {"a": "unchanged"}


def test_failed_fetches_are_fetched_and_failed_checks_checked_again() -> None:
    synced(a_record("a"), a_record("b"))
    Item.objects.update(state=Item.State.FAILED)
    Item.objects.filter(source_key="demo:b").update(incoming="incoming/b")

    count = retry_failed(batch=Item.objects.first().batch)  # type: ignore[union-attr]

    assert count == 2
    states = dict(Item.objects.values_list("source_key", "state"))
    assert states == {"demo:a": "wanted", "demo:b": "received"}


def test_a_big_collection_rings_once(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    rings: list[str] = []
    monkeypatch.setattr(jobs, "send", lambda job, _kwargs: rings.append(job.value))

    with django_capture_on_commit_callbacks(execute=True):
        synced(*[a_record(str(number)) for number in range(120)])

    assert rings == ["workers.fetch_items"]
