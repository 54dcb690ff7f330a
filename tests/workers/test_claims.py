from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from webapp.ingest.models import Batch, Item
from workers import claims


def make_items(count: int, **values: object) -> list[int]:
    batch = Batch.objects.create(source="test")
    return [Item.objects.create(batch=batch, name=str(i), **values).pk for i in range(count)]


def received() -> QuerySet[Item]:
    return Item.objects.filter(state=Item.State.RECEIVED)


@pytest.mark.django_db
def test_a_claimed_row_is_not_claimed_again() -> None:
    first, second, third = make_items(3)

    assert claims.claim(received(), limit=2) == [first, second]
    assert claims.claim(received(), limit=2) == [third]
    assert claims.claim(received(), limit=2) == []


@pytest.mark.django_db
def test_a_row_whose_claim_ran_out_is_claimed_alone_and_last() -> None:
    past = timezone.now() - timedelta(seconds=1)
    lost = make_items(2, claimed_until=past, attempts=1)
    fresh = make_items(2)

    taken = [claims.claim(received(), limit=8) for _ in range(4)]

    assert taken == [fresh, [lost[0]], [lost[1]], []]


@pytest.mark.django_db
def test_a_row_is_given_up_after_the_last_attempt_but_not_while_it_is_held() -> None:
    past, future = (timezone.now() + timedelta(seconds=s) for s in (-1, 60))
    (spent,) = make_items(1, claimed_until=past, attempts=claims.MAX_ATTEMPTS)
    make_items(1, claimed_until=future, attempts=claims.MAX_ATTEMPTS)

    assert claims.claim(received(), limit=8) == []
    assert claims.exhausted(received()) == [spent]


@pytest.mark.django_db
def test_a_released_row_costs_no_attempt() -> None:
    (item,) = make_items(1)
    claims.claim(received(), limit=1)

    claims.release(Item, [item])

    row = Item.objects.get()
    assert (row.claimed_until, row.attempts) == (None, 0)


@pytest.mark.django_db
def test_extending_moves_the_end_of_the_claim() -> None:
    (item,) = make_items(1, claimed_until=timezone.now() + timedelta(seconds=1), attempts=1)

    claims.extend(Item, [item])

    claimed_until = Item.objects.get().claimed_until
    assert claimed_until is not None
    assert claimed_until > timezone.now() + claims.LEASE / 2


@pytest.mark.django_db(transaction=True)
def test_a_second_worker_takes_other_rows_and_does_not_wait() -> None:
    first, second = make_items(2)
    taken: list[list[int]] = []

    def other_worker() -> None:
        taken.append(claims.claim(received(), limit=1))
        connection.close()

    with transaction.atomic():
        taken.append(claims.claim(received(), limit=1))
        thread = threading.Thread(target=other_worker)
        thread.start()
        thread.join(60)

    assert taken == [[first], [second]]
