"""Spaces of trained models: what they must hold, how they come and go."""

from __future__ import annotations

import pytest

from tests.webapp.makers import make_artwork, make_space, place
from webapp.feed.models import Experiment
from webapp.vectors import actions
from webapp.vectors.models import Space, Vector
from webapp.vectors.queries import live_space

pytestmark = pytest.mark.django_db


def make_trained(name: str, *, state: str = "ready", open_to_new: bool = True) -> Space:
    space = actions.create_trained_space(
        purpose="taste",
        name=name,
        extractor="test",
        dim=2,
        scored=2,
        head=b"head",
        fitted_on=0,
        open_to_new=open_to_new,
    )
    Space.objects.filter(pk=space.pk).update(state=state)
    space.state = state
    return space


def test_a_space_that_is_open_to_new_works_must_hold_all_that_can_have_a_vector() -> None:
    space, work, odd = make_trained("a"), make_artwork(), make_artwork()

    with pytest.raises(actions.IncompleteSpaceError) as refusal:
        actions.go_live(space, unreachable=[odd.pk])

    assert refusal.value.artwork_ids == [work.pk]
    place(space, work, [1, 0])
    actions.go_live(space, unreachable=[odd.pk])
    assert live_space("taste") == space


def test_a_space_that_is_not_open_to_new_works_is_not_expected_to_hold_them() -> None:
    make_artwork()
    space = make_trained("a", open_to_new=False)

    former = actions.go_live(space)

    assert former is None
    assert live_space("taste") == space


def test_a_switch_names_what_served_before() -> None:
    old, new = make_trained("a", state="live"), make_trained("b")

    assert actions.go_live(new) == old
    assert actions.go_live(new) is None

    old.refresh_from_db()
    assert old.state == Space.State.RETIRED


def test_a_deleted_space_does_not_go_live_and_the_old_one_goes_on() -> None:
    old, new = make_trained("a", state="live"), make_trained("b", state="dropped")

    with pytest.raises(actions.DroppedSpaceError):
        actions.go_live(new)

    assert live_space("taste") == old


def test_a_purpose_can_be_left_to_nobody() -> None:
    look, taste = make_space(2), make_trained("a", state="live")

    assert actions.retire("taste") == taste
    assert actions.retire("taste") is None

    assert (live_space("taste"), live_space("look")) == (None, look)


def test_new_works_belong_into_every_trained_space_that_may_serve() -> None:
    make_space(2)
    states = ("building", "ready", "live", "retired", "dropped")
    spaces = [make_trained(state, state=state) for state in states]

    assert actions.trained_spaces_to_fill() == spaces[:4]


def test_only_the_newest_idle_spaces_of_a_purpose_and_the_spared_stay() -> None:
    look = make_space(2, state="retired")
    retired = [make_trained(f"r{n}", state="retired") for n in range(4)]
    ready = [make_trained(f"p{n}", state="ready") for n in range(2)]
    live = make_trained("live", state="live")
    place(retired[1], make_artwork(), [1, 0])

    dropped = actions.drop_retired(1, purpose="taste", spare=[retired[0].pk])

    assert dropped == 3
    assert set(Space.objects.all()) == {look, retired[0], retired[3], ready[1], live}
    assert not Vector.objects.exists()


def test_a_space_named_by_an_old_experiment_keeps_its_row_and_nothing_else() -> None:
    space, newer = make_trained("a", state="retired"), make_trained("b", state="retired")
    Experiment.objects.create(name="e", kind="ab", state="stopped", space_a=space, salt="s")
    place(space, make_artwork(), [1, 0])

    dropped = [actions.drop_retired(1, purpose="taste") for _ in range(2)]

    space.refresh_from_db()
    assert dropped == [1, 0]
    assert (space.state, space.head) == (Space.State.DROPPED, None)
    assert not Vector.objects.exists()
    assert Space.objects.filter(pk=newer.pk).exists()


def test_a_live_space_is_not_dropped() -> None:
    live, ready = make_trained("a", state="live"), make_trained("b")

    actions.drop(live)
    actions.drop(ready)

    assert list(Space.objects.all()) == [live]
