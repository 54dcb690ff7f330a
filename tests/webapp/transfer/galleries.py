"""A small gallery with everything an export can hold."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from PIL import Image

from artrec.serving.transform import Transform
from tests.webapp.duplicates.makers import make_pair
from tests.webapp.makers import make_artist
from tests.webapp.studio.makers import make_map, node
from tests.webapp.tastes import make_taste, mean_bundle
from webapp.accounts.models import User
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.duplicates import actions as duplicates
from webapp.duplicates.models import Pair
from webapp.exhibitions import actions as exhibitions
from webapp.exhibitions.arrangement import Hung, Walls
from webapp.feed.models import Event, Pick, Serving, Visitor
from webapp.mine.models import Choices, Collection, CollectionItem, Follow
from webapp.quiz.models import Answer, Quiz
from webapp.selections import actions as selections
from webapp.studio import actions as studio
from webapp.studio.models import Map
from webapp.transfer.images import keep_variants
from webapp.vectors import actions
from webapp.vectors.models import Space

START = datetime(2025, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
DIM = 4
AFFINE = [0.5, 0, 0.25, 0, 0.5, 0.25]
"""How the second of the merged works lies on the first: in its middle."""


def make_gallery(rng: np.random.Generator, *, works: int = 12) -> list[Artwork]:
    """Works with pictures in both spaces, three visitors, picks and collections."""
    made = [make_work(rng, number) for number in range(works)]
    ids = [work.pk for work in made]
    transform = Transform(
        (("all", 0, DIM),), np.zeros(DIM, np.float32), np.ones(DIM, np.float32), None
    )
    look = Space.objects.create(
        purpose="look",
        extractor="test",
        dim=DIM,
        scored=DIM,
        transform=transform.to_bytes(),
        fitted_on=0,
        state=Space.State.LIVE,
    )
    rows = rng.normal(size=(works, DIM)).astype(np.float32)
    actions.store_features("test", ids, rows)
    actions.store_vectors(look, ids, rows / np.linalg.norm(rows, axis=1, keepdims=True))
    actions.store_vectors(make_taste(mean_bundle()), ids, rng.normal(size=(works, DIM)))
    make_people(made)
    make_curators_work(made, look)
    Serving.objects.create(diversity=0.4, per_artist=2)
    return made


def make_work(rng: np.random.Generator, number: int, **facts: Any) -> Artwork:
    """A work with a picture of its own in the storages."""
    pixels = rng.integers(0, 256, size=(9, 12, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).resize((64, 48)).save(buffer, "PNG")
    key = f"key{number:03d}"
    known: dict[str, Any] = {
        "title": f"Ridge {number}",
        "state": Artwork.State.VISIBLE,
        "medium": "oil",
    }
    known |= {"added": START + timedelta(days=number), "year": 1890 + number, **facts}
    known |= {"artist": make_artist(f"Hand {number % 3}")}
    work = Artwork.objects.create(**known)
    name = storages["originals"].save(f"{number}.png", ContentFile(buffer.getvalue()))
    ArtworkImage.objects.create(
        artwork=work,
        original=name,
        key=key,
        perceptual_hash=f"{number:016x}",
        placeholder="data:image/webp;base64,UklGRg==",
        palette=[{"hex": "#8a7f70", "lab": [54.0, 1.0, 9.0], "share": 1.0}],
        colours=["brown"],
        **keep_variants(key, buffer.getvalue()),
    )
    return work


def make_people(works: list[Artwork]) -> None:
    mara = User.objects.create_user("mara", "mara@example.org", "a quiet evening ridge")
    mara.groups.add(Group.objects.get_or_create(name="curators")[0])
    signed_in = Visitor.objects.create(user=mara)
    collector = Visitor.objects.create(label="collector-1")
    stranger = Visitor.objects.create()
    Visitor.objects.update(created=START)
    liked = {signed_in: works[:3], collector: works[4:6], stranger: works[7:8]}
    for visitor, chosen in liked.items():
        for number, work in enumerate(chosen):
            time = START + timedelta(minutes=number)
            Event.objects.create(visitor=visitor, artwork=work, kind="like", time=time)
    Choices.objects.create(visitor=collector, history_paused=True)
    Follow.objects.create(visitor=signed_in, artist=works[0].artist)
    quiz = Quiz.objects.create(visitor=stranger, seed=7)
    shown = [work.pk for work in works[:4]]
    Answer.objects.create(quiz=quiz, number=0, shown=shown, chosen=works[1])
    Pick.objects.create(artwork=works[9], by=mara)
    for title, visibility in (("Evenings", "public"), ("Only mine", "private")):
        collection = Collection.objects.create(
            visitor=signed_in, title=title, visibility=visibility, cover=works[1]
        )
        for position, work in enumerate(works[:2]):
            CollectionItem.objects.create(collection=collection, artwork=work, position=position)


def make_curators_work(works: list[Artwork], look: Space) -> None:
    """A map of six works with a name, an open exhibition, a draft, a selection, a tag, two works
    that are merged and two that are not."""
    carl = User.objects.create_user("carl")
    found = make_map(works[:6], space=look)
    file = storages["models"].save("map.npz", ContentFile(b"what places works to come"))
    Map.objects.filter(pk=found.pk).update(file=file)
    named = node(found, 1, 2)
    studio.rename(named, "Evening ridges", by=carl)
    studio.rename(named, "Ridges at dusk", by=carl)
    night = exhibitions.start("Night", [works[0].pk, works[3].pk], carl)
    rooms = (
        Walls(None, "First", "Where it begins.", "midnight", (Hung(works[3].pk, "The moon."),)),
        Walls(None, "Second", "", "sand", (Hung(works[0].pk), Hung(works[1].pk))),
    )
    closes = START + timedelta(days=36_500)
    exhibitions.change(
        night,
        carl,
        lambda before: (
            replace(before, cover=works[1].pk, opens=START, closes=closes, rooms=rooms),
            "Hung everything",
        ),
    )
    exhibitions.start("Not yet", [works[2].pk, works[3].pk], carl)
    selections.save(works=[works[5].pk, works[2].pk], by=carl, title="For the lobby")
    selections.tag(works=[works[4].pk], name="loan", by=carl)
    duplicates.keep_both(pair=make_pair(works[6], works[7]), by=carl)
    twice = make_pair(works[-2], works[-1])
    Pair.objects.filter(pk=twice.pk).update(affine=AFFINE)
    duplicates.merge(pair=twice, stays=works[-1].pk, facts={}, by=carl)


def shown(ids: list[int]) -> list[int]:
    """Which of the works of `make_gallery` are shown: the last but one was merged into the last."""
    return [*ids[:-2], ids[-1]]
