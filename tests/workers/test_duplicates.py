"""New works are compared with those that are here, as a worker does it."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone
from PIL import Image

from benchmarks.changes import drawn
from tests.waiting import wait_until
from tests.webapp.duplicates.makers import make_admin, make_pair
from tests.webapp.makers import make_artwork, make_space, place
from tests.workers.conftest import Stack
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.duplicates import actions, queries
from webapp.duplicates.models import Fingerprint, Pair
from webapp.ingest.models import Batch, Item
from webapp.jobs import Job
from workers import answering, claims, turns
from workers.tasks import duplicates as tasks
from workers.tasks.duplicates import find_duplicates

State = Fingerprint.State


@pytest.fixture(scope="module")
def pictures() -> list[Image.Image]:
    """Two works with much to hold on to."""
    works = drawn(7, 360)
    return [works[5].image, works[6].image]


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks._picture.cache_clear()
    monkeypatch.setattr(tasks, "SECONDS", 600.0)  # on a busy machine a run may end before its works


def hang(picture: Image.Image, title: str, *, state: str = Artwork.State.VISIBLE) -> Artwork:
    """A work with a picture in the storage, which waits to be compared."""
    work = make_artwork(title, width=picture.width, height=picture.height, state=state)
    change(work, picture)
    return work


def change(work: Artwork, picture: Image.Image) -> None:
    """Give a work another picture."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    name = storages["originals"].save("incoming/work", ContentFile(buffer.getvalue()))
    ArtworkImage.objects.filter(artwork=work).update(original=name, key=name.rpartition("/")[2])


