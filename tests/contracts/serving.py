"""What every model that can be served must hold: its bundle scores as it does."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from artrec.errors import ShapeError, UnsupportedError
from artrec.models.base import ProfileModel
from artrec.models.contract import Floats
from artrec.models.export import export, stored_rows
from artrec.serving.bundle import Bundle
from artrec.serving.evidence import evidence
from artrec.serving.leave_one_out import queries_without
from tests.contracts.worlds import ITEMS, World, checkerboard

PROFILES = ([4], [10, 0, 4], [*range(0, ITEMS, 2), 5, 1])
"""One item, a few, many; oldest first."""

HALF_LOSS = 0.01
"""How much worse an item that half floats bring into the best 20 may be than what it displaces, as
a share of the range of the scores; at least 18 of the 20 must stay.

Measured over 81 profiles of this world, rows and queries rounded: at most .009 (DVBPR) and .0012
(all others); 18 stay at worst for VisRank by maximum, where cosines within a camp are all near 1,
and 19 for all others.
"""


def scores(bundle: Bundle, profile: NDArray[Any], stored: NDArray[Any]) -> Floats:
    """What the database ranks by."""
    return merged(bundle, bundle.user_vectors(profile), stored)


def merged(bundle: Bundle, queries: Floats, stored: NDArray[Any]) -> Floats:
    """The mean of the `top` largest inner products of each stored row with the queries."""
    products = np.sort(queries @ stored.astype(np.float32).T, axis=0)
    result: Floats = products[-bundle.top :].mean(axis=0)
    return result


def losses(bundle: Bundle, rows: Floats, items: Floats, background: Floats) -> NDArray[np.float64]:
    """(C, P) what items lose by ranking without each row, in deviations of the background's scores;
    0 where their plain score does not fall."""

    def measured(profile: Floats) -> tuple[Floats, NDArray[np.float64]]:
        values, among = (scores(bundle, profile, each) for each in (items, background))
        deviation = among.std(dtype=float)
        alike = deviation <= 1e-4 * np.abs(among).max()
        return values, (values - among.mean(dtype=float)) / (deviation or 1) * (not alike)

    plain, before = measured(rows)
    drops = []
    for place in range(len(rows)):
        rest, after = measured(np.delete(rows, place, axis=0))
        fell = plain - rest > 1e-6 * np.abs(plain).max()
        drops.append(np.where(fell, before - after, 0))
    return np.stack(drops, axis=1)


class ServingContract:
    """Set `model` and, where fitting with the defaults takes long, `config`."""

    model: ClassVar[type[ProfileModel]]
    config: ClassVar[Any] = None

    @pytest.fixture(scope="class")
    @classmethod
    def world(cls) -> World:
        return checkerboard()

    @pytest.fixture(scope="class")
    @classmethod
    def fitted(cls, world: World) -> ProfileModel:
        return cls.model.fit(world.data, cls.config)

    @pytest.fixture(scope="class")
    @classmethod
    def exported(cls, fitted: ProfileModel) -> tuple[Bundle, Floats]:
        return export(fitted, version="run 7")

    @pytest.mark.parametrize("profile", PROFILES, ids=len)
    def test_a_bundle_scores_as_the_model_does(
        self, fitted: ProfileModel, exported: tuple[Bundle, Floats], profile: list[int]
    ) -> None:
        bundle, stored = exported

        served = scores(bundle, stored[profile], stored)

        expected = fitted.score(profile)
        tolerance = 1e-5 * np.abs(expected).max()
        np.testing.assert_allclose(served, expected, rtol=0, atol=tolerance)

    def test_a_bundle_survives_being_bytes(self, exported: tuple[Bundle, Floats]) -> None:
        bundle, stored = exported

        again = Bundle.from_bytes(bundle.to_bytes())

        rows = stored[PROFILES[1]]
        np.testing.assert_array_equal(again.user_vectors(rows), bundle.user_vectors(rows))
        assert (again.model, again.version, again.top) == (self.model.name, "run 7", bundle.top)
        assert again.to_bytes() == bundle.to_bytes()

    @pytest.mark.parametrize("profile", PROFILES, ids=len)
    def test_half_floats_change_little(
        self, fitted: ProfileModel, exported: tuple[Bundle, Floats], profile: list[int]
    ) -> None:
        bundle, stored = exported
        half = stored.astype(np.float16)
        queries = bundle.user_vectors(half[profile])
        rounded = (queries / np.abs(queries).max()).astype(np.float16).astype(np.float32)

        served = merged(bundle, rounded, half)

        expected = fitted.score(profile)
        best, before = np.argsort(-served)[:20], np.argsort(-expected)[:20]
        assert len(set(best) & set(before)) >= 18
        loss = expected[before].min() - expected[best].min()
        assert loss <= HALF_LOSS * np.ptp(expected)

    def test_stored_rows_are_of_a_magnitude_for_half_floats(
        self, exported: tuple[Bundle, Floats]
    ) -> None:
        _, stored = exported

        assert stored.dtype == np.float32
        assert 8 < np.abs(stored).max() <= 16

    def test_new_items_are_stored_as_if_they_had_been_there(
        self, world: World, fitted: ProfileModel, exported: tuple[Bundle, Floats]
    ) -> None:
        bundle, stored = exported
        if not fitted.supports.new_items:
            with pytest.raises(UnsupportedError, match="who chose it"):
                stored_rows(fitted, bundle, world.new)
            return
        together = np.concatenate((stored, stored_rows(fitted, bundle, world.new)))
        profile = [4, ITEMS, 10]  # one of them new

        served = scores(bundle, together[profile], together)

        expected = fitted.with_items(world.new).score(profile)
        tolerance = 1e-5 * np.abs(expected).max()
        np.testing.assert_allclose(served, expected, rtol=0, atol=tolerance)

    def test_somebody_without_choices_is_served_or_refused(
        self, fitted: ProfileModel, exported: tuple[Bundle, Floats]
    ) -> None:
        bundle, stored = exported
        assert bundle.empty_profile == fitted.supports.empty_profile
        if not bundle.empty_profile:
            with pytest.raises(UnsupportedError, match="at least one"):
                bundle.user_vectors(stored[:0])
            return

        served = scores(bundle, stored[:0], stored)

        np.testing.assert_allclose(served, fitted.score([]), rtol=1e-5, atol=1e-6)

    def test_rows_that_are_not_stored_rows_are_refused(
        self, exported: tuple[Bundle, Floats]
    ) -> None:
        bundle, stored = exported
        broken = stored[:2].copy()
        broken[1, 0] = np.inf

        for wrong in (stored[0], np.zeros((2, bundle.dim + 1), np.float32), broken):
            with pytest.raises(ShapeError, match="Stored rows"):
                bundle.user_vectors(wrong)

    def test_without_a_work_the_query_is_that_of_the_shorter_profile(
        self, exported: tuple[Bundle, Floats]
    ) -> None:
        bundle, stored = exported
        rows = stored[PROFILES[1]]
        if bundle.head == "rows":
            with pytest.raises(UnsupportedError, match="no single query"):
                queries_without(bundle, rows)
            return

        found = queries_without(bundle, rows)

        each = [bundle.user_vectors(np.delete(rows, place, axis=0))[0] for place in range(3)]
        np.testing.assert_allclose(found, each, rtol=0, atol=1e-4 * np.abs(each).max())

    def test_without_its_only_work_a_profile_is_nobodys(
        self, exported: tuple[Bundle, Floats]
    ) -> None:
        bundle, stored = exported
        best = np.argsort(-scores(bundle, stored[[4]], stored))[:5]

        reasons = evidence(bundle, stored[[4]], stored[best], background=stored)

        if bundle.head == "constant":
            assert reasons == [[]] * 5
            return
        assert {reason.row for each in reasons for reason in each} == {0}

    @pytest.mark.parametrize("length", [2, 5, 12])
    @pytest.mark.parametrize("among", ["catalogue", "candidates"])
    def test_a_cited_work_is_what_the_candidate_owes_its_score_to(
        self, exported: tuple[Bundle, Floats], length: int, among: str
    ) -> None:
        bundle, stored = exported
        rng = np.random.default_rng(0)
        true: list[bool] = []
        off: list[float] = []  # how far from the truth, and how far below the largest drop
        lifted = 0
        for _ in range(6):
            profile = rng.choice(ITEMS - 2, size=length, replace=False)
            rows, order = stored[profile], np.argsort(-scores(bundle, stored[profile], stored))
            best = stored[order[~np.isin(order, profile)][:12]]
            background = stored if among == "catalogue" else best

            reasons = evidence(
                bundle, rows, best, background=None if among == "candidates" else stored
            )

            drops = losses(bundle, rows, best, background)
            lifted += sum(map(bool, reasons))
            for own, each in zip(reasons, drops, strict=True):
                true += [each[reason.row] > 0 for reason in own]
                off += [abs(each[reason.row] - reason.drop) for reason in own]
                off += [max(each) - (own[0].drop if own else 0)]
        if bundle.head == "constant":
            assert (lifted, max(off)) == (0, 0)
            return
        assert lifted > 6 * 12 / 3
        assert np.mean(true) >= 0.95
        # Long profiles are not folded in again, so their drops are close and no more.
        close = bundle.head in ("fold-in", "blend") and length > 8
        assert max(off) < (0.5 if close else 1e-2)
