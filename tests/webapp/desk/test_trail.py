"""Who changed what: the trail sees every way of writing, and nothing of the workers' own."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from tests.webapp.desk.people import person, signed_in
from tests.webapp.makers import make_artist, make_artwork
from webapp.accounts.models import User
from webapp.accounts.roles import ADMINS, CATALOGUERS, CURATORS
from webapp.catalog import actions as catalog
from webapp.catalog.models import Artwork
from webapp.desk import trail
from webapp.desk.models import ArtistEvent, CollectionEvent, WorkEvent
from webapp.feed.models import Visitor
from webapp.mine.models import Collection

pytestmark = pytest.mark.django_db


@pytest.fixture
def cate(db: None) -> User:
    return person("cate", CATALOGUERS)


@pytest.fixture
def client(cate: User) -> Client:
    return signed_in(cate)


def raw(work: Artwork) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_artwork SET style = 'Cubism' WHERE id = %s", [work.pk])


def in_bulk(work: Artwork) -> None:
    work.style = "Cubism"
    Artwork.objects.bulk_update([work], ["style"])


def by_query(work: Artwork) -> None:
    Artwork.objects.filter(pk=work.pk).update(style="Cubism")


@pytest.mark.parametrize("write", [raw, in_bulk, by_query])
def test_every_way_of_writing_leaves_a_trace(write: object) -> None:
    work = make_artwork(style="Ridges")

    write(work)  # type: ignore[operator]

    entry = trail.of_work(work)[0]
    assert [(each.label, each.before, each.after) for each in entry.changes] == [
        ("Style", "Ridges", "Cubism")
    ]
    assert entry.who == "The gallery itself"


def test_an_inventory_number_is_on_the_trail_and_brought_back(client: Client) -> None:
    work = make_artwork()
    Artwork.objects.filter(pk=work.pk).update(accession_number="SK-A-1505")
    Artwork.objects.filter(pk=work.pk).update(accession_number="SK-A-1550")
    event = WorkEvent.objects.filter(pgh_obj_id=work.pk).latest("pgh_id")

    html = client.get(f"/desk/works/{work.pk}/").content.decode()
    client.post(f"/desk/works/{work.pk}/revert/", {"event": event.pk, "field": "accession_number"})

    work.refresh_from_db()
    assert work.accession_number == "SK-A-1505"
    assert "Inventory number SK-A-1550" in html
    (change,) = trail.of_work(work)[0].changes
    assert (change.label, change.before, change.after) == (
        *("Inventory number", "SK-A-1550", "SK-A-1505"),
    )


def test_what_workers_write_of_their_own_leaves_none() -> None:
    work = make_artwork(state=Artwork.State.CHECKED)
    before = WorkEvent.objects.count()

    Artwork.objects.filter(pk=work.pk).update(attempts=3, claimed_until=work.added)
    Artwork.objects.filter(pk=work.pk).update(state=Artwork.State.VISIBLE, state_reason="")

    assert WorkEvent.objects.count() == before


def test_withdrawing_and_deleting_leave_one() -> None:
    work = make_artwork()
    pk = work.pk

    catalog.withdraw([pk])
    withdrawn = trail.of_work(work)[0]
    catalog.delete_artworks([pk])

    assert [(each.before, each.after) for each in withdrawn.changes] == [("shown", "withdrawn")]
    assert WorkEvent.objects.filter(pgh_obj_id=pk).latest("pgh_id").pgh_label == "deleted"


def test_a_request_of_staff_is_signed_and_one_of_a_visitor_is_not(client: Client) -> None:
    artist = make_artist("Mara Lind")

    client.post(f"/desk/artists/{artist.pk}/rename/", {"name": "Mara Lindt"})

    entry = trail.of_artist(artist)[0]
    assert entry.who == "cate"
    event = ArtistEvent.objects.latest("pgh_id")
    assert event.pgh_context["url"] == f"/desk/artists/{artist.pk}/rename/"
    assert trail.of_artist(artist)[1].who == "The gallery itself"


def test_a_fact_is_brought_back(client: Client) -> None:
    work = make_artwork("Ridge, evening")
    Artwork.objects.filter(pk=work.pk).update(title="Rigde")
    event = WorkEvent.objects.filter(pgh_obj_id=work.pk).latest("pgh_id")

    client.post(f"/desk/works/{work.pk}/revert/", {"event": event.pk, "field": "title"})

    work.refresh_from_db()
    assert work.title == "Ridge, evening"
    assert trail.of_work(work)[0].who == "cate"


@pytest.mark.parametrize("form", [{}, {"event": "1", "field": "state"}, {"event": "x"}])
def test_what_cannot_be_brought_back_is_told(client: Client, form: dict[str, str]) -> None:
    work = make_artwork()

    answer = client.post(f"/desk/works/{work.pk}/revert/", form, follow=True)

    assert b"cannot be brought back" in answer.content or b"Nothing is known" in answer.content


def test_private_collections_leave_no_trace_and_public_ones_do() -> None:
    visitor = Visitor.objects.create()
    kept = Collection.objects.create(visitor=visitor, title="Mine")

    Collection.objects.filter(pk=kept.pk).update(title="Still mine")
    assert not CollectionEvent.objects.exists()
    Collection.objects.filter(pk=kept.pk).update(visibility=Collection.Visibility.PUBLIC)
    assert CollectionEvent.objects.count() == 1
    visitor.delete()

    assert not CollectionEvent.objects.exists()


def test_roles_are_told_to_whoever_may_see_people_only() -> None:
    ada, carl = person("ada", ADMINS), person("carl", CURATORS)

    told = signed_in(ada).get("/desk/changes/").content.decode()
    kept = signed_in(carl).get("/desk/changes/").content.decode()

    assert "put among the curators" in told
    assert "put among the curators" not in kept


def test_the_history_of_a_work_costs_the_same_however_long_it_is(
    client: Client, django_assert_max_num_queries: object
) -> None:
    work = make_artwork()
    for number in range(12):
        Artwork.objects.filter(pk=work.pk).update(style=f"style {number}")

    with django_assert_max_num_queries(14):  # type: ignore[operator]
        page = client.get(f"/desk/works/{work.pk}/").content.decode()

    assert page.count("Bring back") == 24  # a button and its label each


def test_all_changes_cost_the_same_however_many_there_are(
    client: Client, django_assert_max_num_queries: object
) -> None:
    for number in range(20):
        work = make_artwork(f"Work {number}")
        Artwork.objects.filter(pk=work.pk).update(style="Cubism")

    with django_assert_max_num_queries(24):  # type: ignore[operator]
        answer = client.get("/desk/changes/")

    assert answer.content.decode().count("<ins>Cubism") == 20
