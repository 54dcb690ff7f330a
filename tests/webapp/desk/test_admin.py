"""The admin: lists open at a fixed cost, look as the gallery does, and nobody raises themselves."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client

from tests.webapp.desk.people import person, signed_in
from tests.webapp.makers import make_artist, make_artwork
from webapp.accounts.models import User
from webapp.accounts.roles import ADMINS, CATALOGUERS, CURATORS
from webapp.catalog.models import Artwork
from webapp.desk.models import Edit

pytestmark = pytest.mark.django_db

REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.fixture
def root(db: None) -> Client:
    return signed_in(User.objects.create_superuser("root"))


def path(model: type[Model], rest: str = "") -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/{rest}"


def fill() -> None:
    for number in range(6):
        work = make_artwork(f"Ridge {number}", artist=f"Artist {number}")
        Artwork.objects.filter(pk=work.pk).update(style="Cubism")
        person(f"person {number}", CURATORS)


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_every_list_opens_and_is_searched_at_a_fixed_cost(
    root: Client, model: type[Model], django_assert_max_num_queries: Any
) -> None:
    fill()

    with django_assert_max_num_queries(16):
        listed = root.get(path(model))
    searchable = admin.site._registry[model].search_fields
    searched = root.get(path(model), {"q": "ridge"} if searchable else {})

    assert (listed.status_code, searched.status_code) == (200, 200)


def test_a_work_is_found_and_changed_by_its_inventory_number(root: Client) -> None:
    work = make_artwork("Sea")
    make_artwork("Lake")
    Artwork.objects.filter(pk=work.pk).update(accession_number="SK-A-1505")

    found = root.get(path(Artwork), {"q": "sk-a-1505"}).content.decode()
    form = root.get(path(Artwork, f"{work.pk}/change/")).content.decode()

    assert "Sea" in found
    assert "Lake" not in found
    assert "Inventory number" in form
    assert 'name="accession_number" value="SK-A-1505"' in form


def test_every_model_of_ours_can_be_looked_at_but_what_is_part_of_another() -> None:
    from django.apps import apps

    ours = {
        model
        for config in apps.get_app_configs()
        if config.name.startswith("webapp.")
        for model in config.get_models()
        if not model._meta.proxy
    }
    parts = {
        # Private, shown on the page of what it is part of, or told by the desk's own trail.
        *("feed.Impression", "mine.CollectionItem", "selections.Tagging"),
        *("exhibitions.Room", "exhibitions.Hanging"),
        *("desk.CollectionEvent", "desk.PersonEvent", "desk.MembershipEvent"),
        *("desk.ServingEvent", "desk.PromotionEvent"),
    }

    missing = {model._meta.label for model in ours - admin.site._registry.keys()}

    assert missing == parts


def test_scripts_are_relaxed_under_admin_alone(root: Client) -> None:
    strict = root.get("/desk/").headers["Content-Security-Policy"]
    relaxed = root.get("/admin/").headers["Content-Security-Policy"]

    assert "unsafe-eval" not in strict
    assert "style-src 'self'" in strict.split("; ")
    assert "script-src 'self' 'unsafe-eval'" in relaxed
    assert "http" not in relaxed.replace("https://", "http://").replace("http-equiv", "")


def test_the_sidebar_shows_what_one_may_open(root: Client) -> None:
    cate = signed_in(person("cate", CATALOGUERS))

    everything = root.get("/admin/").content.decode()
    hers = cate.get("/admin/").content.decode()

    assert "/admin/accounts/user/" in everything
    assert "/admin/catalog/artwork/" in hers
    assert "/admin/accounts/user/" not in hers
    assert "/admin/feed/event/" not in hers


def test_works_are_chosen_in_the_list_and_changed_at_the_desk() -> None:
    client = signed_in(person("cate", CATALOGUERS))
    works = [make_artwork().pk, make_artwork().pk]

    answer = client.post(
        "/admin/catalog/artwork/", {"action": "change_together", "_selected_action": works}
    )

    assert answer.headers["Location"] == f"/desk/edits/{Edit.objects.get().pk}/"
    assert Edit.objects.get().works == works


def test_history_in_the_admin_is_the_trail(root: Client) -> None:
    work, artist = make_artwork(), make_artist()

    of_work = root.get(f"/admin/catalog/artwork/{work.pk}/history/")
    of_artist = root.get(f"/admin/catalog/artist/{artist.pk}/history/")

    assert of_work.headers["Location"] == f"/desk/works/{work.pk}/"
    assert of_artist.headers["Location"] == f"/desk/artists/{artist.pk}/"


def test_an_admin_gives_roles_and_the_door_opens() -> None:
    ada, mara = signed_in(person("ada", ADMINS)), person("mara")
    group = Group.objects.get(name=CATALOGUERS)
    form = {"username": "mara", "groups": [group.pk], "is_active": "on", "email": ""}

    ada.post(f"/admin/accounts/user/{mara.pk}/change/", form)
    mara.refresh_from_db()
    opened = mara.is_staff
    ada.post(f"/admin/accounts/user/{mara.pk}/change/", {**form, "groups": []})
    mara.refresh_from_db()

    assert (opened, mara.is_staff) == (True, False)


def test_an_admin_makes_nobody_a_superuser_and_touches_none() -> None:
    ada = person("ada", ADMINS)
    client = signed_in(ada)
    own = Group.objects.create(name="of its own")
    root = User.objects.create_superuser("root")
    form = {"username": "ada", "is_active": "on", "is_superuser": "on", "is_staff": "on"}
    role = Group.objects.get(name=ADMINS)

    client.post(f"/admin/accounts/user/{ada.pk}/change/", {**form, "groups": [role.pk]})
    refused = client.post(
        f"/admin/accounts/user/{ada.pk}/change/", {**form, "groups": [role.pk, own.pk]}
    )
    ada.refresh_from_db()
    answers = [
        client.post(f"/admin/accounts/user/{root.pk}/{verb}/", form).status_code
        for verb in ("change", "delete", "password")
    ]

    assert not ada.is_superuser
    assert [group.name for group in ada.groups.all()] == [ADMINS]
    assert refused.status_code == 200
    assert answers == [403, 403, 403]
