"""What neighbourhoods are named by is read from the catalogue and from the pictures."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from artrec.images import placeholder
from tests.webapp.makers import make_artwork
from webapp.catalog.models import Artwork, ArtworkImage
from workers.atlas_facts import facts_of

pytestmark = pytest.mark.django_db


def test_facts_are_of_the_works_in_their_rows() -> None:
    first = make_artwork("A harbour", artist="Ana Ruiz", style="Ridges")
    second = make_artwork("Untitled", artist="Unknown artist", style="")
    Artwork.objects.filter(pk=first.pk).update(year=1873)
    night = Image.new("RGB", (60, 40), (12, 12, 20))
    ArtworkImage.objects.filter(artwork=first).update(placeholder=placeholder(night))

    facts = facts_of(np.array([first.pk, second.pk, second.pk + 1]))

    assert facts["style"] == [("Ridges",), (), ()]
    assert facts["artist"] == [("Ana Ruiz",), (), ()]
    assert facts["words"] == [("harbour",), (), ()]
    assert facts["period"] == [("19th century", "1870s"), (), ()]
    assert facts["tone"] == [("dark",), (), ()]


def test_colours_that_most_pictures_have_are_told_where_there_is_much_of_them() -> None:
    work = make_artwork()
    grey, blue = {"lab": [60.0, 0.0, 0.0]}, {"lab": [40.0, 5.0, -45.0]}
    told = []

    for share in (0.2, 0.8):
        palette = [{**grey, "share": share}, {**blue, "share": 1 - share}]
        ArtworkImage.objects.filter(artwork=work).update(palette=palette)
        told.append(set(facts_of(np.array([work.pk]))["colour"][0]))

    assert told == [{"blue"}, {"grey", "blue"}]
