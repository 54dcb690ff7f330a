from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages

from artrec.images import lab_from_hex
from webapp.catalog import actions, colours
from webapp.catalog.actions import CheckedImage, DuplicateImageError
from webapp.catalog.facts import Facts, from_json, to_json
from webapp.catalog.models import Artist, Artwork, ArtworkImage
from webapp.ingest.cells import parse

RED = {"hex": "#c0202a", "lab": [41.9, 60.9, 36.6], "share": 0.9}


def checked(sha256: str = "a" * 64, key: str = "k1") -> CheckedImage:
    return CheckedImage(
        original=f"incoming/{key}",
        key=key,
        format="JPEG",
        width=800,
        height=600,
        size=1000,
        sha256=sha256,
        perceptual_hash="0" * 16,
        placeholder="data:,",
        palette=[RED],
        widths=[320, 800],
        formats=["webp", "jpeg"],
    )


@pytest.mark.django_db
def test_a_published_image_becomes_a_work_that_waits_for_its_vector() -> None:
    facts = Facts(title="Harbour", artist="Ada  Marsh", price=Decimal("120.50"), currency="EUR")

    published = actions.publish_image(image=checked(), facts=facts, source_key="folder:a/1.jpg")

    work = Artwork.objects.select_related("artist", "image").get()
    assert published.created
    assert (work.title, work.artist.name, work.price) == ("Harbour", "Ada Marsh", Decimal("120.50"))
    assert work.state == Artwork.State.CHECKED
    assert work.image.colours == ["red"]


@pytest.mark.django_db
def test_the_same_file_twice_is_refused_with_the_work_that_has_it() -> None:
    first = actions.publish_image(image=checked(), facts=Facts(title="First")).artwork

    with pytest.raises(DuplicateImageError) as caught:
        actions.publish_image(image=checked(key="k2"), facts=Facts(title="Second"))

    assert caught.value.artwork == first
    assert Artwork.objects.count() == 1


@pytest.mark.django_db
def test_a_new_picture_under_the_same_key_replaces_the_image_and_keeps_the_work() -> None:
    first = actions.publish_image(image=checked(), facts=Facts(title="A"), source_key="s").artwork
    Artwork.objects.update(state=Artwork.State.VISIBLE)

    again = actions.publish_image(
        image=checked("b" * 64, "k2"), facts=Facts(title="B"), source_key="s"
    )

    assert again.artwork == first
    assert again.replaced is not None
    assert again.replaced.key == "k1"
    assert ArtworkImage.objects.get().key == "k2"
    assert Artwork.objects.get().state == Artwork.State.CHECKED
    assert Artwork.objects.get().title == "B"


@pytest.mark.django_db
def test_facts_that_are_not_named_stay_as_they_are() -> None:
    actions.create_or_update_artwork(
        facts=Facts(title="A", year=1907, artist="Ada", artist_bio="Painter."), source_key="s"
    )

    actions.create_or_update_artwork(facts=Facts(title="B"), source_key="s")

    work = Artwork.objects.select_related("artist").get()
    assert (work.title, work.year, work.artist.name) == ("B", 1907, "Ada")
    assert work.artist.bio == "Painter."


@pytest.mark.django_db
def test_changed_facts_names_exactly_the_differences() -> None:
    work = actions.create_or_update_artwork(facts=Facts(title="A", year=1907, artist="Ada"))

    changed = actions.changed_facts(work, Facts(title="A", year=1908, artist="Bea"))

    assert changed == {"year", "artist"}


@pytest.mark.django_db
def test_artists_of_similar_names_get_addresses_of_their_own() -> None:
    for name in ("Ada Marsh", "Ada-Marsh", "素子"):
        actions.create_or_update_artwork(facts=Facts(title="x", artist=name))

    slugs = set(Artist.objects.values_list("slug", flat=True))
    assert slugs == {"ada-marsh", "ada-marsh-2", "artist"}


@pytest.mark.django_db
def test_a_withdrawn_work_waits_again_when_it_is_shown_again() -> None:
    work = actions.create_or_update_artwork(facts=Facts(title="A"))
    Artwork.objects.update(state=Artwork.State.VISIBLE, attempts=2)

    assert actions.withdraw([work.pk]) == 1
    assert Artwork.objects.get().state == Artwork.State.WITHDRAWN
    assert actions.show_again([work.pk]) == 1

    assert Artwork.objects.get().state == Artwork.State.CHECKED
    assert Artwork.objects.get().attempts == 0


@pytest.mark.django_db
def test_a_new_picture_of_a_withdrawn_work_does_not_bring_it_back() -> None:
    work = actions.publish_image(image=checked(), facts=Facts(), source_key="s").artwork
    actions.withdraw([work.pk])

    actions.publish_image(image=checked("b" * 64, "k2"), facts=Facts(), source_key="s")

    assert Artwork.objects.get().state == Artwork.State.WITHDRAWN


@pytest.mark.django_db(transaction=True)
def test_deleting_a_work_deletes_its_files() -> None:
    work = actions.publish_image(image=checked(), facts=Facts()).artwork
    storages["originals"].save("incoming/k1", ContentFile(b"x"))
    for name in ("320.webp", "320.jpeg", "800.webp", "800.jpeg"):
        default_storage.save(f"works/k1/{name}", ContentFile(b"x"))

    actions.delete_artworks([work.pk])

    assert not Artwork.objects.exists()
    assert not storages["originals"].exists("incoming/k1")
    assert not any(path.is_file() for path in Path(settings.MEDIA_ROOT).rglob("*"))


def test_facts_survive_their_way_through_json() -> None:
    facts = Facts(
        title="A", price=Decimal("1.50"), depth_cm=None, added=parse("added", "2024-05-31")
    )

    assert from_json(to_json(facts)) == facts


@pytest.mark.parametrize(
    ("colour", "family"),
    [
        ("#c0202a", "red"),
        ("#f28020", "orange"),
        ("#f5d020", "yellow"),
        ("#207030", "green"),
        ("#208080", "teal"),
        ("#2040c0", "blue"),
        ("#602090", "purple"),
        ("#ffb0c0", "pink"),
        ("#6b4423", "brown"),
        ("#050505", "black"),
        ("#808080", "grey"),
        ("#f7f6f3", "white"),
    ],
)
def test_each_family_holds_the_colour_its_name_says(colour: str, family: str) -> None:
    assert colours.family(lab_from_hex(colour)) == family


def test_a_picture_is_named_by_the_colours_that_cover_a_fair_part() -> None:
    blue = {"hex": "#2040c0", "lab": list(lab_from_hex("#2040c0")), "share": 0.30}
    grey = {"hex": "#808080", "lab": [53.6, 0.0, 0.0], "share": 0.05}
    red = {**RED, "share": 0.65}

    assert colours.families([blue, red, grey]) == ["red", "blue"]
