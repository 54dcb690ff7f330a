"""What becomes of two standard collections when a stranger signs in."""

from __future__ import annotations

import pytest
from django.utils import translation

from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.feed import actions as feed
from webapp.feed.models import Visitor
from webapp.mine import actions
from webapp.mine.models import Collection

pytestmark = pytest.mark.django_db


@pytest.fixture
def work() -> Artwork:
    return make_artwork()


@pytest.fixture
def own(work: Artwork) -> Collection:
    """The standard collection of an account, with the work."""
    return _saved(Visitor.objects.create(user=User.objects.create_user("mara")), work)


@pytest.fixture
def theirs(work: Artwork) -> Collection:
    """The standard collection of a session, with the same work."""
    return _saved(Visitor.objects.create(), work)


def _saved(visitor: Visitor, work: Artwork) -> Collection:
    saved = actions.standard(visitor=visitor)
    actions.keep(visitor=visitor, artwork=work, collections=[saved.pk])
    return saved


def _sign_in(theirs: Collection, own: Collection) -> None:
    assert own.visitor.user is not None
    feed.merge(visitor=theirs.visitor, into=own.visitor.user)


def test_empty_notes_and_an_empty_cover_are_filled(
    own: Collection, theirs: Collection, work: Artwork
) -> None:
    theirs.items.update(note="At dusk.")
    Collection.objects.filter(pk=theirs.pk).update(note="Of light.", cover=work)

    _sign_in(theirs, own)

    left = Collection.objects.get()
    assert (left.pk, left.standard, left.note, left.cover) == (own.pk, True, "Of light.", work)
    assert left.items.get().note == "At dusk."


def test_ones_own_words_stay_where_the_session_has_none(
    own: Collection, theirs: Collection
) -> None:
    own.items.update(note="At dawn.")

    _sign_in(theirs, own)

    assert Collection.objects.get().items.get().note == "At dawn."


@pytest.mark.parametrize(
    "changed", [{"title": "Winter light"}, {"visibility": "link"}, {"visibility": "public"}]
)
def test_what_was_renamed_or_shared_stays_a_collection_of_its_own(
    own: Collection, theirs: Collection, changed: dict[str, str]
) -> None:
    Collection.objects.filter(pk=theirs.pk).update(**changed)

    _sign_in(theirs, own)

    kept = Collection.objects.get(token=theirs.token)
    assert (kept.visitor, kept.standard) == (own.visitor, False)
    assert {name: getattr(kept, name) for name in changed} == changed
    assert kept.items.count() == own.items.count() == 1
    assert Collection.objects.get(standard=True) == own


@pytest.mark.parametrize("of", ["collection", "work"])
def test_two_that_say_different_things_both_stay(
    own: Collection, theirs: Collection, of: str
) -> None:
    for each, note in ((own, "At dawn."), (theirs, "At dusk.")):
        if of == "work":
            each.items.update(note=note)
        else:
            Collection.objects.filter(pk=each.pk).update(note=note)

    _sign_in(theirs, own)

    assert list(Collection.objects.filter(visitor=own.visitor, standard=True)) == [own]
    said = Collection.objects.values_list("items__note" if of == "work" else "note", flat=True)
    assert sorted(said) == ["At dawn.", "At dusk."]


def test_a_standard_collection_of_another_language_is_not_a_renamed_one(
    own: Collection, work: Artwork
) -> None:
    with translation.override("es"):
        theirs = _saved(Visitor.objects.create(), work)

    _sign_in(theirs, own)

    assert theirs.title != own.title
    assert Collection.objects.get() == own
