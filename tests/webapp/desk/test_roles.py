"""Roles: what each may do, given by the command, kept after every migration."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.webapp.desk.people import person
from webapp.accounts import actions
from webapp.accounts.models import User
from webapp.accounts.roles import ADMINS, CATALOGUERS, CURATORS

pytestmark = pytest.mark.django_db

MAY = {
    CATALOGUERS: {
        *("catalog.add_artwork", "catalog.change_artwork", "catalog.change_artist"),
        *("ingest.change_item", "duplicates.change_pair", "museums.add_sync"),
    },
    CURATORS: {
        *("lab.add_promotion", "feed.add_pick"),
        *("exhibitions.add_exhibition", "catalog.view_artwork"),
    },
    ADMINS: {
        *("catalog.delete_artwork", "accounts.change_user", "transfer.add_export"),
        *("lab.add_promotion", "exhibitions.add_exhibition", "duplicates.change_pair"),
    },
}
MAY_NOT = {
    CATALOGUERS: {
        *("catalog.delete_artwork", "catalog.delete_artist", "lab.add_promotion"),
        *("accounts.view_user", "transfer.add_export"),
        *("exhibitions.add_exhibition", "feed.add_pick"),
    },
    CURATORS: {"catalog.change_artwork", "accounts.view_user", "duplicates.change_pair"},
    ADMINS: {
        *("auth.change_group", "auth.add_permission", "feed.view_event", "quiz.view_answer"),
        *("mine.view_follow", "api.view_token"),
    },
}


@pytest.mark.parametrize("group", MAY)
def test_each_role_may_do_its_work_and_no_more(group: str) -> None:
    user = person("somebody", group)

    assert {each for each in MAY[group] if not user.has_perm(each)} == set()
    assert {each for each in MAY_NOT[group] if user.has_perm(each)} == set()


def test_the_command_gives_one_role_in_place_of_another() -> None:
    user = person("mara", CURATORS)
    said = StringIO()

    call_command("role", "mara", "cataloguer", stdout=said)
    user.refresh_from_db()

    assert [group.name for group in user.groups.all()] == [CATALOGUERS]
    assert user.is_staff
    assert said.getvalue() == "mara is a cataloguer now.\n"
    with pytest.raises(CommandError, match="no account called nobody"):
        call_command("role", "nobody", "admin")


def test_taking_the_last_role_closes_the_admin_but_not_to_a_superuser() -> None:
    user, root = person("mara", CURATORS), User.objects.create_superuser("root")

    actions.give(user, "visitor")
    actions.give(root, "visitor")

    assert (user.is_staff, root.is_staff) == (False, True)
