"""The command: what it says, and what it leaves as it is."""

from __future__ import annotations

import csv
import io
import json
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from tests.webapp.ingest.sources.museum import Museum, Reply
from tests.webapp.ingest.sources.test_met import an_object
from tests.webapp.ingest.sources.test_syncing import arrive
from webapp.catalog.models import Artwork
from webapp.ingest.management.commands.import_source import pause
from webapp.ingest.models import Batch, HostPace, Item, Origin
from webapp.ingest.sources.met import API

pytestmark = pytest.mark.django_db


def serve(museum: Museum, *numbers: int) -> None:
    museum.serve_json(f"{API}/search", {"total": len(numbers), "objectIDs": list(numbers)})
    for number in numbers:
        museum.serve_json(f"{API}/objects/{number}", an_object(number))


def run(*options: str) -> str:
    out = io.StringIO()
    arguments = ["met", "--query", "wheat", *options]
    call_command("import_source", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_a_dry_run_says_what_would_be_done_and_leaves_the_gallery_alone(museum: Museum) -> None:
    serve(museum, 1, 2)
    museum.serve_json(f"{API}/objects/2", an_object(2, isPublicDomain=False))

    said = run("--dry-run")

    assert "new: met:1 Wheat Field with Cypresses" in said
    assert "skipped: met:2" in said
    assert "public domain" in said
    assert "1 new, 0 changed, 0 picture, 0 unchanged, 0 gone, 1 skipped." in said
    assert "Nothing was changed." in said
    assert not Batch.objects.exists()
    assert not Item.objects.exists()
    assert not Origin.objects.exists()


def test_an_import_hands_pictures_to_the_workers_and_a_report_has_every_line(
    museum: Museum, tmp_path: Path
) -> None:
    serve(museum, 1, 2)
    report = tmp_path / "report.csv"

    run("--no-wait", "--report", str(report))

    items = Item.objects.order_by("pk")
    assert [item.source_key for item in items] == ["met:1", "met:2"]
    assert Batch.objects.get().source == "The Metropolitan Museum of Art: wheat"
    with report.open(encoding="utf-8") as stream:
        assert [(row["key"], row["what"]) for row in csv.DictReader(stream)] == [
            ("met:1", "new"),
            ("met:2", "new"),
        ]
    assert not any("images.metmuseum.org" in url for url in museum.asked())


def test_what_is_gone_stays_until_somebody_says_otherwise(museum: Museum) -> None:
    serve(museum, 1, 2)
    run("--no-wait")
    arrive()
    serve(museum, 1)

    told = run("--no-wait")
    assert "gone: met:2" in told
    assert not Artwork.objects.filter(state=Artwork.State.WITHDRAWN).exists()
    tried = run("--no-wait", "--withdraw-gone", "--dry-run")
    assert "Nothing was changed." in tried
    assert not Artwork.objects.filter(state=Artwork.State.WITHDRAWN).exists()
    done = run("--no-wait", "--withdraw-gone")

    assert "1 works that are gone were withdrawn." in done
    assert Artwork.objects.get(state=Artwork.State.WITHDRAWN).source_key == "met:2"


def test_a_source_that_breaks_off_keeps_what_came_and_the_command_fails(museum: Museum) -> None:
    serve(museum, 1, 2)
    busy = Reply(status=429, headers={"Retry-After": "3600"})
    museum.serve(f"{API}/objects/2", busy)

    with pytest.raises(
        CommandError, match=r"to its end: .+ come back later \(status 429\)"
    ) as error:
        run("--no-wait")

    assert "asks us to come back later (status 429). Try again in 60 minutes." in str(error.value)
    assert Item.objects.get().source_key == "met:1"


def test_a_pause_that_can_be_waited_for_is_told_of(
    museum: Museum, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(museum, 1)
    answer = Reply(json.dumps(an_object(1)).encode())
    museum.serve(f"{API}/objects/1", Reply(status=429, headers={"Retry-After": "50"}), answer)
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        if seconds > 1:
            HostPace.objects.all().delete()  # the time is over

    monkeypatch.setattr(time, "sleep", wait)

    said = run("--dry-run")

    assert "The museum is asked again in 50 seconds." in said
    assert "1 new" in said
    assert max(waited) == 50


def test_the_bar_of_pictures_says_why_they_wait_and_until_when(museum: Museum) -> None:
    serve(museum, 1, 2)
    run("--no-wait")
    batch, busy = Batch.objects.get(), "images.metmuseum.org asks us to come back later."
    assert pause(batch) == ""
    then = timezone.now() + timedelta(minutes=10)
    first, second = batch.items.order_by("pk")
    held = {"claimed_until": then - timedelta(minutes=9), "reason": "It is left alone."}
    batch.items.filter(pk=first.pk).update(**held)

    batch.items.filter(pk=second.pk).update(claimed_until=then, reason=busy)

    assert pause(batch) == f"; until {timezone.localtime(then):%H:%M}: {busy}"
    batch.items.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert pause(batch) == ""


def test_without_a_contact_the_command_says_what_to_set(museum: Museum, settings: Settings) -> None:
    settings.SOURCES_CONTACT = ""

    with pytest.raises(CommandError, match="ARTREC_CONTACT"):
        run()

    assert not museum.seen
    assert not Batch.objects.exists()


def test_a_file_that_is_not_there_is_named(museum: Museum, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"gone\.csv cannot be read"):
        run("--file", str(tmp_path / "gone.csv"))