def part(picture: Image.Image) -> Image.Image:
    return picture.crop((20, 20, picture.width * 3 // 4, picture.height * 3 // 4))


@pytest.mark.django_db
def test_the_same_picture_in_another_turn_is_found_and_no_other(
    pictures: list[Image.Image],
) -> None:
    first = hang(pictures[0], "Weir")
    hang(pictures[1], "Fjord")
    again = hang(pictures[0].transpose(Image.Transpose.ROTATE_90), "Weir, turned")

    find_duplicates()

    pair = Pair.objects.get()
    assert (pair.first, pair.second, pair.kind) == (first, again, Pair.Kind.NEAR)
    assert set(Fingerprint.objects.values_list("state", flat=True)) == {State.DONE}


@pytest.mark.django_db
def test_a_part_is_found_among_the_works_that_look_alike(pictures: list[Image.Image]) -> None:
    space = make_space(2)
    works = [hang(pictures[0], "Weir"), hang(part(pictures[0]), "Weir, detail")]
    for work in works:
        place(space, work, [1, 0])

    find_duplicates()

    pair = Pair.objects.get()
    assert (pair.first, pair.second, pair.kind) == (*works, Pair.Kind.PHOTO)
    assert pair.points >= 8
    assert pair.affine[0] == pytest.approx(part(pictures[0]).width / pictures[0].width, abs=0.02)


@pytest.mark.django_db
def test_a_work_is_compared_once_it_is_on_the_wall_or_held_back(
    pictures: list[Image.Image],
) -> None:
    states = Artwork.State
    for state in (states.CHECKED, states.WITHDRAWN, states.FAILED, states.DRAFT):
        hang(pictures[0], state, state=state)
    Artwork.objects.filter(state=states.CHECKED).update(state_reason="No features here.")

    find_duplicates()

    done = Fingerprint.objects.filter(state=State.DONE)
    assert [row.artwork.state for row in done.select_related("artwork")] == [states.DRAFT]
    assert not Pair.objects.exists()


@pytest.mark.django_db
def test_another_picture_of_a_work_is_compared_anew(pictures: list[Image.Image]) -> None:
    hang(pictures[0], "Weir")
    again = hang(pictures[0], "Weir, again")
    find_duplicates()
    assert Pair.objects.count() == 1

    change(again, pictures[1])
    assert Fingerprint.objects.get(artwork=again).state == State.WAITING
    find_duplicates()

    assert not Pair.objects.exists()


@pytest.mark.django_db
def test_a_decision_outlives_another_comparison(pictures: list[Image.Image]) -> None:
    hang(pictures[0], "Weir")
    again = hang(pictures[0], "Weir, again")
    find_duplicates()
    actions.keep_both(pair=Pair.objects.get(), by=make_admin())

    change(again, pictures[0].resize((180, 120)))
    find_duplicates()

    assert Pair.objects.get().state == Pair.State.KEPT


@pytest.mark.django_db
def test_what_was_suspected_of_a_work_is_suspected_of_the_one_it_became(
    pictures: list[Image.Image],
) -> None:
    stays, gone = hang(pictures[0], "Weir"), hang(pictures[0], "Weir, again")
    detail = hang(part(pictures[0]), "Weir, detail")
    make_pair(gone, detail)  # its nearest in look; no look serves here
    find_duplicates()
    pair = Pair.objects.get(first=stays)

    actions.merge(pair=pair, stays=stays.pk, facts={}, by=make_admin())
    find_duplicates()

    assert [{each.first, each.second} for each in queries.open_pairs()] == [{stays, detail}]


@pytest.mark.django_db
def test_a_picture_that_cannot_be_opened_says_so_and_holds_nobody_up(
    pictures: list[Image.Image],
) -> None:
    lost = make_artwork("Lost")
    hang(pictures[0], "Weir")

    find_duplicates()

    row = Fingerprint.objects.get(artwork=lost)
    assert row.state == State.FAILED
    assert row.reason.startswith("The picture could not be opened")
    assert Fingerprint.objects.filter(state=State.DONE).count() == 1


@pytest.mark.django_db
def test_a_work_is_taken_over_from_a_worker_that_died_but_not_from_one_that_lives(
    pictures: list[Image.Image],
) -> None:
    dead, held = hang(pictures[0], "Weir"), hang(pictures[1], "Fjord")
    now = timezone.now()
    for work, until in ((dead, now - timedelta(seconds=1)), (held, now + claims.LEASE)):
        Fingerprint.objects.filter(artwork=work).update(claimed_until=until, attempts=1)

    find_duplicates()

    states = Fingerprint.objects.order_by("artwork_id").values_list("state", flat=True)
    assert list(states) == [State.DONE, State.WAITING]


def come_in_by(kind: str, picture: Image.Image) -> None:
    """Let a work come in, to be checked or embedded."""
    if kind == "received":
        batch = Batch.objects.create(source="x")
        Item.objects.create(batch=batch, name="a", incoming="incoming/a")
    else:
        hang(picture, "new", state=Artwork.State.CHECKED)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["received", "checked"])
def test_comparing_stands_back_while_works_pile_up(
    pictures: list[Image.Image], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(turns, "CHECKED_AT_ONCE", 3)
    monkeypatch.setattr(turns, "EMBEDDED_AT_ONCE", 3)
    for title in ("first", "second", "third"):
        hang(pictures[0], title)

    def come_in() -> int:
        come_in_by(kind, pictures[1])
        come_in_by(kind, pictures[1])
        return 0

    monkeypatch.setattr(answering, "answer_waiting", come_in)

    find_duplicates()  # the first two: then there are four
    find_duplicates()

    assert compared() == ["first", "second"]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["received", "checked"])
def test_comparing_shares_the_workers_with_works_that_trickle_in(
    pictures: list[Image.Image], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    heard: list[Job] = []
    monkeypatch.setattr(tasks, "enqueue", heard.append)
    monkeypatch.setattr(tasks, "SHARE", 0.0)
    for title in ("first", "second", "third"):
        hang(pictures[0], title)
    come_in_by(kind, pictures[1])

    find_duplicates()
    one_run = compared()
    find_duplicates()

    assert (one_run, compared()) == (["first"], ["first", "second"])
    assert heard == [Job.FIND_DUPLICATES] * 2  # behind whatever came in


def compared() -> list[str]:
    done = Fingerprint.objects.filter(state=State.DONE).order_by("artwork_id")
    return list(done.values_list("artwork__title", flat=True))


@pytest.mark.django_db
def test_a_work_that_was_just_compared_with_comes_next(
    pictures: list[Image.Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    space = make_space(2)
    for title, look in (("first", [1, 0]), ("another", [0, 1]), ("alike", [1, 0.1])):
        place(space, hang(pictures[0], title), look)
    done: list[str] = []

    def note() -> int:
        rows = Fingerprint.objects.filter(state=State.DONE).exclude(artwork__title__in=done)
        done.extend(rows.values_list("artwork__title", flat=True))
        return 0

    monkeypatch.setattr(tasks, "NEIGHBOURS", 1)
    monkeypatch.setattr(queries, "alike", lambda *_arguments, **_values: [])
    monkeypatch.setattr(answering, "answer_waiting", note)

    find_duplicates()

    assert done == ["first", "alike", "another"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {"state_reason": "No features here."},
        {"attempts": claims.MAX_ATTEMPTS},
        {"claimed_until": timezone.now() + timedelta(days=1)},
    ],
)
def test_comparing_does_not_wait_for_works_that_need_no_worker(
    pictures: list[Image.Image], monkeypatch: pytest.MonkeyPatch, values: dict[str, object]
) -> None:
    monkeypatch.setattr(turns, "CHECKED_AT_ONCE", 0)
    monkeypatch.setattr(turns, "EMBEDDED_AT_ONCE", 0)
    work = hang(pictures[0], "first")
    hang(pictures[1], "stuck", state=Artwork.State.CHECKED)
    Artwork.objects.filter(title="stuck").update(**values)

    find_duplicates()

    assert Fingerprint.objects.get(artwork=work).state == State.DONE


def test_a_worker_compares_by_itself_what_has_come_in(
    pictures: list[Image.Image], stack: Stack
) -> None:
    hang(pictures[0], "Weir")
    hang(pictures[0].resize((300, 200)), "Weir, small")

    stack.start_worker()

    wait_until(lambda: Pair.objects.exists(), what="a pair")
