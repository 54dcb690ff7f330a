"""Many works changed at once: looked at before, made in one go, taken back."""

from __future__ import annotations

from decimal import Decimal

import pghistory
import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from tests.webapp.desk.people import person, signed_in
from tests.webapp.makers import make_artist, make_artwork
from webapp.accounts.models import User
from webapp.accounts.roles import CATALOGUERS
from webapp.catalog.models import Artwork
from webapp.desk import actions
from webapp.desk.changing import Wanted
from webapp.desk.models import Edit, WorkEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def cate(db: None) -> User:
    return person("cate", CATALOGUERS)


@pytest.fixture
def client(cate: User) -> Client:
    return signed_in(cate)


def edit_of(cate: User, *works: Artwork) -> Edit:
    return actions.choose(by=cate, works=[work.pk for work in works])


CHANGES = [
    (Wanted("title", "set", "x"), None),
    (Wanted("accession_number", "set", "SK-A-1"), None),
    (Wanted("style", "set", " Cubism "), ("style", "Cubism")),
    (Wanted("style", "clear"), ("style", "")),
    (Wanted("year", "set", "1889"), ("year", 1889)),
    (Wanted("price", "clear"), ("price", None)),
    (Wanted("title", "before", "Study: "), ("title", "Study: Ridge, evening")),
    (Wanted("title", "without", "Ridge, "), ("title", "evening")),
    (Wanted("title", "replace", "evening", "dawn"), ("title", "Ridge, dawn")),
    (Wanted("price", "times", "1.1"), ("price", Decimal("110.55"))),
    (Wanted("price", "times", "1,1", "5"), ("price", Decimal("110.00"))),
    (Wanted("availability", "set", "sold"), ("availability", "sold")),
    (Wanted("one_of_a_kind", "set", "False"), ("one_of_a_kind", False)),
    (Wanted("currency", "set", "chf"), ("currency", "CHF")),
]


@pytest.mark.parametrize(("wanted", "after"), CHANGES)
def test_each_way_does_what_its_sentence_says(
    cate: User, wanted: Wanted, after: tuple[str, object] | None
) -> None:
    work = make_artwork()
    Artwork.objects.filter(pk=work.pk).update(price="100.50", currency="EUR")
    edit = edit_of(cate, work)
    if after is None:
        with pytest.raises(ValidationError, match="Choose what to change"):
            actions.make(edit, wanted)
        return
    shown = actions.preview(edit, wanted)

    actions.make(edit, wanted)

    work.refresh_from_db()
    assert getattr(work, after[0]) == after[1] == shown[0].new


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (Wanted("style", "set", " "), "Say what it shall be"),
        (Wanted("year", "set", "soon"), "must be an integer"),
        (Wanted("price", "set", "-3"), "not negative"),
        (Wanted("currency", "set", "E1"), "three letters"),
        (Wanted("artist", "set", "Nobody"), "No artist is called"),
        (Wanted("availability", "set", "gone"), "not a valid choice"),
        (Wanted("title", "replace", ""), "Write the text"),
        (Wanted("price", "times", "much"), "as a number"),
        (Wanted("price", "times", "0"), "between 0.001 and 1000"),
        (Wanted("price", "times", "NaN"), "between 0.001 and 1000"),
        (Wanted("state", "set", "visible"), "Choose what to change"),
    ],
)
def test_what_makes_no_sense_is_told_and_changes_nothing(
    client: Client, cate: User, wanted: Wanted, sentence: str
) -> None:
    edit = edit_of(cate, make_artwork())
    fields = ("how", "field", "value", "replacement")
    form = {name: getattr(wanted, name) for name in fields}

    looked = client.get(f"/desk/edits/{edit.pk}/", form)
    made = client.post(f"/desk/edits/{edit.pk}/make/", form, follow=True)

    assert looked.status_code == 400
    assert sentence in looked.content.decode()
    assert sentence in made.content.decode()
    assert not Edit.objects.exclude(made=None).exists()


def test_works_that_cannot_be_changed_stay_and_the_others_change(cate: User) -> None:
    short, long = make_artwork("Ridge"), make_artwork("R" * 299)
    edit = edit_of(cate, short, long)
    wanted = Wanted("title", "before", "Study")

    shown = actions.preview(edit, wanted)
    made = actions.make(edit, wanted)

    assert [bool(each.refused) for each in shown] == [False, True]
    assert made.changed == 1
    assert set(Artwork.objects.values_list("title", flat=True)) == {"StudyRidge", "R" * 299}


