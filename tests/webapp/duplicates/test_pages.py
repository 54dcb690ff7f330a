"""The desk's pages: who may see them, what they show and do."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from tests.webapp.duplicates.makers import make_admin, make_pair
from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.accounts.roles import ADMINS, CURATORS
from webapp.catalog.models import Artwork
from webapp.duplicates import actions
from webapp.duplicates.models import Decision, Pair
from webapp.ingest.models import Batch, Item

pytestmark = pytest.mark.django_db
DESK = "/desk/duplicates/"


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(make_admin())
    return client


def decide(client: Client, pair: Pair, decision: str, **fields: Any) -> Any:
    form = {"decision": decision, "stays": pair.first_id, **fields}
    return client.post(f"{DESK}{pair.pk}/decide/", form)


@pytest.mark.parametrize(("group", "status"), [(ADMINS, 200), (CURATORS, 403), (None, 302)])
def test_the_desk_opens_to_those_who_may_decide(group: str | None, status: int) -> None:
    pair, client = make_pair(), Client()
    if group:
        person = User.objects.create_user("person", is_staff=True)
        person.groups.add(Group.objects.get(name=group))
        client.force_login(person)

    pages = [client.get(DESK), client.get(f"{DESK}{pair.pk}/")]
    acts = [
        decide(client, pair, "keep"),
        client.post(f"{DESK}decisions/{Decision.objects.count()}/undo/"),
    ]

    assert [page.status_code for page in pages] == [status] * 2
    if status == 200:
        assert Decision.objects.exists()
    else:
        assert [act.status_code for act in acts] == [status] * 2
        assert not Decision.objects.exists()


def test_an_empty_desk_says_what_will_be_there(admin: Client) -> None:
    page = admin.get(DESK)

    assert "Nothing waits for a decision." in page.content.decode()
    assert "Every new work is compared" in page.content.decode()


def test_pairs_are_counted_and_chosen_by_kind(admin: Client) -> None:
    make_pair(make_artwork("Fjord"), make_artwork("Fjord, night"))
    make_pair(make_artwork("Weir"), make_artwork("Weir in its frame"), kind=Pair.Kind.PHOTO)
    make_pair(make_artwork("Gone"), make_artwork(state=Artwork.State.WITHDRAWN))

    everything = admin.get(DESK)
    photos = admin.get(f"{DESK}?kind=photo").content.decode()

    assert everything.context["counts"] == {"open": 2, "near": 1, "photo": 1, "decided": 0}
    assert "Gone" not in everything.content.decode()
    assert "Weir in its frame" in photos
    assert "Fjord" not in photos


def test_a_pair_is_shown_with_all_in_which_the_two_differ(admin: Client) -> None:
    pair = make_pair()
    Artwork.objects.filter(pk=pair.second_id).update(year=1954)

    page = admin.get(f"{DESK}{pair.pk}/")

    facts = {fact.name: fact for fact in page.context["facts"]}
    assert (facts["title"].differs, facts["title"].chosen) == (True, "first")
    assert (facts["year"].first, facts["year"].second, facts["year"].chosen) == (
        "",
        "1954",
        "second",
    )
    assert not facts["artist"].differs
    assert "differ in 4 of 256 bits" in page.content.decode()


def test_deciding_leads_to_the_next_pair_and_offers_a_way_back(admin: Client) -> None:
    pair, other = make_pair(), make_pair()

    answer = decide(admin, pair, "merge", **{"fact-title": "second"})

    assert answer.url == f"{DESK}{other.pk}/"
    assert Artwork.objects.get(pk=pair.first_id).title == "Ridge, again"
    decision = Decision.objects.get()
    note = admin.get(answer.url).content.decode()
    assert "They are one work now." in note
    assert f"{DESK}decisions/{decision.pk}/undo/" in note
    back = admin.post(f"{DESK}decisions/{decision.pk}/undo/")
    assert back.headers["Location"] == f"{DESK}{pair.pk}/"
    assert Artwork.objects.get(pk=pair.first_id).title == "Ridge"


def test_the_last_decision_leads_back_to_the_desk(admin: Client) -> None:
    answer = decide(admin, make_pair(), "replace")

    assert answer.url == DESK
    page = admin.get(f"{DESK}?kind=decided").content.decode()
    assert "Merged, with the other picture, ada" in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"decision": "burn"}, "Choose what shall become of the two works."),
        ({"decision": "merge", "stays": "0"}, "Choose which of the two works stays."),
        ({"decision": "merge", "stays": "1" * 40}, "Choose which of the two works stays."),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    fields: dict[str, str], said: str, admin: Client
) -> None:
    pair = make_pair()

    answer = admin.post(f"{DESK}{pair.pk}/decide/", fields, follow=True)

    assert said in answer.content.decode()
    assert not Decision.objects.exists()


def test_an_unknown_pair_is_not_found(admin: Client) -> None:
    assert admin.get(f"{DESK}999/").status_code == 404
    assert admin.post(f"{DESK}decisions/999/undo/").status_code == 404


def test_a_pair_whose_work_was_deleted_meanwhile_says_so(admin: Client) -> None:
    pair = make_pair()
    pair.second.delete()

    answer = admin.post(f"{DESK}{pair.pk}/decide/", {"decision": "keep", "kind": "near"})

    assert answer.headers["Location"] == f"{DESK}?kind=near"
    assert actions.DELETED in admin.get(f"{DESK}?kind=near").content.decode()


def test_a_pair_whose_work_was_withdrawn_meanwhile_offers_nothing_to_decide(admin: Client) -> None:
    pair = make_pair()
    Artwork.objects.filter(pk=pair.second_id).update(state=Artwork.State.WITHDRAWN)

    page = admin.get(f"{DESK}{pair.pk}/").content.decode()

    assert "<cite>Ridge, again</cite> is not shown any more" in page
    assert 'name="decision"' not in page
    assert 'name="stays"' not in page


def test_a_fact_that_only_one_of_the_two_has_is_taken_whichever_stays(admin: Client) -> None:
    pair = make_pair()
    Artwork.objects.filter(pk=pair.second_id).update(year=1954)

    page = admin.get(f"{DESK}{pair.pk}/")

    facts = {fact.name: fact for fact in page.context["facts"]}
    assert (facts["title"].only, facts["year"].only) == ("", "second")
    assert 'data-only="second"' in page.content.decode()


def test_the_address_of_a_merged_work_leads_to_the_one_that_stays(admin: Client) -> None:
    pair = make_pair()
    address = f"/works/{pair.second_id}/"
    stranger = Client()
    assert stranger.get(address).status_code == 200
    decision = actions.merge(pair=pair, stays=pair.first_id, facts={}, by=make_admin("bea"))

    answer = stranger.get(address)

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/works/{pair.first_id}/")
    assert stranger.post(f"{address}like/").status_code == 404
    assert stranger.get("/works/99999/").status_code == 404
    actions.undo(decision=decision, by=make_admin("cleo"))
    assert stranger.get(address).status_code == 404  # until it has its vector again


def test_a_batch_says_how_many_of_its_works_may_be_here_twice(admin: Client) -> None:
    pair, batch = make_pair(), Batch.objects.create(source="Folder")
    make_pair()
    address = f"/upload/{batch.pk}/"
    assert "may be duplicates" not in admin.get(address).content.decode()

    Item.objects.create(batch=batch, name="a.jpg", incoming="a", artwork=pair.second)

    link = f'<a href="{DESK}?batch={batch.pk}">1 may be duplicates</a>'
    assert link in admin.get(address).content.decode()


def test_many_pairs_cost_no_more_queries_than_one(
    admin: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(6):
        make_pair(make_artwork(), make_artwork())
    one = Pair.objects.first()
    assert one is not None

    with django_assert_max_num_queries(9):
        admin.get(DESK)
    with django_assert_max_num_queries(12):
        admin.get(f"{DESK}{one.pk}/")


def test_the_pairs_of_one_batch_are_decided_one_after_the_other(admin: Client) -> None:
    batch = Batch.objects.create(source="Upload by mara")
    pairs = [make_pair(make_artwork("Fjord"), make_artwork("Fjord, night")) for _ in range(2)]
    for pair in pairs:
        Item.objects.create(batch=batch, name="a.jpg", artwork=pair.second, state="visible")
    make_pair(make_artwork("Weir"), make_artwork("Weir at dusk"))
    query = f"?batch={batch.pk}"

    wall = admin.get(f"{DESK}{query}")
    page = admin.get(f"{DESK}{pairs[0].pk}/{query}").content.decode()
    first = decide(admin, pairs[0], "keep", batch=batch.pk)
    last = decide(admin, pairs[1], "keep", batch=batch.pk)

    assert wall.context["counts"]["open"] == 2
    assert "Weir" not in wall.content.decode()
    assert f'{DESK}{pairs[1].pk}/{query}"' in page
    assert (first.url, last.url) == (f"{DESK}{pairs[1].pk}/{query}", f"{DESK}{query}")
    assert "No work of this batch waits" in admin.get(f"{DESK}{query}").content.decode()


@pytest.mark.parametrize("batch", ["0", "x", "9" * 30, "-1"])
def test_a_batch_that_is_none_leaves_all_pairs(admin: Client, batch: str) -> None:
    make_pair()

    assert admin.get(f"{DESK}?batch={batch}").context["counts"]["open"] == 1
