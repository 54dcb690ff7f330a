"""Extractors compared on works whose pictures tell the styles, and on choices that follow them."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from tests.webapp.makers import make_artwork
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.feed.models import Event, Visitor
from webapp.quality import actions
from webapp.quality.models import Comparison, Entry, SideFeature
from workers import extractors
from workers.leases import CancelledError
from workers.tasks.extractors import compare_extractors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_beats")]

COLOURS = ((190, 60, 40), (40, 70, 180), (60, 150, 70))


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Networks cannot be had here, so one of them stands for all."""
    settings.ARTREC_DOWNLOAD = False
    settings.ARTREC_WEIGHTS = ""
    monkeypatch.setattr(extractors, "BACKBONES", ("resnet50",))
    monkeypatch.setattr(extractors, "TEXT_IMAGE", ())
    monkeypatch.setattr(extractors, "HANDMADE_NAMES", ("colour",))


def hang(number: int, colour: tuple[int, int, int]) -> Artwork:
    """A work of one colour with some noise, and its file."""
    rng = np.random.default_rng(number)
    pixels = np.clip(np.array(colour) + rng.normal(scale=25, size=(40, 40, 3)), 0, 255)
    work = make_artwork(f"{number}", artist=f"hand {number // 9}", style=f"style {number % 3}")
    buffer = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(buffer, "PNG")
    name = storages["originals"].save(f"incoming/{number}.png", ContentFile(buffer.getvalue()))
    ArtworkImage.objects.filter(artwork=work).update(original=name)
    return work


def gallery(count: int = 36) -> list[Artwork]:
    works = [hang(number, COLOURS[number % 3]) for number in range(count)]
    now = timezone.now()
    for camp in range(6):
        visitor = Visitor.objects.create()
        for step, work in enumerate(works[camp % 3 :: 3][camp : camp + 4]):
            when = now - timedelta(days=9 - step)
            Event.objects.create(visitor=visitor, artwork=work, kind="like", time=when)
    return works


def compared(works: int = 2000) -> dict[str, Entry]:
    actions.compare(works=works, by=None)
    compare_extractors()
    return {each.extractor: each for each in Comparison.objects.all()[0].entries.all()}


def test_what_sees_the_styles_beats_the_lot_and_what_cannot_be_had_says_why() -> None:
    works = gallery()

    entries = compared()

    row = Comparison.objects.get()
    assert (row.state, row.works, row.visitors) == (Comparison.State.READY, 36, 6)
    assert list(entries) == ["resnet50/pad", "colour", "random"]
    colour, lot = entries["colour"].figures, entries["random"].figures
    assert colour["style"]["mean"] > 0.9
    assert lot["style"]["mean"] < 0.6
    assert colour["auc"]["low"] > lot["auc"]["mean"]
    assert set(colour) == {"style", "artist", "recall@20", "precision@20", "rr", "ndcg@20", "auc"}
    assert entries["resnet50/pad"].state == Entry.State.FAILED
    assert "no resnet50.tv_in1k.safetensors" in entries["resnet50/pad"].reason
    assert SideFeature.objects.filter(extractor="colour").count() == len(works)


def test_each_is_tested_against_the_best_on_the_same_visitors_and_works() -> None:
    gallery()

    entries = compared()

    lot = entries["random"].figures
    colour = entries["colour"].figures
    against = lot["style"]["against"]
    assert against["extractor"] == "colour"
    assert against["mean"] == pytest.approx(
        lot["style"]["mean"] - colour["style"]["mean"], abs=0.001
    )
    assert against["low"] <= against["mean"] <= against["high"] < 0
    assert against["p"] < 0.001
    assert "against" in lot["recall@20"]
    assert "against" not in lot["auc"]
    assert not any("against" in cell for cell in colour.values())
    assert all(each.answers == {} for each in entries.values())


def test_a_work_of_another_style_makes_another_draw() -> None:
    works = gallery()
    before = extractors._gallery(2000).mark

    Artwork.objects.filter(pk=works[0].pk).update(style="")

    # Its answer is missing now, so those of before would be one more.
    assert extractors._gallery(2000).mark != before


def test_answers_of_another_draw_make_no_pairs() -> None:
    gallery()
    row = actions.compare(works=2000, by=None)
    figures = {"style": {"mean": 0.1, "low": 0.1, "high": 0.1}}
    Entry.objects.create(
        comparison=row,
        extractor="random",
        place=2,
        state=Entry.State.READY,
        figures=figures,
        answers={"of": 1, "style": [0.1] * 36},
    )

    assert compared()["random"].figures == figures


def test_what_was_seen_is_not_seen_again_but_a_new_picture_is() -> None:
    works = gallery()
    compared()
    ArtworkImage.objects.filter(artwork=works[0]).update(key="another")

    again = compared()["colour"]

    assert again.seen == 1
    assert SideFeature.objects.get(artwork=works[0]).picture == "another"


def test_the_most_chosen_works_come_first_where_not_all_are_asked_for() -> None:
    works = gallery(48)

    compared(works=32)

    chosen = {each.artwork_id for each in Event.objects.all()}
    kept = {each.artwork_id for each in SideFeature.objects.all()}
    assert len(kept) == 32
    assert chosen <= kept < {work.pk for work in works}


def test_without_choices_neighbours_are_still_compared() -> None:
    gallery()
    Event.objects.all().delete()

    figures = compared()["colour"].figures

    assert set(figures) == {"style", "artist"}
    assert Comparison.objects.get().visitors == 0


def test_a_picture_that_cannot_be_opened_is_passed_over_and_many_are_not() -> None:
    works = gallery()
    images = [ArtworkImage.objects.get(artwork=work) for work in works]
    storages["originals"].delete(images[0].original)

    assert compared()["colour"].state == Entry.State.READY

    for image in images[1:9]:
        storages["originals"].delete(image.original)
    actions.forget()
    assert compared()["colour"].reason == "9 of 36 pictures could not be opened."


def test_after_a_kill_what_is_done_stays_done_and_the_killer_is_passed_over() -> None:
    gallery()
    row = actions.compare(works=2000, by=None)
    done = {"comparison": row, "state": Entry.State.READY, "figures": {"style": {"mean": 0.5}}}
    Entry.objects.create(extractor="random", place=2, **done)
    Entry.objects.create(comparison=row, extractor="colour", place=1, state=Entry.State.RUNNING)

    entries = compared()

    assert entries["random"].figures == {"style": {"mean": 0.5}}
    assert entries["colour"].reason == extractors.INTERRUPTED
    assert Comparison.objects.get().state == Comparison.State.READY


def test_a_cancelled_comparison_keeps_what_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    gallery()

    def cancelled_meanwhile(*_arguments: Any) -> Any:
        actions.cancel(Comparison.objects.all())
        raise CancelledError

    monkeypatch.setattr(extractors, "_see", cancelled_meanwhile)
    entries = compared()

    assert Comparison.objects.get().state == Comparison.State.CANCELLED
    assert entries["colour"].state == Entry.State.WAITING
    assert entries["resnet50/pad"].state == Entry.State.FAILED


def test_too_few_works_are_said_and_one_comparison_is_asked_for_at_a_time() -> None:
    gallery(6)
    actions.compare(works=500, by=None)
    actions.compare(works=2000, by=None)

    compare_extractors()

    row = Comparison.objects.get()
    assert row.wanted == 500
    assert "There are 6 visible works" in row.reason
