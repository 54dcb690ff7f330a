from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.webapp.lab.test_promoting import make_version, switched
from tests.webapp.makers import make_space
from webapp import jobs
from webapp.accounts.models import User
from webapp.lab import following, promoting
from webapp.lab.models import Promotion
from webapp.vectors.queries import live_space

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "send", lambda *_message: None)
    monkeypatch.setattr(following, "workers_answer", lambda: False)


def told(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_a_version_is_promoted_by_its_number() -> None:
    version = make_version()

    answer = told("promote", str(version.pk))

    assert Promotion.objects.get().version == version
    assert answer == f"promote CuratorNet, version {version.pk}: waiting for a worker.\n"


def test_an_override_stands_with_its_name() -> None:
    User.objects.create(username="carl")
    version = make_version()

    told("promote", str(version.pk), "--override", "It is May.", "--by", "carl")

    row = Promotion.objects.get()
    assert (row.override, str(row.by)) == ("It is May.", "carl")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["99"], "There is no version 99. None is trained yet"),
        (["newest"], "There is no version newest"),
        (["visrank"], "VisRank serves already"),
        (["visrank", "--prepare"], "needs no preparation"),
        (["visrank", "--by", "nobody"], "nobody called nobody"),
    ],
)
def test_what_cannot_be_promoted_is_told(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        told("promote", *arguments)


def test_waiting_tells_the_steps_the_gate_and_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    version = make_version()

    def work(_seconds: float) -> None:
        checks = [{"name": "auc", "passed": False, "note": "It is worse."}]
        Promotion.objects.update(
            state="refused",
            reason="It is worse.",
            steps=[{"name": "model", "seconds": 1.5, "note": "40 works"}],
            gate={"passed": False, "checks": checks},
        )

    monkeypatch.setattr("webapp.lab.following.time.sleep", work)
    out = StringIO()

    with pytest.raises(CommandError, match="does not serve"):
        call_command("promote", str(version.pk), "--wait", stdout=out)

    lines = [line.strip() for line in out.getvalue().splitlines()]
    assert lines[1:4] == [
        "No worker answers yet; it goes on as soon as one runs.",
        "model: 40 works (1.5 s)",
        "FAILED  auc: It is worse.",
    ]
    assert lines[4].endswith("refused by the gate. It is worse.")


def test_rolling_back_says_what_serves() -> None:
    version = make_version(state="ready")
    switched(version, None)

    answer = told("rollback")

    assert answer == f"VisRank serves now, instead of CuratorNet, version {version.pk}.\n"
    assert live_space("taste") is None
    with pytest.raises(CommandError, match="nothing to roll back to"):
        told("rollback")


def test_every_space_that_may_serve_is_rebuilt_or_the_one_that_is_named() -> None:
    look, version = make_space(2), make_version(state="retired")
    make_version(state="building")
    make_space(2, state="retired")

    told("rebuild_vectors")

    assert [row.version for row in Promotion.objects.order_by("pk")] == [None, version]
    Promotion.objects.all().delete()
    told("rebuild_vectors", "--space", str(look.pk))
    assert Promotion.objects.get().version is None
    with pytest.raises(CommandError, match="no space 9999"):
        told("rebuild_vectors", "--space", "9999")


def test_a_version_that_serves_is_not_promoted_again() -> None:
    version = make_version(state="ready")
    switched(version, None)

    answer = told("promote", str(version.pk), "--wait")

    assert "done" in answer
    assert promoting.serving_version() == version
    assert Promotion.objects.count() == 1