def test_an_edit_is_made_once_and_undone_once(cate: User) -> None:
    work = make_artwork(style="Ridges")
    edit = edit_of(cate, work)

    actions.make(edit, Wanted("style", "set", "Cubism"))
    actions.make(edit, Wanted("style", "set", "Dada"))
    undone = actions.undo(edit)

    work.refresh_from_db()
    assert work.style == "Ridges"
    assert undone == actions.Undone(1, 0)
    with pytest.raises(ValidationError, match="nothing to undo"):
        actions.undo(edit)


def test_undoing_leaves_what_was_changed_since(cate: User) -> None:
    kept, back = make_artwork(artist="Mara Lind"), make_artwork(artist="Mara Lind")
    make_artist("Jo Berg")
    edit = edit_of(cate, kept, back)
    actions.make(edit, Wanted("artist", "set", "Jo Berg"))
    with pghistory.context(user=cate.pk):
        Artwork.objects.filter(pk=kept.pk).update(artist=make_artist("Studio Halde"))

    undone = actions.undo(edit)

    assert undone == actions.Undone(restored=1, left=1)
    assert Artwork.objects.get(pk=kept.pk).artist.name == "Studio Halde"
    assert Artwork.objects.get(pk=back.pk).artist.name == "Mara Lind"


def test_the_pages_lead_from_choosing_to_undoing(client: Client) -> None:
    one, other, third = make_artwork("One"), make_artwork("Other"), make_artwork("Third")

    chosen = client.post("/desk/works/", {"work": [one.pk, other.pk, "x"]}, follow=True)
    edit = Edit.objects.get()
    form = {"how": "set", "field": "style", "value": "<b>Dada"}
    shown = client.get(f"/desk/edits/{edit.pk}/", form).content.decode()
    made = client.post(f"/desk/edits/{edit.pk}/make/", form, follow=True).content.decode()
    styles = set(Artwork.objects.values_list("title", "style"))
    undone = client.post(f"/desk/edits/{edit.pk}/undo/", follow=True).content.decode()

    assert "Change 2 works" in chosen.content.decode()
    assert shown.count("<ins>&lt;b&gt;Dada</ins>") == 2
    assert "2 works changed" in made
    assert styles == {("One", "<b>Dada"), ("Other", "<b>Dada"), ("Third", third.style)}
    assert "2 works are as they were" in undone
    assert WorkEvent.objects.filter(pgh_context__edit=edit.pk, pgh_label="changed").count() == 2


def test_all_that_is_found_is_chosen_by_its_filters(client: Client) -> None:
    make_artwork("A", style="Dada")
    make_artwork("B", style="Dada", state=Artwork.State.WITHDRAWN)
    make_artwork("C", style="Ridges")

    client.post("/desk/works/", {"all": "1", "choice": "style=Dada"})
    client.post("/desk/works/", {"all": "1", "choice": "style=Dada&state=withdrawn"})

    assert [len(edit.works) for edit in Edit.objects.order_by("pk")] == [2, 1]


def test_an_inventory_number_finds_works_shown_or_not(client: Client) -> None:
    draft = make_artwork("Sea", state=Artwork.State.DRAFT)
    Artwork.objects.filter(pk=draft.pk).update(accession_number="SK-A-1505")
    make_artwork("Lake")

    html = client.get("/desk/works/", {"q": "sk-a-15"}).content.decode()

    assert "<cite>Sea</cite>" in html
    assert "<cite>Lake</cite>" not in html


def test_choosing_nothing_is_told(client: Client) -> None:
    answer = client.post("/desk/works/", {"choice": ""}, follow=True)

    assert b"Choose at least one work" in answer.content
    assert not Edit.objects.exists()


@pytest.mark.parametrize(
    "query", ["", "?q=ridge", "?style=Ridges&state=visible&artist=studio-halde"]
)
def test_choosing_costs_the_same_however_many_works(
    client: Client, query: str, django_assert_max_num_queries: object
) -> None:
    for number in range(15):
        make_artwork(f"Ridge {number}")

    with django_assert_max_num_queries(12):  # type: ignore[operator]
        page = client.get(f"/desk/works/{query}").content.decode()

    assert page.count('type="checkbox"') == 15


def test_a_replacement_that_would_fill_the_memory_is_refused_before_it_is_made(cate: User) -> None:
    work = make_artwork()
    Artwork.objects.filter(pk=work.pk).update(description="a" * 10_000)
    wanted = Wanted("description", "replace", "a", "b" * 10_000)

    [shown] = actions.preview(edit_of(cate, work), wanted)

    assert "more than 100,000 characters" in shown.refused
