from __future__ import annotations

import csv
import io
import json
from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.db.models import ForeignKey
from django.test import Client
from django.utils import timezone

from tests.webapp.makers import make_artwork
from webapp.accounts import guessing
from webapp.accounts.models import User
from webapp.api import tokens
from webapp.feed import impressions, partitions
from webapp.feed.models import Correspondence, Event, Impression, Pick, Visitor
from webapp.mine.models import Collection, CollectionItem, Follow
from webapp.quiz.models import Answer, Quiz
from webapp.vectors.models import PictureQuery

pytestmark = pytest.mark.django_db

PASSWORD = "ridge-evening-7"


@pytest.fixture
def mara(client: Client) -> User:
    """Somebody who has done all that can be done, signed in."""
    user = User.objects.create_user("mara", "mara@example.org", PASSWORD)
    client.force_login(user)
    work, other = make_artwork("=Ridge"), make_artwork("Slope")
    for verb in ("like", "viewed"):
        client.post(f"/works/{work.pk}/{verb}/")
    client.post(f"/works/{other.pk}/hide/")
    client.post(f"/works/{work.pk}/save/", {"new": "Light"})
    client.post("/artists/studio-halde/follow/")
    client.post("/yours/recommendations/off/")
    visitor = Visitor.objects.get(user=user)
    quiz = Quiz.objects.create(visitor=visitor, seed=1)
    Answer.objects.create(quiz=quiz, number=0, shown=[work.pk, other.pk], chosen=work)
    Pick.objects.create(artwork=work, by=user)
    one, two = sorted((work, other), key=lambda each: each.pk)
    Correspondence.objects.create(
        first=one, second=two, extractor="test", asked=timezone.now(), asked_by=visitor
    )
    partitions.make([partitions.month_of(timezone.now())])
    Impression.objects.create(
        list_id=uuid4(),
        position=0,
        time=timezone.now(),
        visitor_id=visitor.pk,
        artwork_id=work.pk,
        surface="for-you",
        source="model",
        propensity=1.0,
    )
    return user


def _export(client: Client) -> dict[str, str]:
    answer = client.get("/account/export/")
    assert answer["Content-Type"] == "application/zip"
    assert "attachment" in answer["Content-Disposition"]
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    with ZipFile(io.BytesIO(data)) as zipped:
        return {name: zipped.read(name).decode() for name in zipped.namelist()}


