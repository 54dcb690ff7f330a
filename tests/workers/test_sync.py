"""Syncs as a worker makes them: read, look, wait for somebody, bring in; through kills as well."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from pytest_django import Settings

from tests.webapp.ingest.pictures import picture
from tests.webapp.ingest.sources.museum import Museum, Reply
from tests.webapp.ingest.sources.test_met import an_object
from tests.webapp.ingest.sources.test_syncing import arrive
from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.desk import trail
from webapp.ingest.models import Batch, Item, Notice, Origin
from webapp.ingest.notices import QUIET, tell_ended
from webapp.ingest.sources import met
from webapp.ingest.sources.met import API
from webapp.museums import actions
from webapp.museums.models import Finding, Sync
from workers import claims, syncs
from workers.syncs import note
from workers.tasks import sync as tasks
from workers.tasks.sync import sync

State = Sync.State
SMALL = "https://images.metmuseum.org/small"


@pytest.fixture
def museum(museum: Museum, monkeypatch: pytest.MonkeyPatch) -> Museum:
    monkeypatch.setitem(met.SOURCE.pauses, "images.metmuseum.org", 0.001)
    return museum


def serve(museum: Museum, *numbers: int, **changes: Any) -> None:
    museum.serve_json(f"{API}/search", {"total": len(numbers), "objectIDs": list(numbers)})
    for number in numbers:
        small = f"{SMALL}/{number}.jpg"
        thing = an_object(number, primaryImageSmall=small, title=f"Work {number}")
        museum.serve_json(f"{API}/objects/{number}", {**thing, **changes})
        museum.serve(small, Reply(picture(number, (64, 48))))


def asked(user: User, *, query: str = "wheat", most: int = 100) -> Sync:
    return actions.ask(source="met", user=user, query=query, most=most)


def work(row: Sync, *, times: int = 9) -> Sync:
    """Let workers work until the sync waits for somebody or has ended."""
    for _ in range(times):
        sync()
        row.refresh_from_db()
        if not row.open:
            break
    return row


def brought(row: Sync, user: User) -> Sync:
    actions.bring_in(row, user, held=False)
    work(row)
    arrive()
    return row


def verdicts(row: Sync) -> dict[str, str]:
    return dict(row.findings.values_list("key", "verdict"))


def test_a_dry_run_finds_shows_and_changes_nothing(museum: Museum, ada: User) -> None:
    serve(museum, 1, 2)
    museum.serve_json(f"{API}/objects/2", an_object(2, isPublicDomain=False))

    row = work(asked(ada))

    assert row.state == State.READY
    assert row.whole
    assert verdicts(row) == {"met:1": "new", "met:2": "skipped"}
    found = row.findings.get(verdict="new")
    assert (found.title, found.artist) == ("Work 1", "Vincent van Gogh")
    assert bytes(found.preview or b"").startswith(b"RIFF")
    assert (found.width, found.height) == (64, 48)
    assert "public domain" in row.findings.get(verdict="skipped").reason
    assert not Item.objects.exists()
    assert not Origin.objects.exists()
    assert not any("original" in url for url in museum.asked())
    assert "1 differ from what is here" in row.log


def test_what_is_ticked_comes_in_as_one_batch_and_what_is_not_stays_out(
    museum: Museum, ada: User
) -> None:
    serve(museum, 1, 2)
    row = work(asked(ada))
    ids = dict(row.findings.values_list("key", "pk"))
    actions.choose(row, shown=ids.values(), chosen=[ids["met:2"]])

    actions.bring_in(row, ada, held=True)
    work(row)

    item = Item.objects.get()
    assert (item.source_key, item.state) == ("met:2", Item.State.WANTED)
    assert row.state == State.DONE
    assert row.batch == item.batch
    assert (item.batch.user, item.batch.held) == (ada, True)
    assert item.batch.source == "The Metropolitan Museum of Art: wheat"
    assert list(Origin.objects.values_list("source_key", "scope")) == [("met:2", "met: wheat")]


def test_who_brings_in_by_turns_is_told_of_the_end_of_all(
    museum: Museum, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "TOGETHER", 1)
    serve(museum, 1, 2)
    row = work(asked(ada))
    monkeypatch.setattr(tasks, "TURN_SECONDS", -1.0)
    actions.bring_in(row, ada, held=False)
    told = []

    for _ in range(2):
        sync()
        arrive()
        ended = timezone.now() - 2 * QUIET
        Item.objects.update(created=ended, finished=ended)
        told.append(tell_ended())
    work(row)

    assert row.state == State.DONE
    assert (told, tell_ended()) == ([1, 1], 0)
    assert Notice.objects.latest("pk").words.endswith(": 2 in the gallery.")


def test_asking_again_shows_what_changed_and_what_is_gone(museum: Museum, ada: User) -> None:
    serve(museum, 1, 2, 3)
    brought(work(asked(ada)), ada)
    serve(museum, 1, 2)
    museum.serve_json(f"{API}/objects/1", an_object(1, title="Better", primaryImageSmall=""))

    row = work(asked(ada))

    assert verdicts(row) == {"met:1": "changed", "met:2": "unchanged", "met:3": "gone"}
    assert row.findings.get(key="met:1").differences == [["title", "Work 1", "Better"]]
    chosen = dict(row.findings.values_list("key", "chosen"))
    assert chosen == {"met:1": True, "met:2": True, "met:3": False}
    brought(row, ada)
    titles = dict(Artwork.objects.values_list("source_key", "title"))
    assert titles["met:1"] == "Better"
    assert trail.of_work(Artwork.objects.get(title="Better"))[0].who == "ada"
    assert not Artwork.objects.filter(state=Artwork.State.WITHDRAWN).exists()
    assert row.batch is None

    again = work(asked(ada))
    actions.choose_all(again, ["gone"], chosen=True)
    brought(again, ada)

    assert Artwork.objects.get(state=Artwork.State.WITHDRAWN).source_key == "met:3"
    assert work(asked(ada)).state == State.DONE


def test_a_change_that_came_by_another_way_meanwhile_is_not_made_twice(
    museum: Museum, ada: User
) -> None:
    serve(museum, 1)
    first, second = work(asked(ada)), work(asked(ada, query="field"))
    brought(first, ada)

    brought(second, ada)

    assert Item.objects.count() == 1
    assert second.state == State.DONE
    assert second.batch is None


def test_a_sync_that_is_interrupted_goes_on_where_it_was(
    museum: Museum, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(museum, *range(25))
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0)
    row = asked(ada)

    sync()
    read = Finding.objects.count()
    work(row, times=300)

    assert read == tasks.AT_ONCE
    assert row.counts == {"new": 25}
    assert row.state == State.READY
    objects = [url for url in museum.asked() if "/objects/" in url]
    assert len(objects) == len(set(objects)) == 25


def test_a_sync_whose_worker_died_is_taken_up_and_not_for_ever(museum: Museum, ada: User) -> None:
    serve(museum, 1)
    row = asked(ada)
    Sync.objects.update(claimed_until=timezone.now() - timedelta(seconds=1), attempts=1)

    assert work(row).state == State.READY

    lost = asked(ada, query="other")
    Sync.objects.filter(pk=lost.pk).update(attempts=claims.MAX_ATTEMPTS)
    assert work(lost).state == State.FAILED
    assert "tried 3 times" in lost.reason


def test_a_sync_that_another_worker_holds_is_left_to_it(museum: Museum, ada: User) -> None:
    serve(museum, 1)
    row = asked(ada)
    Sync.objects.update(claimed_until=timezone.now() + claims.LEASE, attempts=1)

    sync()

    assert not museum.seen
    row.refresh_from_db()
    assert row.state == State.READING


def test_a_sync_that_is_ended_while_it_reads_stops_asking(
    museum: Museum, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(museum, *range(35))
    row = asked(ada)

    def note_and_end(held: Sync, found: Any) -> bool:
        noted = note(held, found)
        Sync.objects.update(state=State.CANCELLED)
        return noted

    monkeypatch.setattr(syncs, "note", note_and_end)

    work(row)

    assert row.state == State.CANCELLED
    assert row.counts == {"new": 10}
    assert not [url for url in museum.asked() if url.endswith("/objects/30")]


def test_a_sync_that_is_ended_with_its_last_work_stays_ended(
    museum: Museum, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(museum, 1, 2)
    row = asked(ada)

    def note_and_end(held: Sync, found: Any) -> bool:
        noted = note(held, found)
        actions.cancel(Sync.objects.get(pk=held.pk))
        return noted

    monkeypatch.setattr(syncs, "note", note_and_end)

    work(row)

    assert row.state == State.CANCELLED
    assert "were looked at" not in row.log


def test_a_source_that_breaks_off_keeps_what_it_told_and_is_read_on_if_wanted(
    museum: Museum, ada: User
) -> None:
    page, search = "https://data.rijksmuseum.nl/search/2", "https://data.rijksmuseum.nl/search"
    item = {"id": "https://id.rijksmuseum.nl/7"}
    museum.serve_json(search, {"orderedItems": [item], "next": {"id": page}})
    museum.serve_json(page, {"error": "sorry"})

    row = work(actions.ask(source="rijks", user=ada, url=search, most=10))

    assert row.state == State.FAILED
    assert "does not answer as documented" in row.reason
    assert row.counts == {"skipped": 1}
    museum.serve_json(page, {"orderedItems": [{"id": "https://id.rijksmuseum.nl/8"}]})
    actions.go_on(row)
    work(row)
    assert row.counts == {"skipped": 2}
    assert row.state == State.DONE


def test_a_museum_that_does_not_answer_as_documented_fails_with_a_sentence(
    museum: Museum, ada: User
) -> None:
    museum.serve_json(f"{API}/search", {"message": "sorry"})

    row = work(asked(ada))

    assert row.state == State.FAILED
    assert "not answer as documented" in row.reason
    assert not row.whole
    serve(museum, 1)
    actions.go_on(row)
    assert work(row).counts == {"new": 1}


def test_without_a_contact_nobody_is_asked(museum: Museum, ada: User, settings: Settings) -> None:
    settings.SOURCES_CONTACT = ""

    row = work(asked(ada))

    assert row.state == State.FAILED
    assert "ARTREC_CONTACT" in row.reason
    assert not museum.seen


def test_a_small_picture_that_cannot_be_had_is_done_without(museum: Museum, ada: User) -> None:
    serve(museum, 1, 2)
    museum.serve(f"{SMALL}/1.jpg", Reply(b"<svg/>"))

    row = work(asked(ada))

    assert row.state == State.READY
    shown = dict(row.findings.values_list("key", "width"))
    assert shown == {"met:1": None, "met:2": 64}


def test_small_pictures_are_bounded(
    museum: Museum, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(museum, 1, 2, 3)
    monkeypatch.setattr(tasks, "PREVIEWS", 1)

    work(asked(ada))

    assert len([url for url in museum.asked() if url.startswith(SMALL)]) == 1


def test_a_table_is_read_from_the_file_that_was_given(museum: Museum, ada: User) -> None:
    serve(museum, 7)
    table = b"Object ID,Is Public Domain,Title\n7,True,Wheat\n8,False,Closed\n"
    files = {"MetObjects.csv": ContentFile(table)}

    row = work(actions.ask(source="met", user=ada, most=10, files=files))

    assert verdicts(row) == {"met:7": "new", "met:8": "skipped"}
    assert row.question.scope == "met: MetObjects.csv"


def test_more_works_than_wanted_are_not_looked_at_and_nothing_is_gone(
    museum: Museum, ada: User
) -> None:
    serve(museum, 1, 2, 3)
    brought(work(asked(ada)), ada)

    row = work(asked(ada, most=2))

    assert verdicts(row) == {"met:1": "unchanged", "met:2": "unchanged"}
    assert not row.whole
    assert not Batch.objects.filter(pk__gt=Batch.objects.earliest("pk").pk).exists()


def test_what_was_found_long_ago_is_forgotten_but_not_that_it_was(
    museum: Museum, ada: User
) -> None:
    serve(museum, 1)
    old, waiting = work(asked(ada)), work(asked(ada, query="other"))
    actions.cancel(old)
    Sync.objects.update(created=timezone.now() - timedelta(days=91))

    sync()

    assert not old.findings.exists()
    assert waiting.findings.exists()
    old.refresh_from_db()
    assert old.counts == {"new": 1}
