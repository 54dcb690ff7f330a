from __future__ import annotations

import pytest

from tests.webapp.makers import make_artist, make_artwork
from webapp.feed.models import Visitor
from webapp.mine import queries
from webapp.mine.models import Follow

pytestmark = pytest.mark.django_db


def test_followed_artists_come_newest_follow_first_and_with_their_new_works() -> None:
    visitor, other = Visitor.objects.create(), Visitor.objects.create()
    make_artwork("Ridge", artist="Ida Moor")
    make_artwork("Slope", artist="Otto Brae")
    ida, otto = make_artist("Ida Moor"), make_artist("Otto Brae")
    Follow.objects.create(visitor=visitor, artist=ida)
    Follow.objects.create(visitor=visitor, artist=otto)
    Follow.objects.create(visitor=other, artist=ida)

    found = list(queries.followed_artists(visitor))
    works = [work.title for work in queries.newest_of_followed(visitor)]

    assert found == [otto, ida]
    assert works == ["Slope", "Ridge"]
    assert not queries.followed_artists(None)
    assert not queries.newest_of_followed(None)
