"""Where lines and intervals stand."""

from __future__ import annotations

import pytest

from webapp.lab import charts, measures
from webapp.lab.templatetags.lab import code, p_value, signed, sort_link, span


def test_a_line_leaves_room_for_epochs_to_come() -> None:
    drawn = charts.line([(1, 0.5), (2, 0.7), (3, 0.6)], span=5)

    assert drawn is not None
    assert (drawn.low, drawn.high) == (0.5, 0.7)
    # Box of 100 by 40 with 2 left free at each edge; the third of five epochs is in the middle.
    assert drawn.dots == ((2.0, 38.0), (26.0, 2.0), (50.0, 20.0))
    assert drawn.path == "M2,38 L26,2 L50,20"


def test_a_single_point_and_a_level_line_are_drawn_too() -> None:
    single = charts.line([(1, 0.5)])
    level = charts.line([(1, 0.5), (2, 0.5)])

    assert single is not None
    assert level is not None
    assert single.path == "M2,38 h0"
    assert level.dots == ((2.0, 38.0), (98.0, 38.0))
    assert charts.line([]) is None


def test_an_interval_stands_on_its_axis_and_what_is_beyond_it_is_told() -> None:
    axis = charts.Axis(0.0, 2.0)

    assert charts.bar(axis, 1.0, 0.5, 1.5) == charts.Bar(25.0, 50.0, 50.0, "")
    assert charts.bar(axis, -1.0, -1.5, 0.5) == charts.Bar(0.0, 25.0, 0.0, "low")
    assert charts.bar(axis, 3.0, 3.0, 3.0).off == "high"


def test_an_axis_around_a_value_has_it_in_the_middle() -> None:
    axis = charts.axis([-0.1, 0.4], around=0.0)

    assert axis.place(0.0) == 50.0
    assert charts.axis([]).low < charts.axis([]).high
    assert charts.axis([0.5, 0.5]).place(0.5) == 50.0


def test_a_comparison_seen_from_the_other_side_has_its_signs_turned() -> None:
    auc = {"difference": 0.1, "low": 0.05, "high": 0.2, "p_value": 0.01, "mean": 0.8, "rival": 0.7}
    found = {"metrics": {"auc": auc}, "coverage": [0.9, 0.5], "visitors": 30}

    turned = measures.turned(found)

    assert turned["metrics"]["auc"] == {
        "difference": -0.1,
        "low": -0.2,
        "high": -0.05,
        "p_value": 0.01,
        "mean": 0.7,
        "rival": 0.8,
    }
    assert turned["coverage"] == [0.5, 0.9]
    assert measures.turned(turned) == found
    assert [each.verdict for each in measures.differences(found)] == ["better"]
    assert [each.verdict for each in measures.differences(turned)] == ["worse"]
    assert measures.verdict(-0.3, 0.2) == "within chance"


def test_the_floor_does_not_stretch_an_axis() -> None:
    rows = [
        {"key": key, "name": key, "figures": {}, "intervals": {"auc": _interval(mean)}}
        for key, mean in (("model", 0.8), ("visrank", 0.7), ("random", 0.1))
    ]

    drawn = [line[0].bar for line in measures.cells(rows, measures.MEASURES[:1])]

    assert [each.off for each in drawn if each] == ["", "", "low"]
    without = measures.cells([rows[0], rows[2]], measures.MEASURES[:1])
    assert [line[0].bar.off for line in without if line[0].bar] == ["", ""]


@pytest.mark.parametrize(
    ("lower", "order"), [(False, [2, 0, 1]), (True, [0, 2, 1])], ids=["high", "low"]
)
def test_the_best_come_first_and_those_without_a_value_last(lower: bool, order: list[int]) -> None:
    assert measures.best_first([(0.1, 0), (None, 1), (0.2, 2)], lower=lower) == order


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (0.44, "0.4 s"), (12.4, "12 s"), (200, "3 min 20 s"), (7260, "2 h 1 min")],
)
def test_a_time_is_told_in_its_two_largest_units(seconds: float | None, words: str) -> None:
    assert span(seconds) == words


def test_figures_are_set_as_the_field_does() -> None:
    assert signed(-0.0314) == "−0.031"
    assert signed(0.5) == "+0.500"
    assert signed(-0.0004) == "0.000"
    assert p_value(0.0004) == "p < 0.001"
    assert p_value(0.05) == "p = 0.050"


def test_what_is_not_ours_is_escaped_around_code() -> None:
    assert code("use `a<b` & c") == "use <code>a&lt;b</code> &amp; c"


def test_a_heading_sorts_by_its_column_and_back() -> None:
    plain, sorted_by, back = (
        sort_link("auc", "AUC", by, "taste") for by in ("made", "auc", "-auc")
    )

    assert 'href="?for=taste&amp;by=auc"' in plain
    assert "aria-current" not in plain
    assert 'href="?for=taste&amp;by=-auc"' in sorted_by
    assert "↓" in sorted_by
    assert 'href="?for=taste&amp;by=auc"' in back
    assert "↑" in back


def _interval(mean: float) -> dict[str, float]:
    return {"mean": mean, "low": mean - 0.02, "high": mean + 0.02}