def _rows_of(user: User, visitor: int) -> Iterator[str]:
    """Every row of the database that points at somebody."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if not isinstance(field, ForeignKey) or field.related_model not in (User, Visitor):
                continue
            who = user.pk if field.related_model is User else visitor
            if model._default_manager.filter(**{field.attname: who}).exists():
                yield f"{model._meta.label}.{field.name}"


def test_the_export_holds_all_tables_twice_and_says_what_they_are(
    client: Client, mara: User
) -> None:
    files = _export(client)

    tables = {name.partition(".")[0] for name in files} - {"README"}
    assert files.keys() == {"README.txt"} | {f"{t}.{e}" for t in tables for e in ("csv", "json")}
    assert all(f"{table}: " in files["README.txt"] for table in tables)
    kinds = [row["kind"] for row in json.loads(files["events.json"])]
    assert sorted(kinds) == ["hide", "like", "save", "view"]
    account = json.loads(files["account.json"])[0]
    assert (account["name"], account["e_mail"]) == ("mara", "mara@example.org")
    assert account["no_recommendations"] is True
    assert json.loads(files["collections.json"])[0]["title"] == "Light"
    assert json.loads(files["following.json"])[0]["artist"] == "Studio Halde"
    assert json.loads(files["quiz.json"])[0]["title"] == "=Ridge"
    assert json.loads(files["shown.json"])[0]["where"] == "for-you"


def test_both_forms_hold_the_same_and_no_cell_is_a_formula(client: Client, mara: User) -> None:
    files = _export(client)

    rows = list(csv.DictReader(io.StringIO(files["collected.csv"])))
    assert [row["title"] for row in rows] == ["'=Ridge"]
    assert [row["title"] for row in json.loads(files["collected.json"])] == ["=Ridge"]


def test_the_export_is_of_who_asks_alone(mara: User) -> None:
    stranger, session = Client(), Client()
    session.post(f"/works/{make_artwork('Mine').pk}/like/")

    empty, own = _export(stranger), _export(session)

    assert json.loads(empty["events.json"]) == []
    assert [row["title"] for row in json.loads(own["events.json"])] == ["Mine"]
    assert "mara" not in "".join([*empty.values(), *own.values()])


def test_nothing_of_a_person_stays_in_any_table(client: Client, mara: User) -> None:
    visitor = Visitor.objects.get(user=mara).pk
    before = set(_rows_of(mara, visitor))

    done = client.post("/account/delete/", {"password": PASSWORD, "sure": "1"}, follow=True)

    assert {"feed.Event.visitor", "mine.Collection.visitor", "feed.Pick.by"} <= before
    assert {"quiz.Quiz.visitor", "feed.Correspondence.asked_by"} <= before
    assert not list(_rows_of(mara, visitor))
    assert not User.objects.exists()
    assert not Visitor.objects.exists()
    for gone in (Event, Collection, CollectionItem, Follow, Quiz, Answer):
        assert not gone._default_manager.exists(), gone
    assert Impression.objects.get().visitor_id is None
    assert Pick.objects.get().by is None
    assert "All that was kept of you is deleted" in done.content.decode()
    assert "_auth_user_id" not in client.session


def test_what_still_waits_to_be_written_is_forgotten_too(client: Client, mara: User) -> None:
    make_artwork("New")
    client.get("/for-you/")
    waiting = impressions.waiting()

    client.post("/account/delete/", {"password": PASSWORD, "sure": "1"})
    impressions.flush()

    assert waiting
    assert Impression.objects.count() > 1
    assert not Impression.objects.exclude(visitor_id=None).exists()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"password": "wrong", "sure": "1"}, "That is not your password."),
        ({"sure": "1"}, "This field is required."),
        ({"password": PASSWORD}, "Tick this if you are sure."),
    ],
)
def test_deleting_takes_the_password_and_a_yes(
    client: Client, mara: User, form: dict[str, str], words: str
) -> None:
    refused = client.post("/account/delete/", form)

    assert words in refused.content.decode()
    assert User.objects.filter(pk=mara.pk).exists()
    assert Event.objects.exists()


def test_whoever_guesses_the_password_must_wait(
    client: Client, mara: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guessing, "PER_BOTH", 2)
    for _guess in range(3):
        client.post("/account/delete/", {"password": "wrong", "sure": "1"})

    held = client.post("/account/delete/", {"password": PASSWORD, "sure": "1"})

    assert "Too many wrong tries" in held.content.decode()
    assert User.objects.exists()


def test_a_session_without_an_account_is_deleted_by_a_yes(client: Client, mara: User) -> None:
    session = Client()
    session.post(f"/works/{make_artwork().pk}/like/")

    session.post("/account/delete/", {"sure": "1"})

    assert list(Visitor.objects.values_list("user__username", flat=True)) == ["mara"]
    assert "Nothing yet" in session.get("/likes/").content.decode()


def test_other_people_lose_nothing(client: Client, mara: User) -> None:
    other = Client()
    other.force_login(User.objects.create_user("ida"))
    other.post(f"/works/{make_artwork('Theirs').pk}/save/", {"new": "Theirs"})

    client.post("/account/delete/", {"password": PASSWORD, "sure": "1"})

    assert "Theirs" in other.get("/yours/collections/").content.decode()


def test_the_export_holds_the_pictures_that_were_searched_by(client: Client, mara: User) -> None:
    soon = timezone.now() + timedelta(hours=1)
    owner = Visitor.objects.get(user=mara).pk
    for token, visitor, expires in (
        ("hers", owner, soon),
        ("of her session", None, soon),
        ("forgotten", owner, timezone.now()),
        ("another's", None, soon),
    ):
        PictureQuery.objects.create(
            token=token,
            visitor_id=visitor,
            expires=expires,
            state="done",
            palette=["96281e", "1c3263"],
            preview=token.encode(),
        )
    session = client.session
    session["pictures"] = ["of her session"]
    session.save()

    files = _export(client)

    rows = json.loads(files["pictures.json"])
    previews = [b64decode(row["picture"].partition(",")[2]).decode() for row in rows]
    assert previews == ["hers", "of her session"]
    assert {row["colours"] for row in rows} == {"96281e 1c3263"}
    assert rows[0]["expires"] == soon.isoformat()


def test_the_export_holds_what_tokens_are_called_and_no_secret(client: Client, mara: User) -> None:
    made = tokens.make(user=mara, name="My script", scope="read", expires=None)
    tokens.make(user=User.objects.create_user("ida"), name="Hers", scope="write", expires=None)

    files = _export(client)

    (row,) = json.loads(files["tokens.json"])
    assert (row["name"], row["scope"], row["used"]) == ("My script", "read", None)
    assert row["created"] == made.token.created.isoformat()
    assert made.secret not in files["tokens.json"]
    assert made.token.digest not in files["tokens.json"]
