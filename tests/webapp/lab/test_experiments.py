"""The lab's experiments: what may be drafted, who may do what, and what the pages say."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.webapp.makers import make_artwork, make_space
from tests.webapp.tastes import make_taste, mean_bundle
from webapp.accounts.models import User
from webapp.accounts.roles import CURATORS
from webapp.feed import actions, impressions
from webapp.feed.models import Event, Experiment, Visitor
from webapp.feed.ranking import Entry
from webapp.lab import experiments
from webapp.lab.experiment_results import results
from webapp.lab.experiments import ExperimentError
from webapp.lab.models import Run, Version
from webapp.vectors.models import Space

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator(client: Client) -> Client:
    user = User.objects.create_user("carl", is_staff=True)
    user.groups.add(Group.objects.get(name=CURATORS))
    client.force_login(user)
    return client


def make_version(*, state: str = Space.State.READY) -> Version:
    run = Run.objects.create(model="curatornet", state=Run.State.FINISHED)
    space = make_taste(mean_bundle(model="curatornet"), state=state)
    return Version.objects.create(run=run, file="x", sha256="0" * 64, space=space)


def make_experiment(kind: str = "ab", *, state: str = "running") -> Experiment:
    return Experiment.objects.create(
        name=f"{kind} {state}",
        kind=kind,
        state=state,
        salt="s",
        started=None if state == "draft" else timezone.now(),
        stopped=timezone.now() if state == "stopped" else None,
    )


def show(experiment: Experiment, visitor: Visitor, *variants: str) -> tuple[str, list[int]]:
    """Log a list whose entries are of these sides."""
    works = [make_artwork().pk for _ in variants]
    list_id = uuid4()
    entries = [
        Entry(artwork_id=pk, position=place, source="model", variant=variant)
        for place, (pk, variant) in enumerate(zip(works, variants, strict=True))
    ]
    impressions.record(
        entries,
        list_id=list_id,
        visitor_id=visitor.pk,
        surface="for-you",
        experiment_id=experiment.pk,
    )
    impressions.flush()
    return str(list_id), works


def act(visitor: Visitor, list_id: str, work: int, kind: str = "view") -> Event:
    return Event.objects.create(
        visitor=visitor, artwork_id=work, kind=kind, time=timezone.now(), list_id=list_id
    )


def test_who_saw_both_sides_as_before_and_after_signing_in_counts_on_neither() -> None:
    experiment = make_experiment()
    for side in "aab":
        show(experiment, Visitor.objects.create(), side, side)
    anonymous = Visitor.objects.create()
    list_id, works = show(experiment, anonymous, "a", "a")
    act(anonymous, list_id, works[0])
    account = User.objects.create_user("vera")
    show(experiment, Visitor.objects.create(user=account), "b", "b")

    actions.merge(visitor=anonymous, into=account)

    found = results(experiment)
    assert (found.ratio.a, found.ratio.b, found.shown) == (2, 1, 6)
    assert found.measures[0].counts == (0, 0)


def test_an_experiment_is_drafted_started_stopped_and_decided_on(curator: Client) -> None:
    make_space()
    version = make_version()

    drafted = curator.post(
        "/lab/experiments/",
        {
            "name": "Spring",
            "kind": "interleaving",
            "first": "look",
            "second": str(version.pk),
            "share": "50",
        },
    )
    made = Experiment.objects.get()
    page = f"/lab/experiments/{made.pk}/"
    curator.post(f"{page}start/")
    running = curator.get(page).content.decode()
    curator.post(f"{page}stop/")
    curator.post(f"{page}decide/", {"text": "Keep VisRank."})
    curator.post(f"{page}decide/", {"text": "Try again in autumn."})
    done = curator.get(page).content.decode()

    made.refresh_from_db()
    assert drafted["Location"] == page
    assert (made.space_a, made.space_b, made.share) == (None, version.space, 0.5)
    assert (made.state, made.decided_by) == ("stopped", User.objects.get(username="carl"))
    assert "running since" in running
    assert "Too few visitors" in running
    first, second = made.decision.split("\n\n")
    assert first.endswith("UTC, carl: Keep VisRank.")
    assert second.endswith("carl: Try again in autumn.")
    assert "Keep VisRank." in done
    assert version.get_absolute_url() in done


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, "Give the experiment a name"),
        ({"name": "Taken"}, "There is an experiment called"),
        ({"name": "\0"}, "Give the experiment a name"),
        ({"second": "look"}, "cannot be compared with itself"),
        ({"second": "999"}, "Choose two models"),
        ({"kind": "guess"}, "Choose an A/B test"),
        ({"share": "0"}, "above 0"),
        ({"share": "nan"}, "above 0"),
        ({"share": "many"}, "in per cent"),
    ],
)
def test_what_makes_no_experiment_is_refused_in_words(
    curator: Client, changes: dict[str, str], said: str
) -> None:
    version = make_version()
    Experiment.objects.create(name="Taken", kind="ab", salt="t")
    answers = {"name": "New", "kind": "ab", "first": "look", "second": str(version.pk)}

    response = curator.post("/lab/experiments/", {**answers, "share": "100", **changes})

    assert response.status_code == 422
    assert said in response.content.decode()
    assert Experiment.objects.count() == 1


def test_words_that_the_database_cannot_keep_are_kept_without_what_it_cannot(
    curator: Client,
) -> None:
    answers = {"name": "\0New", "kind": "ab", "first": "look", "second": str(make_version().pk)}
    stopped = make_experiment(state="stopped")

    curator.post("/lab/experiments/", {**answers, "share": "100"})
    curator.post(f"/lab/experiments/{stopped.pk}/decide/", {"text": "A \0is better."})

    stopped.refresh_from_db()
    assert Experiment.objects.filter(name="New").exists()
    assert stopped.decision.endswith("carl: A is better.")


def test_only_one_runs_at_a_time_and_none_runs_twice(curator: Client) -> None:
    running, draft = make_experiment(), make_experiment(state="draft")

    with pytest.raises(ExperimentError, match="Another experiment runs"):
        experiments.start(draft)
    experiments.stop(running)
    with pytest.raises(ExperimentError, match="has run already"):
        experiments.start(running)
    with pytest.raises(ExperimentError, match="nothing to stop"):
        experiments.stop(running)
    with pytest.raises(ExperimentError, match="it is kept"):
        experiments.discard(running)
    experiments.start(draft)
    with pytest.raises(ExperimentError, match="Stop the experiment before"):
        experiments.decide(draft, text="Yes", by=User.objects.get())


def test_a_model_that_was_dropped_cannot_be_started(curator: Client) -> None:
    space = make_taste(mean_bundle(), state=Space.State.READY)
    draft = make_experiment(state="draft")
    Experiment.objects.filter(pk=draft.pk).update(space_a=space)
    Space.objects.filter(pk=space.pk).update(state=Space.State.DROPPED)

    response = curator.post(f"/lab/experiments/{draft.pk}/start/", follow=True)

    assert "is not kept any more" in response.content.decode()
    assert not Experiment.objects.filter(state="running").exists()


def test_versions_that_are_prepared_or_serve_can_be_compared() -> None:
    ready, live = make_version(), make_version(state=Space.State.LIVE)
    make_version(state=Space.State.BUILDING)

    found = {each.key: each.serves for each in experiments.contestants()}

    assert found == {"look": False, str(ready.pk): False, str(live.pk): True}


@pytest.mark.parametrize("path", ["", "{pk}/"])
def test_the_pages_are_for_curators(client: Client, path: str) -> None:
    pk = make_experiment().pk
    url = f"/lab/experiments/{path.format(pk=pk)}"

    stranger = client.get(url)
    client.force_login(User.objects.create_user("vera"))
    visitor = client.get(url)

    assert stranger.status_code == 302
    assert visitor.status_code == 403


@pytest.mark.parametrize(
    "path", ["", "replay/", "{pk}/start/", "{pk}/stop/", "{pk}/decide/", "{pk}/discard/"]
)
def test_only_curators_act(client: Client, path: str) -> None:
    experiment = make_experiment()
    url = f"/lab/experiments/{path.format(pk=experiment.pk)}"

    stranger = client.post(url)
    client.force_login(User.objects.create_user("vera"))
    visitor = client.post(url, {"text": "mine"})

    assert stranger.status_code == 302
    assert visitor.status_code == 403
    experiment.refresh_from_db()
    assert experiment.state == "running"


def test_what_an_ab_test_counts() -> None:
    experiment = make_experiment()
    first, second, other = (Visitor.objects.create() for _ in range(3))
    a_list, a_works = show(experiment, first, "a", "a", "a")
    b_list, b_works = show(experiment, second, "b", "b")
    act(first, a_list, a_works[0])
    act(first, a_list, a_works[0])  # once is enough
    act(first, a_list, a_works[0], "like")
    act(first, a_list, a_works[1], "save")
    act(second, b_list, b_works[0])
    undone = act(second, b_list, b_works[1], "like")
    Event.objects.filter(pk=undone.pk).update(undone=timezone.now())
    act(other, a_list, a_works[2])  # not shown to them: somebody passed the link on
    act(first, a_list, b_works[0], "like")  # not in that list
    act(second, str(uuid4()), b_works[1], "like")  # no list at all

    found = results(experiment)

    counts = {each.choice.key: each.counts for each in found.measures}
    assert (found.visitors, found.lists, found.shown) == (2, 2, 5)
    assert counts == {"clicks": (2, 1), "likes": (1, 0), "saves": (1, 0), "purchases": (0, 0)}
    rates = found.measures[0].rates
    assert rates
    assert [rate.value for rate in rates] == pytest.approx([2 / 3, 1 / 2])
    assert (found.ratio.a, found.ratio.b) == (1, 1)


def test_what_an_interleaved_experiment_counts() -> None:
    experiment = make_experiment("interleaving")
    first, second = Visitor.objects.create(), Visitor.objects.create()
    for chosen in ((0, 2), (1,), (0, 1)):  # won by A, won by B, undecided
        list_id, works = show(experiment, first, "a", "b", "a", "")
        for place in chosen:
            act(first, list_id, works[place])
        act(first, list_id, works[3], "like")  # of no team
    list_id, works = show(experiment, second, "b", "a")
    act(second, list_id, works[1], "like")

    found = results(experiment)

    counts = {each.choice.key: each.counts for each in found.measures}
    assert (found.visitors, found.lists, found.shown) == (2, 4, 14)
    assert counts["clicks"] == (2, 1)
    assert counts["likes"] == (1, 0)
    assert found.measures[0].difference.value == pytest.approx(1 / 3)
    assert (found.ratio.a, found.ratio.b) == (3, 1)


@pytest.mark.parametrize("kind", ["ab", "interleaving"])
def test_results_are_one_query(
    kind: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    experiment = make_experiment(kind)
    for _ in range(3):
        show(experiment, Visitor.objects.create(), "a", "b")

    with django_assert_num_queries(1):
        results(experiment)


@pytest.mark.parametrize("kind", ["ab", "interleaving"])
def test_a_broken_split_is_shown_loudly(curator: Client, kind: str) -> None:
    experiment = make_experiment(kind)
    for number in range(40):
        show(experiment, Visitor.objects.create(), "b" if number % 10 == 0 else "a")

    page = curator.get(f"/lab/experiments/{experiment.pk}/").content.decode()
    listed = curator.get("/lab/experiments/").content.decode()

    for html in (page, listed):
        assert 'role="alert"' in html
        assert "plit is broken" in html
        assert "Do not read these results" in html


@pytest.mark.parametrize("number", [1, 5])
def test_the_list_asks_the_same_few_questions_however_long(
    curator: Client, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    for _ in range(number):
        version = make_version()
        Experiment.objects.create(
            name=f"Of version {version.pk}", kind="ab", salt="s", space_a=version.space
        )
    make_experiment()

    # Session, user, permissions (2), experiments, contestants, results, replays.
    with django_assert_num_queries(8):
        curator.get("/lab/experiments/")
