"""What the demo's curator hangs, so that a stranger finds picks and exhibitions."""

from __future__ import annotations

import pytest

from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.exhibitions import queries
from webapp.exhibitions.models import Exhibition, Hanging
from webapp.feed.models import Pick
from webapp.home import demo

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator() -> User:
    return User.objects.create(username="carl")


def test_a_work_of_each_style_is_picked_and_exhibitions_are_hung(curator: User) -> None:
    for number in range(8):
        for style in ("Cut-out", "Ink", "Nocturne", "Wave"):
            make_artwork(f"{style} {number}", artist=f"{style} {number // 4}", style=style)
    sold = make_artwork("sold", style="Weave", availability=Artwork.Availability.SOLD)

    demo.hang(curator)

    picked = Pick.objects.values_list("artwork__style", flat=True)
    assert sorted(picked) == ["Cut-out", "Ink", "Nocturne", "Wave"]
    shows = {show.title: show for show in queries.open_now()}
    assert set(shows) == {show.title for show in demo.SHOWS}
    cut, ink = shows["What paper can do"].rooms.all()
    assert [hung.artwork.title for hung in cut.hangings.all()] == [
        *("Cut-out 0", "Cut-out 1", "Cut-out 4", "Cut-out 5"),
    ]
    assert {hung.artwork.style for hung in ink.hangings.all()} == {"Ink"}
    assert not Hanging.objects.filter(artwork=sold).exists()


def test_what_was_hung_is_not_hung_again(curator: User) -> None:
    make_artwork("Ridge", style="Nocturne")
    demo.hang(curator)
    Exhibition.objects.update(title="Renamed by hand")

    demo.hang(curator)

    assert [show.title for show in queries.open_now()] == ["Renamed by hand"]
