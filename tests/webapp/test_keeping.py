"""What is dear to make is made by one, while all others go on with what there was."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from webapp.feed.keeping import kept

pytestmark = pytest.mark.django_db


def test_a_value_is_made_once_while_it_is_young(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    made: list[int] = []

    def make() -> int:
        made.append(len(made))
        return made[-1]

    with django_assert_num_queries(0):
        values = [kept("young", 60, make) for _ in range(3)]

    assert values == [0, 0, 0]


def test_an_old_value_is_made_anew() -> None:
    numbers = iter(range(3))

    values = [kept("old", -1, lambda: next(numbers)) for _ in range(3)]

    assert values == [0, 1, 2]


def test_nothing_is_a_value_too() -> None:
    kept("nothing", 60, lambda: None)

    assert kept("nothing", 60, lambda: 1 / 0) is None


def test_while_one_makes_it_anew_the_others_go_on_with_the_former() -> None:
    kept("busy", -1, lambda: "former")
    at_it, may_end = Event(), Event()

    def make() -> str:
        at_it.set()
        assert may_end.wait(60)
        return "new"

    def renew() -> None:
        kept("busy", 60, make)
        connection.close()

    maker = Thread(target=renew)
    maker.start()
    assert at_it.wait(60)
    meanwhile = kept("busy", 60, lambda: "another")
    may_end.set()
    maker.join(60)

    assert meanwhile == "former"
    assert kept("busy", 60, lambda: "another") == "new"


def test_where_there_is_none_yet_all_wait_for_the_one() -> None:
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    with ThreadPoolExecutor(8) as threads:
        values = list(threads.map(lambda _: kept("first", 60, make), range(32)))

    assert values == [1] * 32


def test_while_another_process_makes_it_anew_this_one_goes_on_with_the_former() -> None:
    kept("elsewhere", -1, lambda: "former")
    held, done = Event(), Event()

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext('artrec.kept.elsewhere'))")
            held.set()
            done.wait(60)
            cursor.execute("SELECT pg_advisory_unlock(hashtext('artrec.kept.elsewhere'))")
        connection.close()

    other = Thread(target=hold)
    other.start()
    assert held.wait(60)
    meanwhile = kept("elsewhere", 60, lambda: "new")
    done.set()
    other.join(60)

    assert meanwhile == "former"
    assert kept("elsewhere", 60, lambda: "new") == "new"


def test_who_cannot_make_it_says_so_and_the_next_one_tries_again() -> None:
    kept("broken", -1, lambda: "former")

    with pytest.raises(ZeroDivisionError):
        kept("broken", 60, lambda: 1 / 0)

    assert kept("broken", 60, lambda: "new") == "new"
