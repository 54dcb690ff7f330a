from __future__ import annotations

import numpy as np
import pytest
from django.template import Context, Template
from django.test import Client

from artrec.images.palette import lab_from_hex
from tests.webapp.makers import make_artwork
from tests.webapp.test_browsing import wish, works_on
from webapp.catalog import palette
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.feed.browsing import piece
from webapp.feed.searching import results

pytestmark = pytest.mark.django_db


def make(**shares: float) -> Artwork:
    """A work whose picture has these colours: make(x3468b4=0.7, …)."""
    work = make_artwork()
    swatches = [
        {"hex": f"#{name[1:]}", "lab": list(lab_from_hex(f"#{name[1:]}")), "share": share}
        for name, share in shares.items()
    ]
    ArtworkImage.objects.filter(artwork=work).update(palette=swatches)
    return work


def found(*colours: str) -> list[int]:
    asked = wish("&".join(f"palette={colour}" for colour in colours))
    return [work.pk for work in piece(asked).works]


def test_who_has_most_of_a_colour_comes_first_and_who_has_none_not_at_all() -> None:
    little = make(x3468b4=0.1, xf6f4ee=0.9)
    much = make(x3468b4=0.8, xf6f4ee=0.2)
    like_it = make(x3a6cb0=0.8, xf6f4ee=0.2)
    make(xd0463a=1.0)

    assert found("3468b4") == [much.pk, like_it.pk, little.pk]


def test_every_picked_colour_must_be_there() -> None:
    make(x3468b4=1.0)
    make(xd0463a=1.0)
    both = make(x3468b4=0.5, xd0463a=0.5)

    assert found("3468b4", "d0463a") == [both.pk]


def test_distances_are_those_of_cie94() -> None:
    # By hand, from the definition, for a reference with a = 30, b = 40 (chroma 50).
    labs = np.array([[60.0, 30.0, 40.0], [50.0, 60.0, 80.0], [50.0, -40.0, 30.0]], np.float32)

    distances = np.sqrt(palette.squared_distance(labs, (50.0, 30.0, 40.0)))

    # Ten lighter; chroma 50 more over 1 + .045 · 50; hue √(50² + 50²) over 1 + .015 · 50.
    assert distances == pytest.approx([10.0, 50 / 3.25, 70.7107 / 1.75], rel=1e-4)


def test_new_and_changed_pictures_answer_at_once() -> None:
    before = make(xd0463a=1.0)
    assert found("3468b4") == []

    new = make(x3468b4=0.6, xf6f4ee=0.4)
    ArtworkImage.objects.filter(artwork=before).update(
        palette=[{"hex": "#3468b4", "lab": list(lab_from_hex("#3468b4")), "share": 1.0}]
    )

    assert found("3468b4") == [before.pk, new.pk]
    assert found("d0463a") == []


def test_a_palette_combines_with_words_facets_and_counts() -> None:
    work = make(x3468b4=1.0)
    other = make(x3468b4=1.0)
    Artwork.objects.filter(pk=work.pk).update(title="Quay", style="Harbours")

    page = results(wish("palette=3468b4&q=quay&style=Harbours"))
    by_style = {menu.name: menu for menu in results(wish("palette=3468b4")).menus}["style"]

    assert [each.pk for each in page.piece.works] == [work.pk]
    assert page.total == 1
    assert {choice.label: choice.count for choice in by_style.choices} == {
        "Harbours": 1,
        other.style: 1,
    }


def test_a_withdrawn_work_does_not_answer() -> None:
    work = make(x3468b4=1.0)
    assert found("3468b4") == [work.pk]

    Artwork.objects.filter(pk=work.pk).update(state=Artwork.State.WITHDRAWN)

    assert found("3468b4") == []


def test_when_no_picture_has_the_colours_it_is_said(client: Client) -> None:
    make(xd0463a=1.0)

    html = client.get("/browse/?palette=3468b4").content.decode()

    assert "No picture has these colours" in html


def test_four_colours_are_the_most() -> None:
    given = ["#A1B2C3", "a1b2c3", "nonsense", "000000", "111111", "222222", "333333"]

    assert palette.colours_of(given) == ("a1b2c3", "000000", "111111", "222222")


def test_the_colours_of_a_work_lead_to_works_in_them(client: Client) -> None:
    work = make(x3468b4=0.7, xf6f4ee=0.3)
    template = Template('{% include "catalog/palette.html" %}')

    html = template.render(Context({"artwork": Artwork.objects.get(pk=work.pk)}))

    assert "?palette=3468b4&amp;palette=f6f4ee" in html
    assert works_on(client.get("/browse/?palette=3468b4&palette=f6f4ee").content.decode()) == [
        work.pk
    ]
