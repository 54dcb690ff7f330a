"""What the demo's curator hangs, so that a stranger finds picks and exhibitions."""

from __future__ import annotations

import pytest

from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.feed.models import Pick
from webapp.home import demo
from webapp.mine import queries
from webapp.mine.models import Collection

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
    shows = {show.title: show for show in Collection.objects.exclude(exhibited=None)}
    assert set(shows) == {show.title for show in demo.SHOWS}
    paper = [item.artwork for item in shows["What paper can do"].items.order_by("position")]
    assert [work.style for work in paper] == ["Cut-out", "Ink"] * 4
    assert [work.title for work in paper[:4]] == ["Cut-out 0", "Ink 0", "Cut-out 1", "Ink 1"]
    assert not any(show.items.filter(artwork=sold).exists() for show in shows.values())


def test_what_was_hung_is_not_hung_again(curator: User) -> None:
    make_artwork("Ridge", style="Nocturne")
    demo.hang(curator)
    Collection.objects.update(title="Renamed by hand")

    demo.hang(curator)

    assert [show.title for show in queries.public_exhibitions()] == ["Renamed by hand"]
