"""What every answer of the API carries, and what is turned away."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from tests.webapp.api.calling import ROOT, bearer, get
from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.api import limits
from webapp.api.models import Bucket

pytestmark = pytest.mark.django_db


def test_an_answer_that_is_known_already_is_not_sent_again(client: Client) -> None:
    work = make_artwork()
    first = client.get(f"{ROOT}/works/{work.pk}")

    again = client.get(f"{ROOT}/works/{work.pk}", headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304
    assert again.content == b""
    assert again["ETag"] == first["ETag"]


def test_a_changed_work_is_sent_again(client: Client) -> None:
    work = make_artwork()
    first = client.get(f"{ROOT}/works/{work.pk}")
    work.title = "Another"
    work.save()

    again = client.get(f"{ROOT}/works/{work.pk}", headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 200
    assert again.json()["title"] == "Another"


def test_who_may_keep_an_answer_depends_on_whom_it_is_about(client: Client, vera: User) -> None:
    known = bearer(vera)

    assert client.get(f"{ROOT}/works")["Cache-Control"] == "public, max-age=60"
    assert client.get(f"{ROOT}/works", headers=known)["Cache-Control"] == "private, no-cache"
    assert client.get(f"{ROOT}/me", headers=known)["Cache-Control"] == "private, no-store"
    assert client.get(f"{ROOT}/recommendations")["Cache-Control"] == "private, no-store"
    assert client.get(f"{ROOT}/works/1")["Cache-Control"] == "no-store"


def test_a_head_request_gets_the_headers_alone(client: Client) -> None:
    make_artwork()

    answer = client.head(f"{ROOT}/works")

    assert answer.status_code == 200
    assert answer.content == b""
    assert int(answer["Content-Length"]) > 100


@pytest.mark.parametrize("path", ["/nothing", "/works/", "/works/x", "/artists/a%00b"])
def test_an_unknown_address_is_a_problem_in_json(client: Client, path: str) -> None:
    answer = client.get(f"{ROOT}{path}")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "http://testserver/api/#not-found"


def test_a_wrong_method_is_a_problem_that_names_the_right_ones(client: Client) -> None:
    answer = client.delete(f"{ROOT}/works")

    assert answer.status_code == 405
    assert answer["Allow"] == "GET"
    assert answer.json()["status"] == 405


@pytest.mark.parametrize("cursor", ["x", "a:b", "WyJhIiwxXQ:1:x", "%00"])
def test_a_cursor_that_is_none_of_ours_is_told(client: Client, cursor: str) -> None:
    answer = client.get(f"{ROOT}/works?cursor={cursor}")

    assert answer.status_code == 400
    assert answer.json()["type"].endswith("#bad-cursor")


def test_a_cursor_of_another_list_is_told(client: Client) -> None:
    make_artwork(), make_artwork()
    address = get(client, "/works?limit=1")["next"]

    other = client.get(f"{address}&style=Ridges")
    elsewhere = client.get(address.replace("/works?", "/artists?"))

    assert other.status_code == elsewhere.status_code == 400
    assert "other parameters" in other.json()["detail"]


def test_every_answer_tells_the_allowance(client: Client, settings: Settings) -> None:
    settings.API_PER_MINUTE = {**settings.API_PER_MINUTE, "address": 5}

    first, second = client.get(f"{ROOT}/works"), client.get(f"{ROOT}/works")

    assert first["RateLimit-Limit"] == "5"
    assert first["RateLimit-Policy"] == "5;w=60"
    assert [first["RateLimit-Remaining"], second["RateLimit-Remaining"]] == ["4", "3"]
    assert int(second["RateLimit-Reset"]) in range(20, 25)


def test_too_many_requests_are_refused_and_told_when_to_come_back(
    client: Client, settings: Settings
) -> None:
    settings.API_PER_MINUTE = {**settings.API_PER_MINUTE, "address": 2}

    answers = [client.get(f"{ROOT}/works") for _ in range(3)]

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[2]["Content-Type"] == "application/problem+json"
    assert 1 <= int(answers[2]["Retry-After"]) <= 30
    assert "2 requests a minute" in answers[2].json()["detail"]


def test_the_allowance_grows_back_with_time(client: Client, settings: Settings) -> None:
    settings.API_PER_MINUTE = {**settings.API_PER_MINUTE, "address": 1}
    assert limits.take("address", "a").refused is False
    assert limits.take("address", "a").refused is True
    bucket = Bucket.objects.get()
    bucket.at = bucket.at.replace(year=bucket.at.year - 1)
    bucket.save()

    assert limits.take("address", "a").refused is False
    assert limits.take("address", "a").refused is True


def test_callers_do_not_take_from_each_other(
    client: Client, settings: Settings, vera: User, carl: User
) -> None:
    settings.API_PER_MINUTE = {"address": 1, "visitor": 1, "token": 1}
    one, other = bearer(vera), bearer(carl)

    for headers in ({}, one, other):
        assert client.get(f"{ROOT}/works", headers=headers).status_code == 200
        assert client.get(f"{ROOT}/works", headers=headers).status_code == 429


def test_guessing_tokens_is_counted_for_the_address(client: Client, settings: Settings) -> None:
    settings.API_PER_MINUTE = {**settings.API_PER_MINUTE, "address": 2}
    wrong = {"Authorization": "Bearer artrec_guess"}

    codes = [client.get(f"{ROOT}/me", headers=wrong).status_code for _ in range(3)]

    assert codes == [401, 401, 429]


def test_full_buckets_are_thrown_away(settings: Settings) -> None:
    limits.take("address", "a")
    Bucket.objects.update(at="2020-01-01T00:00:00Z")
    limits.take("address", "b")

    limits.sweep()

    assert Bucket.objects.count() == 1


def test_other_sites_may_not_read_unless_they_are_named(client: Client, settings: Settings) -> None:
    asking = {"Origin": "https://school.example"}

    before = client.get(f"{ROOT}/works", headers=asking)
    settings.API_ORIGINS = ["https://school.example"]
    after = client.get(f"{ROOT}/works", headers=asking)
    other = client.get(f"{ROOT}/works", headers={"Origin": "https://other.example"})

    assert "Access-Control-Allow-Origin" not in before
    assert after["Access-Control-Allow-Origin"] == "https://school.example"
    assert "Access-Control-Allow-Credentials" not in after
    assert "Access-Control-Allow-Origin" not in other


def test_a_preflight_allows_reading_only(client: Client, settings: Settings) -> None:
    settings.API_ORIGINS = ["https://school.example"]

    answer = client.options(f"{ROOT}/events", headers={"Origin": "https://school.example"})

    assert answer.status_code == 204
    assert "POST" not in answer["Access-Control-Allow-Methods"]


def test_an_unexpected_error_is_told_without_its_inside(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr("webapp.catalog.queries.artists", fail)

    answer = client.get(f"{ROOT}/artists")

    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert b"swordfish" not in answer.content
    assert "swordfish" in caplog.text


def test_a_lost_database_is_a_problem_with_a_time_to_come_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(_kind: str, _name: str) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(limits, "take", lose)

    answer = client.get(f"{ROOT}/works")

    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert json.loads(answer.content)["status"] == 503


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_time_do_not_get_more_than_is_allowed(settings: Settings) -> None:
    settings.API_PER_MINUTE = {**settings.API_PER_MINUTE, "address": 20}

    def ask(_number: int) -> bool:
        try:
            return not limits.take("address", "a").refused
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        allowed = sum(pool.map(ask, range(60)))

    assert 20 <= allowed <= 22  # some have grown back meanwhile


def test_tokens_of_one_owner_share_an_allowance(
    client: Client, vera: User, settings: Settings
) -> None:
    settings.API_PER_MINUTE = {"address": 1, "visitor": 1, "token": 1}

    codes = [client.get(f"{ROOT}/works", headers=bearer(vera)).status_code for _ in range(2)]
    other = bearer(User.objects.create_user("otto"))

    assert codes == [200, 429]
    assert client.get(f"{ROOT}/works", headers=other).status_code == 200
