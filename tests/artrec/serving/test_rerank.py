"""Caps and mixing."""

from __future__ import annotations

from artrec.serving.rerank import cap_per_group, interleave


def test_a_cap_keeps_the_best_of_each_group_in_order() -> None:
    assert list(cap_per_group(["a", "a", "b", "a", "b"], cap=2)) == [0, 1, 2, 4]


def test_interleaving_takes_turns_and_repeats_nothing() -> None:
    assert list(interleave([1, 2, 3], [2, 9], [])) == [1, 2, 3, 9]
