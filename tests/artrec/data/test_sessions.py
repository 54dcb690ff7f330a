"""Visits: where they are cut, what is kept of them, and how they are split."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artrec.data import Interactions
from artrec.data.sessions import (
    Visits,
    as_histories,
    learnable,
    leave_last_visits,
    prefixes,
    visit_numbers,
    visits_from,
    visits_of,
)
from artrec.errors import ConfigError, DataError, ShapeError

MINUTE = 60


def log(events: Sequence[tuple[int, int, int]], users: int = 3, items: int = 6) -> Interactions:
    """(user, item, minute) events."""
    columns = np.array(events, dtype=np.int64).reshape(-1, 3)
    return Interactions.build(
        columns[:, 0],
        columns[:, 1],
        columns[:, 2] * MINUTE,
        user_ids=[f"u{row}" for row in range(users)],
        item_ids=[f"i{row}" for row in range(items)],
    )


def lists(visits: Visits) -> list[list[int]]:
    return [visits[row].tolist() for row in range(len(visits))]


def test_a_visit_goes_on_through_pauses_of_exactly_the_gap() -> None:
    visits = visits_of(log([(0, 1, 0), (0, 2, 30), (0, 3, 61), (1, 4, 61), (1, 5, 62)]))

    assert lists(visits) == [[1, 2], [3], [4, 5]]
    assert visits.users.tolist() == [0, 0, 1]
    assert visits.ends.tolist() == [30 * MINUTE, 61 * MINUTE, 62 * MINUTE]
    assert visits.item_counts.tolist() == [0, 1, 1, 1, 1, 1]


def test_users_at_the_same_time_are_apart_and_users_without_events_have_no_visit() -> None:
    visits = visits_of(log([(0, 1, 5), (2, 1, 5)]))

    assert lists(visits) == [[1], [1]]
    assert visits.users.tolist() == [0, 2]


def test_an_item_several_times_in_a_row_counts_once_but_a_return_counts_again() -> None:
    visits = visits_of(log([(0, 1, 0), (0, 1, 1), (0, 2, 2), (0, 1, 3), (0, 1, 90)]))

    assert lists(visits) == [[1, 2, 1], [1]]


def test_no_events_are_no_visits() -> None:
    assert len(visits_of(log([]))) == 0
    assert visits_from(log([]), 0).test.n_events == 0


@pytest.mark.parametrize("gap", [0, -5])
def test_a_gap_that_is_no_gap_is_refused(gap: int) -> None:
    with pytest.raises(ConfigError, match=f"above 0 seconds; it is {gap}"):
        visits_of(log([(0, 1, 0)]), gap)


def test_visits_of_one_item_teach_nothing_and_it_is_said_why() -> None:
    visits = visits_of(log([(0, 1, 0), (0, 2, 99), (1, 2, 0)]))

    with pytest.raises(DataError, match="none of 3 visits has two items, the longest has 1"):
        learnable(visits)


def test_events_taken_out_of_a_visit_do_not_cut_it() -> None:
    visits = visits_of(log([(0, 1, 0), (0, 2, 20), (0, 3, 40), (1, 2, 0)]))

    assert lists(visits.select(visits.items != 2)) == [[1, 3]]
    assert visits.select(visits.items != 2).users.tolist() == [0]
    with pytest.raises(ShapeError, match="mask"):
        visits.select(np.ones(2, dtype=np.bool_))


def test_visits_that_do_not_fit_together_are_refused() -> None:
    some = np.array([0, 2])

    with pytest.raises(ShapeError, match="one user per visit"):
        Visits(some, some, some, users=some, n_items=3)
    with pytest.raises(ShapeError, match="visit by visit"):
        Visits(np.array([0, 0, 2]), some, some, users=some, n_items=3)


def test_the_last_visits_are_held_out_whole_and_a_lone_visit_trains() -> None:
    events = log([(0, 1, 0), (0, 2, 1), (0, 3, 90), (0, 4, 91), (1, 5, 0), (1, 1, 2)])

    split = leave_last_visits(events)

    assert split.test.history(0).tolist() == [3, 4]
    assert split.train.history(0).tolist() == [1, 2]
    assert split.train.history(1).tolist() == [5, 1]
    assert leave_last_visits(events, count=2).test.n_events == 0
    with pytest.raises(ConfigError, match="at least 1"):
        leave_last_visits(events, count=0)


def test_a_visit_across_the_date_is_of_the_test_as_a_whole() -> None:
    events = log([(0, 1, 0), (0, 2, 10), (0, 3, 20), (1, 4, 0), (1, 5, 9), (2, 1, 10)])

    split = visits_from(events, 10 * MINUTE)

    assert split.test.history(0).tolist() == [1, 2, 3]
    assert split.test.history(2).tolist() == [1]
    assert split.train.history(1).tolist() == [4, 5]
    assert split.train.times.max() < 10 * MINUTE


def test_visits_as_histories_are_users_of_their_own() -> None:
    histories = as_histories(visits_of(log([(0, 1, 0), (0, 2, 1), (0, 3, 90), (2, 1, 0)])))

    assert histories.n_users == 3
    assert [histories.history(row).tolist() for row in range(3)] == [[1, 2], [3], [1]]
    assert histories.n_items == 6


def test_prefixes_end_at_their_event_and_stay_in_their_visit() -> None:
    visits = visits_of(log([(0, 1, 0), (0, 2, 1), (0, 3, 2), (0, 4, 90), (0, 5, 91)]))

    whole = prefixes(visits, np.array([0, 2, 4]))
    last = prefixes(visits, np.array([2, 4]), longest=1)

    assert [whole.history(row).tolist() for row in range(3)] == [[1], [1, 2, 3], [4, 5]]
    assert [last.history(row).tolist() for row in range(2)] == [[3], [5]]


EVENTS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5), st.integers(0, 200)), max_size=40)


@given(EVENTS, st.integers(1, 60))
def test_visits_are_the_log_cut_where_it_pauses(
    events: list[tuple[int, int, int]], minutes: int
) -> None:
    interactions = log(events)

    numbers = visit_numbers(interactions, minutes * MINUTE)
    visits = visits_of(interactions, minutes * MINUTE)

    # By the definition, event by event.
    expected: list[list[int]] = []
    for user in range(3):
        before: int | None = None
        for event in range(interactions.indptr[user], interactions.indptr[user + 1]):
            now, item = int(interactions.times[event]), int(interactions.items[event])
            if before is None or now - before > minutes * MINUTE:
                expected.append([])
            if expected[-1][-1:] != [item]:
                expected[-1].append(item)
            before = now
            assert numbers[event] == len(expected) - 1
    assert lists(visits) == expected


@given(EVENTS, st.integers(1, 3), st.integers(0, 200))
def test_a_split_keeps_every_event_once_and_no_visit_on_both_sides(
    events: list[tuple[int, int, int]], count: int, minute: int
) -> None:
    interactions = log(events)

    for split in (
        leave_last_visits(interactions, count=count),
        visits_from(interactions, minute * MINUTE),
    ):
        numbers = visit_numbers(interactions)
        parts = [visits_of(part) for part in (split.train, split.test)]
        assert split.train.n_events + split.test.n_events == interactions.n_events
        assert sum(map(len, parts)) == (numbers[-1] + 1 if len(numbers) else 0)
