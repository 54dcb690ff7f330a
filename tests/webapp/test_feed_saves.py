"""Saves as marks, their merge at sign-in, and what somebody may ask the feed not to know."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.webapp.makers import make_artwork, make_space, place
from webapp.accounts.models import User
from webapp.feed import actions, hooks, profile, queries
from webapp.feed.models import Event, Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def wishes(monkeypatch: pytest.MonkeyPatch) -> dict[str, hooks.Wanted]:
    """What everybody wants, in place of what a later app would read."""
    told = {"all": hooks.Wanted()}
    monkeypatch.setattr(hooks, "_readers", {"user": lambda _visitor: told["all"]})
    return told


def test_a_save_stands_once_takes_back_a_hide_and_can_be_taken_back() -> None:
    visitor, artwork = Visitor.objects.create(), make_artwork()
    actions.hide(visitor=visitor, artwork=artwork)

    first = actions.save(visitor=visitor, artwork=artwork)
    again = actions.save(visitor=visitor, artwork=artwork)
    saved = queries.marks_of(visitor)
    actions.unsave(visitor=visitor, artworks=[artwork.pk])

    assert first == again
    assert (saved.saved, saved.hidden) == ((artwork.pk,), ())
    assert queries.marks_of(visitor).saved == ()


def test_a_work_saved_by_session_and_account_is_saved_once_after_signing_in() -> None:
    session, user = Visitor.objects.create(), User.objects.create_user("mara")
    own = Visitor.objects.create(user=user)
    both, new = make_artwork("Ridge"), make_artwork("Slope")
    actions.save(visitor=own, artwork=both)
    for artwork in (both, new):
        actions.save(visitor=session, artwork=artwork)
        actions.like(visitor=session, artwork=artwork)

    actions.merge(visitor=session, into=user)

    marks = queries.marks_of(own)
    assert sorted(marks.saved) == sorted(marks.liked) == [both.pk, new.pk]
    assert not Visitor.objects.filter(pk=session.pk).exists()


def test_several_works_are_set_aside_and_only_those_brought_back() -> None:
    visitor = Visitor.objects.create()
    before, one, two = (make_artwork(title) for title in ("Before", "One", "Two"))
    for artwork in (before, one, two):
        actions.like(visitor=visitor, artwork=artwork)
    actions.mute(visitor=visitor, artwork=before)

    muted = actions.mute_all(visitor=visitor, artworks=[before.pk, one.pk, two.pk])
    silent = profile.profile_of(visitor)
    actions.unmute_all(visitor=visitor, artworks=muted)

    assert muted == [one.pk, two.pk]
    assert not silent.works
    assert [work.artwork_id for work in profile.profile_of(visitor).works] == [one.pk, two.pk]


def test_whoever_wants_nothing_personal_is_shown_what_strangers_see(
    wishes: dict[str, hooks.Wanted],
) -> None:
    space = make_space()
    works = [make_artwork(str(number), artist=str(number)) for number in range(12)]
    for number, work in enumerate(works):
        place(space, work, [1, number / 10, 0, 0])
    visitor = Visitor.objects.create()
    actions.like(visitor=visitor, artwork=works[0])
    actions.hide(visitor=visitor, artwork=works[1])

    personal = queries.for_you(visitor, limit=12)
    wishes["all"] = hooks.Wanted(impersonal=True)
    same_for_all = queries.for_you(visitor, limit=12)

    shown = {each.artwork.pk for each in same_for_all.shown}
    assert (personal.personal, same_for_all.personal) == (True, False)
    assert works[0].pk in shown
    assert works[1].pk not in shown
    assert not any(each.reasons for each in same_for_all.shown)
    assert [work.artwork_id for work in profile.whole_profile_of(visitor).works] == [works[0].pk]


def test_looks_are_not_noted_for_whoever_wants_none(
    client: Client, wishes: dict[str, hooks.Wanted]
) -> None:
    artwork = make_artwork()
    client.post(f"/works/{artwork.pk}/like/")
    wishes["all"] = hooks.Wanted(unrecorded=True)

    client.post(f"/works/{artwork.pk}/viewed/")

    assert list(Event.objects.values_list("kind", flat=True)) == ["like"]
