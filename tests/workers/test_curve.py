"""The order in which the works of a map are numbered."""

from __future__ import annotations

import numpy as np

from workers import curve


def test_who_is_near_along_the_curve_is_near_on_the_map() -> None:
    side = np.linspace(-0.97, 0.97, 32)
    points = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)

    ordered = points[curve.along(points)]

    steps = np.linalg.norm(np.diff(ordered, axis=0), axis=1) / (side[1] - side[0])
    assert len(np.unique(ordered, axis=0)) == 1024
    assert np.median(steps) < 1.01
    assert steps.max() < 4
