from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp.makers import make_artwork, make_space, place
from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.feed.models import Event
from webapp.mine import actions
from webapp.mine.models import Collection

pytestmark = pytest.mark.django_db

PASSWORD = "ridge-evening-7"


@pytest.fixture
def works() -> list[Artwork]:
    return [make_artwork(title, artist=title) for title in ("One", "Two", "Three")]


@pytest.fixture
def light(client: Client, works: list[Artwork]) -> Collection:
    """A collection of the client's, in the order of `works`."""
    for work in reversed(works):
        if Collection.objects.exists():
            client.post(f"/works/{work.pk}/save/", {"in": str(Collection.objects.get().pk)})
        else:
            client.post(f"/works/{work.pk}/save/", {"new": "Light"})
    return Collection.objects.get()


def _titles(html: str) -> list[str]:
    return re.findall(r"<cite>(One|Two|Three)</cite></a></div>", html)


def test_a_collection_hangs_in_its_order_on_a_page_of_its_own(
    client: Client, light: Collection
) -> None:
    html = client.get(light.get_absolute_url()).content.decode()
    shelf = client.get("/yours/collections/").content.decode()

    assert _titles(html) == ["One", "Two", "Three"]
    assert light.get_absolute_url() in shelf
    assert "3 works" in shelf


def test_a_collection_can_begin_with_a_name(client: Client) -> None:
    made = client.post("/yours/collections/", {"title": " Winter  light "}, follow=True)
    refused = client.post("/yours/collections/", {"title": " \0 "}, follow=True)

    assert "Nothing hangs here yet" in made.content.decode()
    assert "Give the collection a title first" in refused.content.decode()
    assert Collection.objects.get().title == "Winter light"


@pytest.mark.parametrize(
    ("visibility", "status", "robots"),
    [("private", 404, None), ("link", 200, "noindex"), ("public", 200, None)],
)
def test_others_see_what_is_theirs_to_see(
    light: Collection, visibility: str, status: int, robots: str | None
) -> None:
    Collection.objects.update(visibility=visibility)
    stranger, member = Client(), Client()
    member.force_login(User.objects.create_user("mara"))

    pages = [each.get(light.get_absolute_url()) for each in (stranger, member)]

    assert [page.status_code for page in pages] == [status, status]
    assert pages[0].get("X-Robots-Tag") == robots
    assert not any("Arrange" in page.content.decode() for page in pages)


def test_only_members_publish_for_everybody(client: Client, light: Collection) -> None:
    form = {"title": "Light", "note": "", "visibility": "public"}
    page = f"{light.get_absolute_url()}edit/"

    offered = client.get(page).content.decode()
    client.post(page, form)
    light.refresh_from_db()
    client.post("/sign-up/", {"username": "mara", "password1": PASSWORD, "password2": PASSWORD})
    client.post(page, form)

    assert 'value="link"' in offered
    assert 'value="public"' not in offered
    assert light.visibility == "private"
    assert Collection.objects.get().visibility == "public"


