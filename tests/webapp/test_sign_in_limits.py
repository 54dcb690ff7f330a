from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone

from webapp.accounts import counting, guessing
from webapp.accounts.models import Guesses, User

pytestmark = pytest.mark.django_db

PASSWORD = "ridge-evening-7"


@pytest.fixture(autouse=True)
def mara() -> User:
    return User.objects.create_user("mara", password=PASSWORD, is_staff=True)


def sign_in(name: str = "mara", password: str = "wrong", *, at: str = "203.0.113.9") -> Any:
    return Client(REMOTE_ADDR=at).post("/sign-in/", {"username": name, "password": password})


def test_after_ten_wrong_tries_even_the_right_password_must_wait() -> None:
    for _ in range(guessing.PER_BOTH):
        assert sign_in().status_code == 200

    held_up = sign_in(password=PASSWORD)

    assert held_up.status_code == 429
    assert held_up["Retry-After"] == "900"
    assert "Too many wrong tries. Wait 15 minutes, then try again." in held_up.content.decode()
    assert "_auth_user_id" not in held_up.client.session


def test_the_owner_signs_in_from_elsewhere_meanwhile() -> None:
    for _ in range(guessing.PER_BOTH + 1):
        sign_in()

    assert sign_in(password=PASSWORD, at="198.51.100.4").status_code == 302


def test_the_while_ends_however_often_one_tries_during_it() -> None:
    for _ in range(guessing.PER_BOTH + 5):
        sign_in()
    Guesses.objects.update(since=timezone.now() - counting.WHILE + timedelta(seconds=70))
    almost = sign_in(password=PASSWORD)
    Guesses.objects.update(since=F("since") - timedelta(seconds=71))

    assert "Wait 2 minutes" in almost.content.decode()
    assert sign_in(password=PASSWORD).status_code == 302


def test_a_right_password_clears_the_wrong_ones_before_it() -> None:
    for _ in range(3):
        for _ in range(guessing.PER_BOTH - 1):
            sign_in()
        assert sign_in(password=PASSWORD).status_code == 302


def test_one_address_cannot_try_name_after_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "PER_ADDRESS", 4)
    for number in range(4):
        assert sign_in(f"visitor{number}").status_code == 200
    rows = Guesses.objects.count()

    assert sign_in("visitor5").status_code == 429
    assert Guesses.objects.count() == rows


def test_many_addresses_cannot_share_the_guessing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "PER_ACCOUNT", 4)
    for number in range(4):
        assert sign_in(at=f"198.51.100.{number}").status_code == 200

    assert sign_in(at="198.51.100.9").status_code == 429
    assert sign_in("Mara ", at="198.51.100.10").status_code == 429


def test_the_addresses_of_one_ipv6_customer_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "PER_ADDRESS", 2)
    sign_in("a", at="2001:db8:1:2::1")
    sign_in("b", at="2001:db8:1:2:ffff::2")

    assert sign_in("c", at="2001:db8:1:2:3:4:5:6").status_code == 429
    assert sign_in("c", at="2001:db8:1:3::1").status_code == 200


def test_the_table_names_nobody() -> None:
    sign_in()

    kept = " ".join(Guesses.objects.values_list("key", flat=True))
    assert "mara" not in kept
    assert "203.0.113" not in kept


def test_what_is_over_is_deleted() -> None:
    sign_in()
    Guesses.objects.update(since=timezone.now() - timedelta(hours=1))

    sign_in("nobody", at="198.51.100.4")

    assert Guesses.objects.count() == 3


def test_an_empty_form_is_no_guess() -> None:
    sign_in(password="")

    assert not Guesses.objects.exists()


def test_the_admins_door_is_the_same_one(client: Client) -> None:
    first = client.get("/admin/")
    door = client.get(first["Location"])
    posted = client.post("/admin/login/", {"username": "mara", "password": PASSWORD})

    assert door["Location"] == "/sign-in/?next=/admin/"
    assert "_auth_user_id" not in posted.client.session


def test_who_may_not_enter_the_admin_is_told_so_and_not_led_in_circles(client: Client) -> None:
    client.force_login(User.objects.create_user("vera"))

    assert client.get("/admin/", follow=True).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_tries_at_once_are_counted_one_by_one() -> None:
    def begin(_number: int) -> int:
        try:
            return guessing.begin("mara", "203.0.113.9").wait_minutes
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(begin, range(30)))

    assert sum(wait == 0 for wait in waits) == guessing.PER_BOTH
