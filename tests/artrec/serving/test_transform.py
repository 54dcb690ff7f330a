"""From raw features to comparable vectors."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from artrec.errors import BundleError, ShapeError
from artrec.serving.transform import Family, Transform, fit_transform_for, with_usual_share

TWO: tuple[Family, ...] = (("texture", 0, 40), ("light", 40, 44))


def features(rng: np.random.Generator, rows: int = 300) -> NDArray[np.float32]:
    """Two families whose scales and means differ by orders of magnitude."""
    mixing = rng.normal(size=(44, 44))
    raw = rng.normal(size=(rows, 44)) @ mixing
    raw[:, :40] = raw[:, :40] * 1e-3 + 5
    raw[:, 40:] = raw[:, 40:] * 1e3 - 1e4
    return raw.astype(np.float32)


def test_it_equals_the_slow_reference(rng: np.random.Generator) -> None:
    raw = features(rng)
    z = (raw - raw.mean(axis=0, dtype=np.float64)) / raw.std(axis=0, dtype=np.float64)
    weighted = np.hstack([z[:, :40] / np.sqrt(40), z[:, 40:] / 2])
    expected = weighted / np.linalg.norm(weighted, axis=1, keepdims=True)

    vectors = fit_transform_for(raw, TWO).apply(raw)

    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, expected, atol=1e-3)


def test_each_family_has_the_same_energy(rng: np.random.Generator) -> None:
    raw = features(rng)
    transform = fit_transform_for(raw, TWO)

    scaled = (raw - transform.mean) * transform.scale

    assert np.square(scaled[:, :40]).sum(axis=1).mean() == pytest.approx(1, rel=1e-3)
    assert np.square(scaled[:, 40:]).sum(axis=1).mean() == pytest.approx(1, rel=1e-3)


def test_pca_keeps_what_a_singular_value_decomposition_keeps(rng: np.random.Generator) -> None:
    raw = features(rng)
    full = fit_transform_for(raw, TWO)
    scaled = (raw - full.mean) * full.scale
    _, _, directions = np.linalg.svd(scaled, full_matrices=False)
    expected = scaled @ directions[:8].T
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)

    vectors = fit_transform_for(raw, TWO, max_dim=8).apply(raw)

    # Signs of directions are arbitrary; similarities are not.
    np.testing.assert_allclose(vectors @ vectors.T, expected @ expected.T, atol=1e-3)


def test_whitening_gives_every_direction_the_same_variance(rng: np.random.Generator) -> None:
    raw = features(rng)

    transform = fit_transform_for(raw, TWO, max_dim=8, whiten=True)

    assert transform.components is not None
    projected = ((raw - transform.mean) * transform.scale) @ transform.components
    np.testing.assert_allclose(projected.std(axis=0), np.ones(8), rtol=1e-3)


def test_rows_have_length_one_and_at_most_256_dimensions(rng: np.random.Generator) -> None:
    raw = rng.normal(size=(400, 300)).astype(np.float32)

    transform = fit_transform_for(raw, [("deep", 0, 300)])

    assert transform.output_dim == 256
    lengths = np.linalg.norm(transform.apply(raw), axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-6)


def test_with_few_rows_no_dimension_is_dropped(rng: np.random.Generator) -> None:
    raw = rng.normal(size=(20, 300)).astype(np.float32)

    transform = fit_transform_for(raw, [("deep", 0, 300)])

    assert transform.components is None
    assert transform.output_dim == 300


def test_a_dimension_that_never_varies_counts_for_nothing(rng: np.random.Generator) -> None:
    raw = features(rng)
    raw[:, 7] = 0.1

    transform = fit_transform_for(raw, TWO)
    stranger = raw[:1].copy()
    stranger[0, 7] = 1e6

    np.testing.assert_array_equal(transform.apply(stranger), transform.apply(raw[:1]))


def test_a_row_at_the_mean_stays_zero_and_finite() -> None:
    raw = np.array([[0, 2], [2, 0], [1, 1]], np.float32)

    vectors = fit_transform_for(raw, [("f", 0, 2)]).apply(raw)

    assert vectors[2].tolist() == [0, 0]


@pytest.mark.parametrize("max_dim", [8, 256])
def test_it_survives_being_stored(rng: np.random.Generator, max_dim: int) -> None:
    raw = features(rng)
    transform = fit_transform_for(raw, TWO, max_dim=max_dim)

    back = Transform.from_bytes(transform.to_bytes())

    assert back.families == TWO
    np.testing.assert_array_equal(back.apply(raw), transform.apply(raw))


def rewritten(header: dict[str, object], **arrays: NDArray[np.float32]) -> bytes:
    buffer = io.BytesIO()
    contents: dict[str, Any] = {"header": np.array(json.dumps(header)), **arrays}
    np.savez(buffer, **contents)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"junk",
        rewritten({"format": 2, "families": []}),
        rewritten({"format": 1, "families": [["f", 0, 3]]}, mean=np.zeros(3, np.float32)),
        rewritten(
            {"format": 1, "families": [["f", 0, 3]]},
            mean=np.zeros(3, np.float32),
            scale=np.zeros(2, np.float32),
        ),
        rewritten(
            {"format": 1, "families": [["f", 0, 3]]},
            mean=np.zeros(3, np.float32),
            scale=np.zeros(3, np.float32),
            components=np.zeros((2, 2), np.float32),
        ),
    ],
)
def test_damaged_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(BundleError):
        Transform.from_bytes(data)


def test_cut_off_bytes_are_refused(rng: np.random.Generator) -> None:
    data = fit_transform_for(features(rng), TWO).to_bytes()

    with pytest.raises(BundleError):
        Transform.from_bytes(data[: len(data) // 2])


@pytest.mark.parametrize(
    ("raw", "families", "message"),
    [
        (np.zeros((1, 2), np.float32), [("f", 0, 2)], "at least 2 rows"),
        (np.ones((5, 2), np.float32), [("f", 0, 2)], "rows are equal"),
        (np.eye(3, dtype=np.float32), [("f", 0, 2)], "do not cover"),
        (np.eye(3, dtype=np.float32), [("f", 0, 2), ("g", 1, 3)], "do not cover"),
        (np.array([[0, np.nan], [1, 2]], np.float32), [("f", 0, 2)], "row 0 is not"),
        (np.zeros(4, np.float32), [("f", 0, 4)], r"got \(4,\)"),
    ],
)
def test_unusable_matrices_are_refused(
    raw: NDArray[np.float32], families: list[Family], message: str
) -> None:
    with pytest.raises(ShapeError, match=message):
        fit_transform_for(raw, families)


def test_rows_of_another_width_are_refused(rng: np.random.Generator) -> None:
    transform = fit_transform_for(features(rng), TWO)

    with pytest.raises(ShapeError, match=r"\(N, 44\)"):
        transform.apply(np.zeros((2, 43), np.float32))


def flat(rng: np.random.Generator, rows: int, mixing: NDArray[Any]) -> NDArray[np.float32]:
    """Rows near a surface of 8 dimensions in 60."""
    noise = 0.4 * rng.normal(size=(rows, 60))
    return np.asarray(rng.normal(size=(rows, 8)) @ mixing + noise, dtype=np.float32)


def test_pictures_off_the_surface_of_the_collection_are_foreign(rng: np.random.Generator) -> None:
    mixing, other = rng.normal(size=(2, 8, 60))
    works = flat(rng, 400, mixing)
    fitted = fit_transform_for(works, [("deep", 0, 60)], max_dim=12)

    transform = with_usual_share(fitted, works)

    assert transform.is_foreign(flat(rng, 400, other)).mean() > 0.95
    assert transform.is_foreign(flat(rng, 400, mixing)).mean() < 0.25
    np.testing.assert_array_equal(transform.apply(works), fitted.apply(works))


def test_the_share_is_of_the_squared_length_whether_whitened_or_not(
    rng: np.random.Generator,
) -> None:
    works = flat(rng, 300, rng.normal(size=(8, 60)))
    plain, white = (
        fit_transform_for(works, [("deep", 0, 60)], max_dim=12, whiten=whiten)
        for whiten in (False, True)
    )
    assert plain.components is not None
    rows = (works - plain.mean) * plain.scale
    back = rows @ plain.components @ plain.components.T

    shares = plain.share(works)

    expected = np.square(back).sum(axis=1) / np.square(rows).sum(axis=1)
    np.testing.assert_allclose(shares, expected, rtol=1e-3)
    np.testing.assert_allclose(white.share(works), shares, rtol=1e-3)


def test_where_nothing_is_left_out_nothing_is_foreign(rng: np.random.Generator) -> None:
    raw = features(rng)
    whole = fit_transform_for(raw, TWO)
    few = fit_transform_for(raw[:14], TWO, max_dim=12)  # four fifths are too few for a trial

    assert with_usual_share(whole, raw).usual_share is None
    assert with_usual_share(few, raw[:14]).usual_share is None
    assert not whole.is_foreign(raw * 3).any()
    assert whole.share(raw).min() == 1


def test_what_is_usual_is_kept_and_may_be_missing_in_older_bytes(rng: np.random.Generator) -> None:
    works = flat(rng, 200, rng.normal(size=(8, 60)))
    transform = with_usual_share(fit_transform_for(works, [("d", 0, 60)], max_dim=12), works)
    with np.load(io.BytesIO(transform.to_bytes())) as stored:
        arrays = dict(stored)
    header = json.loads(str(arrays.pop("header")))
    header.pop("usual_share")
    older = io.BytesIO()
    np.savez(older, header=np.array(json.dumps(header)), **arrays)

    assert Transform.from_bytes(transform.to_bytes()).usual_share == transform.usual_share
    assert transform.usual_share is not None
    assert Transform.from_bytes(older.getvalue()).usual_share is None
