"""What the web request does by itself: ask, refuse, and go back."""

from __future__ import annotations

import pytest

from tests.webapp.makers import make_space
from webapp.accounts.models import User
from webapp.feed.models import Experiment
from webapp.lab import promoting
from webapp.lab.models import Promotion, Run, Version
from webapp.vectors import actions
from webapp.vectors.models import Space
from webapp.vectors.queries import live_space

pytestmark = pytest.mark.django_db


@pytest.fixture
def carl() -> User:
    return User.objects.create(email="carl@example.org")


def make_version(*, state: str = "", servable: bool = True) -> Version:
    """A version with a space in `state`; none for ""."""
    run = Run.objects.create(model="curatornet", state=Run.State.FINISHED)
    version = Version.objects.create(run=run, file="f", sha256="s", servable=servable)
    if state:
        version.space = actions.create_trained_space(
            purpose="taste",
            name=str(version),
            extractor="test",
            dim=2,
            scored=2,
            head=b"head",
            fitted_on=0,
            open_to_new=True,
        )
        version.save()
        Space.objects.filter(pk=version.space.pk).update(state=state)
    return version


def switched(version: Version | None, former: Version | None) -> Promotion:
    """A promotion as a worker leaves it."""
    if version:
        actions.go_live(Space.objects.get(version=version), allow_missing=True)
    return Promotion.objects.create(
        version=version, state=Promotion.State.DONE, former=former.space if former else None
    )


def test_a_promotion_is_asked_for_once_and_waits_for_a_worker(carl: User) -> None:
    version = make_version()

    first = promoting.promote(version, carl)
    second = promoting.promote(version, carl, "because")

    first.refresh_from_db()
    assert first == second
    assert (first.kind, first.state, first.override) == ("promote", "queued", "because")


def test_what_is_only_being_prepared_is_promoted_when_asked_for(carl: User) -> None:
    version = make_version()
    prepared = promoting.prepare(version, carl)

    promoted = promoting.promote(version, carl)

    assert promoted.pk == prepared.pk
    assert Promotion.objects.get().kind == Promotion.Kind.PROMOTE
    assert promoting.prepare(version, carl).pk == prepared.pk


def test_what_cannot_be_served_is_refused_with_a_reason(carl: User) -> None:
    version = make_version(servable=False)

    with pytest.raises(promoting.PromotionError, match="cannot be served"):
        promoting.promote(version, carl)
    with pytest.raises(promoting.PromotionError, match="cannot be served"):
        promoting.prepare(version, carl)


def test_an_override_needs_a_name() -> None:
    with pytest.raises(promoting.PromotionError, match="by name"):
        promoting.promote(make_version(), None, "I say so")


def test_promoting_what_serves_changes_nothing(carl: User) -> None:
    version = make_version(state="ready")
    done = switched(version, None)

    again = promoting.promote(version, carl)

    assert again == done
    assert Promotion.objects.count() == 1


def test_a_roll_back_lets_the_former_serve_at_once(carl: User) -> None:
    old, new = make_version(state="ready"), make_version(state="ready")
    switched(old, None)
    switched(new, old)

    done = promoting.rollback(carl)

    assert live_space("taste") == old.space
    assert promoting.serving_version() == old
    assert (done.kind, done.state, done.version, done.by) == ("rollback", "done", old, carl)
    assert done.former == new.space


def test_rolling_back_twice_goes_further_back_and_ends_with_visrank(carl: User) -> None:
    make_space(2)
    old, new = make_version(state="ready"), make_version(state="ready")
    switched(old, None)
    switched(new, old)

    promoting.rollback(carl)
    last = promoting.rollback(carl)

    assert last.version is None
    assert live_space("taste") is None
    assert live_space("look") is not None
    with pytest.raises(promoting.PromotionError, match="nothing to roll back to"):
        promoting.rollback(carl)


def test_where_the_former_is_no_longer_kept_visrank_serves(carl: User) -> None:
    old, new = make_version(state="ready"), make_version(state="ready")
    switched(old, None)
    switched(new, old)
    actions.drop(Space.objects.get(version=old))

    done = promoting.rollback(carl)

    assert done.version is None
    assert live_space("taste") is None


def test_a_roll_back_ends_promotions_under_way(carl: User) -> None:
    old, next_one, other = make_version(state="ready"), make_version(), make_version()
    switched(old, None)
    under_way = promoting.promote(next_one, carl)
    prepared = promoting.prepare(other, carl)

    promoting.rollback(carl)

    under_way.refresh_from_db()
    prepared.refresh_from_db()
    assert under_way.state == Promotion.State.FAILED
    assert "roll-back" in under_way.reason
    assert prepared.state == Promotion.State.QUEUED


def test_visrank_can_be_chosen_and_given_up_again(carl: User) -> None:
    version = make_version(state="ready")
    switched(version, None)

    chosen = promoting.promote(None, carl)

    assert (chosen.state, chosen.former) == ("done", version.space)
    assert live_space("taste") is None
    with pytest.raises(promoting.PromotionError, match="VisRank serves already"):
        promoting.promote(None, carl)
    assert promoting.rollback(carl).version == version
    assert promoting.serving_version() == version


def test_what_a_roll_back_or_an_experiment_needs_is_kept(carl: User) -> None:
    old, new, tried, past, prepared = (make_version(state="ready") for _ in range(5))
    switched(old, None)
    switched(new, old)
    Experiment.objects.create(name="now", kind="ab", state="running", space_b=tried.space, salt="s")
    Experiment.objects.create(name="past", kind="ab", state="stopped", space_a=past.space, salt="s")
    promoting.prepare(prepared, carl)

    kept = promoting.kept_spaces()

    assert kept == {each.space.pk for each in (old, tried, prepared) if each.space}


def test_only_what_serves_or_could_is_rebuilt(carl: User) -> None:
    look, version = make_space(2), make_version(state="ready")
    assert version.space is not None

    promotions = [promoting.rebuild(look, carl), promoting.rebuild(version.space, carl)]

    assert [(p.kind, p.version) for p in promotions] == [("rebuild", None), ("rebuild", version)]
    with pytest.raises(promoting.PromotionError, match="serves nobody"):
        promoting.rebuild(make_space(2, state="retired"), carl)
    dropped = make_version(state="dropped").space
    assert dropped is not None
    with pytest.raises(promoting.PromotionError, match="No version"):
        promoting.rebuild(dropped, carl)
