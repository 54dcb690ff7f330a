"""The leaderboard, a version's page, and two versions side by side."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.webapp.lab.makers import compared, curator, make_run, make_sample, make_version
from tests.webapp.makers import make_artwork, make_space
from webapp.accounts.models import User
from webapp.lab.models import Promotion, Version
from webapp.vectors import actions
from webapp.vectors.models import Space
from webapp.vectors.queries import live_space

pytestmark = pytest.mark.django_db


@pytest.fixture
def carl(db: None) -> Client:
    return curator()


def let_serve(version: Version, purpose: str = "taste") -> Space:
    space = actions.create_trained_space(
        purpose=purpose,
        name=str(version),
        extractor="test",
        dim=2,
        scored=2,
        head=b"head",
        fitted_on=0,
        open_to_new=True,
    )
    version.space = space
    version.save()
    actions.go_live(space, allow_missing=True)
    Promotion.objects.create(version=version, state=Promotion.State.DONE)
    return space


def names_in_order(page: str) -> list[str]:
    found = re.findall(r'<th scope="row" class="who">(.*?)<span class="small">', page)
    return [re.sub(r"<[^>]+>", "", each).strip() for each in found]


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_an_empty_leaderboard_says_how_to_begin(carl: Client) -> None:
    page = carl.get("/lab/").content.decode()

    assert "No model has been trained for this yet" in page
    assert "Visitors see VisRank" in page
    assert "/lab/runs/new/" in page


def test_versions_stand_among_yardsticks_the_best_first(carl: Client) -> None:
    good, bad = make_version(0.9), make_version(0.55, model="als")

    best = carl.get("/lab/").content.decode()
    worst = carl.get("/lab/?by=-auc").content.decode()
    newest = carl.get("/lab/?by=made").content.decode()
    nonsense = carl.get("/lab/?by=;drop").content.decode()

    first, last = f"CuratorNet version {good.pk}", f"ALS version {bad.pk}"
    assert names_in_order(best) == [first, "VisRank", "Popularity", "Random", last]
    assert names_in_order(nonsense) == names_in_order(best)
    assert names_in_order(worst)[0] == last
    assert names_in_order(newest)[:2] == [last, first]
    assert "style=" in best  # intervals are drawn


def test_a_version_is_told_from_what_serves_by_a_test(carl: Client) -> None:
    serving = make_version(0.8)
    let_serve(serving)
    same = make_version(0.81, against={str(serving.pk): compared(0.01, p_value=0.4)})
    worse = make_version(0.6, against={str(serving.pk): compared(-0.2)})
    make_version(0.7, against={})

    text = text_of(carl.get("/lab/").content.decode())

    assert f"Visitors see CuratorNet, version {serving.pk}" in text
    assert "+0.010 within chance, p = 0.400" in text
    assert "−0.200 worse, p = 0.001" in text
    assert text.count("p = 0.") == 2
    assert same.pk != worse.pk


def test_the_leaderboard_leaves_out_what_is_large(
    carl: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        make_version()

    with django_assert_max_num_queries(6) as queries:  # session, user, permissions, versions
        carl.get("/lab/")

    (statement,) = [each["sql"] for each in queries if '"lab_version"' in each["sql"]]
    columns = statement.split(" FROM ")[0]
    assert '"samples"' not in columns
    assert '"head"' not in columns
    assert "- 'questions'" in columns


def test_a_version_shows_figures_slices_and_pictures(carl: Client) -> None:
    works = [make_artwork(f"Work {number}") for number in range(5)]
    gone = works.pop()
    ids = [work.pk for work in works]
    sample = make_sample(1, liked=ids[:2], shown=[ids[2], gone.pk, ids[3]], chosen=ids[3], place=3)
    version = make_version(samples=[sample])
    gone.delete()

    page = carl.get(f"/lab/versions/{version.pk}/").content.decode()

    text = text_of(page)
    assert "Beside VisRank, which serves" in text
    assert "Chose next" in text
    assert "This version has it at place 3" in text
    assert page.count('<li class="hit">') == 4  # what was chosen, and in each of three lists
    assert page.count("No longer in the gallery") == 3
    assert "few choices, 2 in all" in text
    assert ">Promote</button>" in page


def test_a_page_with_pictures_costs_no_query_for_each(
    carl: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    ids = [make_artwork(f"Work {number}").pk for number in range(30)]
    samples = [make_sample(n, ids[:5], ids[5 + n : 17 + n], ids[29]) for n in range(12)]
    version = make_version(samples=samples)

    # Session, user, permissions; version, promotions, what serves, works.
    with django_assert_max_num_queries(9):
        carl.get(f"/lab/versions/{version.pk}/")


def test_a_version_that_is_not_measured_yet_says_so(carl: Client) -> None:
    version = Version.objects.create(run=make_run(), file="f", sha256="s")

    page = carl.get(f"/lab/versions/{version.pk}/").content.decode()

    assert "Being measured" in page
    assert "being measured" in carl.get("/lab/").content.decode()
    assert carl.get("/lab/versions/999/").status_code == 404


def test_a_version_is_promoted_and_its_steps_are_watched(carl: Client) -> None:
    version = make_version()

    page = carl.post(f"/lab/versions/{version.pk}/promote/", follow=True).content.decode()
    promotion = Promotion.objects.get()
    promotion.state = Promotion.State.RUNNING
    promotion.steps = [{"name": "vectors", "seconds": 1.25, "note": "720 works"}]
    promotion.save()
    told = carl.get(f"/lab/versions/{version.pk}/status/").json()["promotion"]

    assert (promotion.version, promotion.kind, promotion.override) == (version, "promote", "")
    assert promotion.by == User.objects.get(username="carl")
    assert f'data-status-url="/lab/versions/{version.pk}/status/"' in page
    assert ">Promote</button>" not in page  # it is under way
    assert told["open"] is True
    assert told["steps"] == promotion.steps


def test_a_version_is_prepared_without_letting_it_serve(carl: Client) -> None:
    version = make_version()

    carl.post(f"/lab/versions/{version.pk}/prepare/")

    assert Promotion.objects.get().kind == Promotion.Kind.PREPARE


def refused(version: Version) -> Promotion:
    checks = [
        {"name": "works", "passed": True, "note": "720 works.", "binding": True},
        {"name": "auc", "passed": False, "note": "0.1 worse.", "binding": False},
    ]
    return Promotion.objects.create(
        version=version,
        state=Promotion.State.REFUSED,
        reason="The gate refused it.",
        gate={"passed": False, "checks": checks},
    )


def test_what_the_gate_refused_is_promoted_for_a_reason_by_name(carl: Client) -> None:
    version = make_version()
    refused(version)

    page = carl.get(f"/lab/versions/{version.pk}/").content.decode()
    url = f"/lab/versions/{version.pk}/promote/"
    silent = carl.post(url, {"override": " \0 "}, follow=True).content.decode()
    carl.post(url, {"override": "The new\0 works matter more."})

    assert page.index("0.1 worse.") < page.index("720 works.")  # what failed comes first
    assert "Override the gate as carl" in page
    assert "Say why it shall serve" in silent
    promotion = Promotion.objects.get(state=Promotion.State.QUEUED)
    assert promotion.override == "The new works matter more."


def test_what_cannot_serve_is_only_compared(carl: Client) -> None:
    version = make_version(servable=False)

    page = carl.get(f"/lab/versions/{version.pk}/").content.decode()
    told = carl.post(f"/lab/versions/{version.pk}/promote/", follow=True).content.decode()

    assert "can be compared but not served" in page
    assert ">Promote</button>" not in page
    assert "does not end as item vectors" in told
    assert not Promotion.objects.exists()


def test_what_serves_is_rolled_back_in_one_click(carl: Client) -> None:
    make_space()
    version = make_version()
    let_serve(version)

    page = carl.get(f"/lab/versions/{version.pk}/").content.decode()
    unknown = carl.post("/lab/rollback/", {"purpose": "look"})
    untouched = live_space("taste")
    told = carl.post("/lab/rollback/", follow=True).content.decode()

    assert "Roll back" in page
    assert unknown.status_code == 404
    assert untouched is not None
    assert ">Promote</button>" not in page
    assert live_space("taste") is None
    assert "VisRank serves again." in told
    assert "nothing to roll back to" in carl.post("/lab/rollback/", follow=True).content.decode()


def pair(difference: float) -> tuple[Version, Version]:
    works = [make_artwork(f"Work {number}").pk for number in range(4)]
    mine = make_sample(1, works[:1], [works[1], works[3]], works[3], place=2)
    theirs = make_sample(1, works[:1], [works[2], works[1]], works[3], place=9)
    # The second visitor has chosen another work since, so the lists do not answer the same.
    other, since = (make_sample(2, works[:1], works[1:3], each) for each in (works[2], works[1]))
    older = make_version(0.7, samples=[theirs, other])
    newer = make_version(0.8, against={str(older.pk): compared(difference)}, samples=[mine, since])
    return older, newer


def test_two_versions_are_laid_side_by_side(carl: Client) -> None:
    older, newer = pair(0.1)

    text = text_of(carl.get(f"/lab/compare/?a={newer.pk}&b={older.pk}").content.decode())

    assert "On 30 visitors" in text
    assert "+0.100 better, p = 0.001" in text
    assert f"CuratorNet, version {newer.pk} has it at place 2" in text
    assert f"CuratorNet, version {older.pk} at place 9" in text
    assert "1 visitor of whom both" in text
    assert text.count("Chose next") == 1


def test_seen_from_the_older_one_the_difference_is_turned(carl: Client) -> None:
    older, newer = pair(0.1)

    text = text_of(carl.get(f"/lab/compare/?a={older.pk}&b={newer.pk}").content.decode())

    assert "−0.100 worse, p = 0.001" in text


def test_versions_that_were_never_asked_the_same_say_so(carl: Client) -> None:
    a, b = make_version(against={}), make_version(against={})

    page = carl.get(f"/lab/compare/?a={a.pk}&b={b.pk}").content.decode()

    assert "no visitor was asked the same by both" in page


def test_models_of_choices_and_of_visits_are_not_compared(carl: Client) -> None:
    a, b = make_version(), make_version(model="item2vec")

    page = carl.get(f"/lab/compare/?a={a.pk}&b={b.pk}").content.decode()

    assert "answer different questions" in page
    assert "Measured" not in page


@pytest.mark.parametrize("query", ["", "?a=1", "?a=x&b=-1", "?a=99999999999999999999&b=2"])
def test_without_two_versions_they_are_asked_for(carl: Client, query: str) -> None:
    make_version()
    make_version()

    answer = carl.get(f"/lab/compare/{query}")

    assert answer.status_code == 200
    assert "Choose two different versions." in answer.content.decode()


def make_visit_version(recall: float) -> Version:
    """A model of visits: measured otherwise, and beside other yardsticks."""
    rows = [
        {
            "key": key,
            "name": name,
            "intervals": {"next_recall@20": {"mean": mean, "low": mean - 0.1, "high": mean + 0.1}},
            "figures": {"coverage@20": 0.5},
        }
        for key, name, mean in (
            ("model", "item2vec", recall),
            ("item-knn", "Item-kNN of visits", 0.3),
        )
    ]
    better = {"difference": recall - 0.3, "low": 0.01, "high": 0.2, "p_value": 0.02}
    metrics = {"next_recall@20": better | {"mean": recall, "rival": 0.3}}
    against = {"item-knn": {"rival": "x", "metrics": metrics, "coverage": [0.5, 0.4]}}
    report = {"rows": rows, "visitors": 30, "visits": 44, "steps": 1234, "against": against}
    run = make_run("item2vec")
    return Version.objects.create(run=run, file="f", sha256="s", report=report)


def test_models_of_visits_have_a_board_of_their_own(carl: Client) -> None:
    taste, visits = make_version(0.8), make_visit_version(0.4)

    tastes = carl.get("/lab/").content.decode()
    board = carl.get("/lab/?for=visits").content.decode()
    page = text_of(carl.get(f"/lab/versions/{visits.pk}/").content.decode())

    assert f"item2vec version {visits.pk}" not in names_in_order(tastes)
    assert names_in_order(board) == [f"item2vec version {visits.pk}", "Item-kNN of visits"]
    assert "+0.100 better, p = 0.020" in text_of(board)
    assert "?for=visits&amp;by=next_mrr%4020" in board
    assert "counted without a model" in board
    assert "Beside Item-kNN of visits" in page
    assert "1,234 times in 44 visits of 30 visitors" in page
    assert taste.pk != visits.pk


def test_what_serves_visits_is_rolled_back_by_itself(carl: Client) -> None:
    make_space()
    taste = make_version()
    let_serve(taste)
    visits = make_visit_version(0.4)
    space = let_serve(visits, purpose="visits")

    page = carl.get(f"/lab/versions/{visits.pk}/").content.decode()
    carl.post("/lab/rollback/", {"purpose": "visits"})

    assert 'name="purpose" value="visits"' in page
    assert live_space("visits") is None
    assert live_space("taste") == taste.space != space