@pytest.mark.parametrize("part", ["edit", "arrange", "delete", "restore", "put-back/1"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_only_its_owner_changes_a_collection(
    light: Collection, works: list[Artwork], part: str, method: str
) -> None:
    Collection.objects.update(visibility="public")
    member = Client()
    member.force_login(User.objects.create_superuser("mara"))

    answer = getattr(member, method)(f"{light.get_absolute_url()}{part}/")

    assert answer.status_code in (404, 405)
    assert Collection.objects.get().deleted is None


def test_order_notes_and_cover_are_kept_by_every_button(
    client: Client, light: Collection, works: list[Artwork]
) -> None:
    one, two, three = (work.pk for work in works)
    page = f"{light.get_absolute_url()}arrange/"
    form = {"work": [one, two, three], f"note-{two}": " At dusk. ", "cover": three}

    moved = client.post(page, {**form, "do": f"up-{three}"})
    client.post(page, {"work": [three, two, one], "do": f"up-{three}"})
    silent = client.post(
        page, {"work": [two, one, three, 999]}, headers={"accept": "application/json"}
    )

    light.refresh_from_db()
    items = list(light.items.values_list("artwork_id", "note"))
    assert moved["Location"] == f"{page}#work-{three}"
    assert silent.status_code == 204
    assert items == [(two, "At dusk."), (one, ""), (three, "")]
    assert light.cover_id == three


def test_moving_beyond_the_ends_changes_nothing(
    client: Client, light: Collection, works: list[Artwork]
) -> None:
    page = f"{light.get_absolute_url()}arrange/"
    order = [work.pk for work in works]

    client.post(page, {"work": order, "do": f"up-{order[0]}"})
    client.post(page, {"work": order, "do": f"down-{order[-1]}"})

    assert list(light.items.values_list("artwork_id", flat=True)) == order


def test_a_work_taken_out_comes_back_with_its_note_and_place(
    client: Client, light: Collection, works: list[Artwork]
) -> None:
    one, two, three = (work.pk for work in works)
    page = f"{light.get_absolute_url()}arrange/"
    form = {"work": [one, two, three], f"note-{two}": "At dusk."}
    gone = client.post(page, {**form, "do": f"remove-{two}"}, follow=True).content.decode()
    left = light.items.count()

    client.post(f"{light.get_absolute_url()}put-back/{two}/")
    twice = client.post(f"{light.get_absolute_url()}put-back/{two}/")

    assert f"{light.get_absolute_url()}put-back/{two}/" in gone
    assert left == 2
    assert list(light.items.values_list("artwork_id", "note")) == [
        (one, ""),
        (two, "At dusk."),
        (three, ""),
    ]
    assert twice.status_code == 404


def test_a_withdrawn_work_taken_out_comes_back_with_its_note(
    client: Client, light: Collection, works: list[Artwork]
) -> None:
    one, two, three = (work.pk for work in works)
    light.items.filter(artwork_id=two).update(note="At dusk.")
    Artwork.objects.filter(pk=two).update(state="withdrawn")
    page = f"{light.get_absolute_url()}arrange/"

    shown = client.get(page).content.decode()
    client.post(page, {"work": [one, three], "do": f"remove-{two}"})
    left = light.items.count()
    client.post(f"{light.get_absolute_url()}put-back/{two}/")

    assert 'Take out<span class="unseen"> Two</span>' in shown
    assert (left, light.items.get(artwork_id=two).note) == (2, "At dusk.")


def test_a_deleted_collection_is_gone_for_all_until_undone(
    client: Client, light: Collection
) -> None:
    address = light.get_absolute_url()

    said = client.post(f"{address}delete/", follow=True).content.decode()
    gone = client.get(address).status_code
    unsaved = Event.objects.filter(kind="save", undone=None).count()
    client.post(f"{address}restore/")

    assert "“Light” is deleted." in said
    assert f'action="{address}restore/"' in said
    assert (gone, unsaved) == (404, 0)
    assert client.get(address).status_code == 200
    assert Event.objects.filter(kind="save", undone=None).count() == 3


def test_sold_and_withdrawn_works_are_told_apart(
    client: Client, light: Collection, works: list[Artwork]
) -> None:
    Artwork.objects.filter(pk=works[0].pk).update(availability="sold")
    Artwork.objects.filter(pk=works[1].pk).update(state="withdrawn")
    Collection.objects.update(visibility="public")

    own = client.get(light.get_absolute_url()).content.decode()
    others = Client().get(light.get_absolute_url()).content.decode()

    assert _titles(own) == _titles(others) == ["One", "Three"]
    assert own.count("Sold") == others.count("Sold") == 1
    assert "Two" in own.partition("No longer in the gallery")[2]
    assert "Two" not in others


def test_works_that_would_fit_are_near_new_and_not_hidden(
    client: Client, light: Collection, works: list[Artwork]
) -> None:
    space = make_space()
    near, hidden, far = (make_artwork(title, artist=title) for title in ("Near", "Hid", "Far"))
    for work in works:
        place(space, work, [1, 0, 0, 0])
    place(space, near, [1, 0.1, 0, 0])
    place(space, hidden, [1, 0.05, 0, 0])
    place(space, far, [0, 1, 0, 0])
    client.post(f"/works/{hidden.pk}/hide/")

    html = client.get(light.get_absolute_url()).content.decode()

    fitting = html.partition("Works that would fit")[2]
    assert re.findall(r'class="card"[^>]* data-work="(\d+)"', fitting) == [
        str(near.pk),
        str(far.pk),
    ]


def test_staff_see_in_the_admin_what_everybody_sees_and_nothing_private(
    light: Collection,
) -> None:
    staff = Client()
    staff.force_login(User.objects.create_superuser("ada"))
    shelf, row = "/admin/mine/collection/", f"/admin/mine/collection/{light.pk}/change/"

    private = (staff.get(shelf).content.decode(), staff.get(row).status_code)
    Collection.objects.update(visibility="public")
    public = (staff.get(shelf).content.decode(), staff.get(row).status_code)

    assert (row in private[0], private[1]) == (False, 302)
    assert (row in public[0], public[1]) == (True, 200)


def test_after_a_day_a_deleted_collection_cannot_be_brought_back(
    client: Client, light: Collection
) -> None:
    address = light.get_absolute_url()
    client.post(f"{address}delete/")
    Collection.objects.update(deleted=timezone.now() - actions.BRING_BACK)

    refused = client.post(f"{address}restore/")

    assert refused.status_code == 404
    assert Collection.objects.get().deleted is not None
