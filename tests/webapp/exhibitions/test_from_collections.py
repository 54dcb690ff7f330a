"""Collections that curators exhibited, as they were before exhibitions had an app of their own."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.exhibitions import actions, queries
from webapp.exhibitions.models import Exhibition
from webapp.feed.models import Visitor

pytestmark = pytest.mark.django_db
BEFORE = [("exhibitions", "0001_first"), ("mine", "0001_first")]


@pytest.fixture
def then(db: None) -> Any:
    """The models of that time, over tables that have the columns of that time again."""
    apps = MigrationLoader(connection).project_state(BEFORE).apps
    collection = apps.get_model("mine", "Collection")
    with connection.schema_editor() as editor:
        for name in ("by_line", "exhibited"):
            editor.add_field(collection, collection._meta.get_field(name))
    return apps


def test_what_was_exhibited_becomes_an_exhibition_at_its_address(then: Any) -> None:
    works = [make_artwork(title).pk for title in ("Ridge", "Slope", "Dusk")]
    carl = User.objects.create_user("carl", password="x")
    visitor, day = Visitor.objects.create(user=carl), timezone.now()
    shelves = then.get_model("mine", "Collection").objects
    facts = {"visitor_id": visitor.pk, "visibility": "public"}
    words = {"title": "Evenings", "note": "Light leaves.", "by_line": "Carl", "cover_id": works[1]}
    shown = shelves.create(token="evenings", exhibited=day, **words, **facts)
    shelves.create(token="own", title="Not exhibited", **facts)
    shelves.create(token="gone", title="Gone", exhibited=day, deleted=day, **facts)
    for place, work in enumerate(reversed(works)):
        shown.items.create(artwork_id=work, position=place, note="Red." if work == works[2] else "")

    import_module("webapp.exhibitions.migrations.0002_from_collections").carry_over(then, None)

    made = Exhibition.objects.get()
    all_of = queries.arrangement_of(made)
    assert (made.token, made.title, made.introduction) == ("evenings", "Evenings", "Light leaves.")
    assert (made.by_line, made.opens, made.made_by, made.cover_id) == ("Carl", day, carl, works[1])
    assert [(hung.work, hung.label) for hung in all_of.rooms[0].works] == [
        (works[2], "Red."),
        (works[1], ""),
        (works[0], ""),
    ]


def test_what_was_carried_over_can_be_changed_and_gone_back_to(then: Any) -> None:
    work, day = make_artwork().pk, timezone.now()
    shelves = then.get_model("mine", "Collection").objects
    shown = shelves.create(
        token="evenings",
        title="Evenings",
        visitor_id=Visitor.objects.create().pk,
        visibility="public",
        exhibited=day,
    )
    shown.items.create(artwork_id=work, position=0)
    import_module("webapp.exhibitions.migrations.0002_from_collections").carry_over(then, None)
    made = Exhibition.objects.get()
    before = queries.arrangement_of(made)
    actions.hang(made, [make_artwork("Slope").pk], None)

    actions.undo(made, None)

    assert queries.arrangement_of(made) == before
