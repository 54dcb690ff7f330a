"""Changes of exhibitions: kept one after another, undone, restored, and never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.webapp.desk.people import person
from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.accounts.roles import CURATORS
from webapp.exhibitions import actions, arrangement, queries
from webapp.exhibitions.arrangement import Arrangement, RefusedError
from webapp.exhibitions.models import Change, Exhibition

pytestmark = pytest.mark.django_db


@pytest.fixture
def carl(db: None) -> User:
    return person("carl", CURATORS)


def _titled(title: str) -> actions.Edit:
    def edit(before: Arrangement) -> tuple[Arrangement, str]:
        return replace(before, title=title), f"Called it {title}"

    return edit


def _title(exhibition: Exhibition) -> str:
    return Exhibition.objects.get(pk=exhibition.pk).title


def test_an_exhibition_begins_as_a_draft_with_its_works_in_order(carl: User) -> None:
    one, two = make_artwork("One").pk, make_artwork("Two").pk

    made = actions.start("  Night   walks ", [two, one, two, 999_999], carl)

    assert (made.title, made.state, made.made_by) == ("Night walks", "draft", carl)
    assert queries.arrangement_of(made).works == [two, one]


def test_an_exhibition_without_a_title_is_refused(carl: User) -> None:
    with pytest.raises(RefusedError, match="needs a title"):
        actions.start("  ", [], carl)

    assert not Exhibition.objects.exists()


def test_works_are_hung_once_in_the_room_they_are_sent_to_else_in_the_last(carl: User) -> None:
    one, two, three = (make_artwork(name).pk for name in ("One", "Two", "Three"))
    made = actions.start("Night", [one], carl)
    actions.change(made, carl, lambda before: (arrangement.add_room(before, "Dawn"), "A room"))
    first = made.rooms.get(position=0)

    new = actions.hang(made, [one, two], carl)
    again = actions.hang(made, [two, three], carl, room=first)

    rooms = queries.arrangement_of(made).rooms
    assert (new, again) == (1, 1)
    assert [[hung.work for hung in room.works] for room in rooms] == [[one, three], [two]]


def test_undoing_goes_back_step_by_step_to_the_beginning(carl: User) -> None:
    made = actions.start("One", [], carl)
    for title in ("Two", "Three"):
        actions.change(made, carl, _titled(title))

    titles = []
    for _step in range(2):
        actions.undo(made, carl)
        titles.append(_title(made))

    assert titles == ["Two", "One"]
    with pytest.raises(RefusedError, match="nothing to undo"):
        actions.undo(made, carl)


def test_what_is_done_after_an_undoing_is_what_the_next_one_undoes(carl: User) -> None:
    made = actions.start("One", [], carl)
    actions.change(made, carl, _titled("Two"))
    actions.undo(made, carl)
    actions.change(made, carl, _titled("Three"))

    undone = [actions.undo(made, carl)]

    assert (undone, _title(made)) == (["Called it Three"], "One")


def test_a_room_that_was_deleted_comes_back_with_its_works_and_labels(carl: User) -> None:
    work = make_artwork().pk
    made = actions.start("Night", [work], carl)
    actions.change(made, carl, lambda all_of: (arrangement.relabel(all_of, {work: "Dusk."}), "L"))
    actions.change(made, carl, lambda all_of: (arrangement.remove_room(all_of, 0), "Gone"))
    without = queries.arrangement_of(made).rooms

    actions.undo(made, carl)

    (room,) = queries.arrangement_of(made).rooms
    assert without == ()
    assert room.works == (arrangement.Hung(work, "Dusk."),)


def test_a_version_is_restored_while_the_dates_stay(carl: User) -> None:
    made = actions.start("One", [], carl)
    now = timezone.now()
    actions.change(made, carl, lambda all_of: (replace(all_of, title="Two", opens=now), "Opened"))

    actions.restore(made, 1, carl)

    made.refresh_from_db()
    assert (made.title, made.opens) == ("One", now)
    assert next(each.what for each in queries.history(made)) == "Restored version 1"


def test_of_two_curators_the_slower_one_overwrites_nothing(carl: User) -> None:
    made = actions.start("One", [], carl)
    seen = made.version
    ada = person("ada", CURATORS)
    actions.change(made, ada, _titled("Hers"), seen=seen)

    with pytest.raises(actions.OvertakenError) as caught:
        actions.change(made, carl, _titled("His"), seen=seen)

    assert _title(made) == "Hers"
    assert caught.value.last is not None
    assert (caught.value.last.by, caught.value.last.what) == (ada, "Called it Hers")


def test_what_changes_nothing_is_not_noted(carl: User) -> None:
    made = actions.start("One", [], carl)

    actions.change(made, carl, _titled("One"))

    assert (made.version, Change.objects.count()) == (1, 1)


def test_works_that_are_gone_for_good_are_left_out_of_what_is_restored(carl: User) -> None:
    gone, stays = make_artwork("Gone"), make_artwork("Stays")
    made = actions.start("One", [gone.pk, stays.pk], carl)
    actions.change(made, carl, _titled("Two"))
    gone.delete()

    actions.restore(made, 1, carl)

    assert queries.arrangement_of(made).works == [stays.pk]


def test_only_the_newest_changes_are_kept(carl: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "KEPT", 3)
    made = actions.start("One", [], carl)

    for title in "Two", "Three", "Four", "Five":
        actions.change(made, carl, _titled(title))

    assert [each.number for each in queries.history(made)] == [5, 4, 3]


def test_a_deleted_exhibition_can_be_brought_back(carl: User) -> None:
    made = actions.start("One", [], carl)
    actions.delete(made)
    listed = list(queries.exhibitions())

    actions.bring_back(made)

    assert listed == []
    assert list(queries.exhibitions()) == [made]


def test_none_closes_before_it_opens(carl: User) -> None:
    made = actions.start("One", [], carl)
    now = timezone.now()

    with pytest.raises(IntegrityError), transaction.atomic():
        Exhibition.objects.filter(pk=made.pk).update(opens=now, closes=now - timedelta(days=1))
