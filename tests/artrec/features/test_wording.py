"""Networks that read words as well, on a tiny one with random weights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from artrec.errors import FeatureError, ShapeError, WeightsError
from artrec.features import TEXT_IMAGE, load_extractor, reads_words
from artrec.features.wording import TextImage, build

TINY = TextImage(
    name="tiny",
    weights="tiny.made_up",
    config={
        "embed_dim": 24,
        "vision_cfg": {
            "image_size": 32,
            "layers": 1,
            "width": 32,
            "head_width": 16,
            "patch_size": 16,
        },
        "text_cfg": {
            "context_length": 16,
            "vocab_size": 49408,
            "width": 16,
            "heads": 2,
            "layers": 1,
        },
    },
    dim=24,
    size=32,
    mean=(0.5, 0.5, 0.5),
    std=(0.5, 0.5, 0.5),
    licence="none",
    paper="none",
)


@pytest.fixture(autouse=True)
def _tiny() -> Iterator[None]:
    TEXT_IMAGE["tiny"] = TINY
    yield
    del TEXT_IMAGE["tiny"]


def pictures() -> list[Image.Image]:
    rng = np.random.default_rng(0)
    return [Image.fromarray(rng.integers(0, 256, (40, 60, 3), np.uint8)) for _ in range(3)]


def test_pictures_and_words_become_rows_of_one_space() -> None:
    extractor = load_extractor("tiny", random_weights=True, device="cpu")
    assert reads_words(extractor)

    seen = extractor.extract([extractor.prepare(picture) for picture in pictures()])
    read = extractor.read(["a red boat", "night", "winter by the sea"])

    assert seen.shape == read.shape == (3, extractor.dim)
    assert seen.dtype == read.dtype == np.float32
    for rows in (seen, read):
        assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
        assert np.linalg.matrix_rank(rows) == 3  # each says something of its own
    assert extractor.families == (("tiny", 0, 24),)


def test_a_text_counts_however_it_is_written_and_a_long_one_is_cut() -> None:
    extractor = load_extractor("tiny", random_weights=True, device="cpu")
    assert reads_words(extractor)

    plain, loud, long = extractor.read(["a red boat", "  A RED   boat ", "boat " * 500])

    assert np.allclose(plain, loud, atol=1e-6)
    assert np.isfinite(long).all()


def test_a_stored_name_brings_back_the_same_network() -> None:
    first = load_extractor("tiny", random_weights=True, device="cpu")
    again = load_extractor(first.name, device="cpu")

    rows = [each.extract([each.prepare(pictures()[0])]) for each in (first, again)]

    assert first.name == again.name == "tiny/pad/random"
    assert np.array_equal(rows[0], rows[1])


def test_weights_come_from_a_local_file_of_the_published_name(tmp_path: Path) -> None:
    network = build(TINY, seed=7)
    state = {name: value.contiguous() for name, value in network.state_dict().items()}
    save_file(state, tmp_path / "tiny.made_up.safetensors")
    random = load_extractor("tiny", random_weights=True, device="cpu")

    extractor = load_extractor("tiny", weights=tmp_path, device="cpu")
    assert reads_words(extractor)
    assert reads_words(random)

    assert extractor.name == "tiny/pad"
    with torch.inference_mode():
        rows = extractor.read(["a boat"])
    assert not np.allclose(rows, random.read(["a boat"]))


def test_weights_that_are_missing_or_of_another_network_are_told(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"no tiny\.made_up\.safetensors"):
        load_extractor("tiny", weights=tmp_path)
    with pytest.raises(WeightsError, match="none was named"):
        load_extractor("tiny")
    save_file({"other": torch.zeros(3)}, tmp_path / "tiny.made_up.safetensors")
    with pytest.raises(WeightsError, match="does not fit"):
        load_extractor("tiny", weights=tmp_path)


def test_what_cannot_be_read_or_seen_is_refused() -> None:
    extractor = load_extractor("tiny", random_weights=True, device="cpu")
    assert reads_words(extractor)

    with pytest.raises(ShapeError, match="at least one word"):
        extractor.read(["boat", "  "])
    with pytest.raises(ShapeError, match="Expected uint8 pictures"):
        extractor.extract([np.zeros((8, 8, 3), np.uint8)])
    with pytest.raises(FeatureError, match="pad or centre"):
        load_extractor("tiny", crop="multi", random_weights=True)
    assert extractor.read([]).shape == extractor.extract([]).shape == (0, 24)


def test_other_extractors_read_no_words() -> None:
    assert not reads_words(load_extractor("handmade"))
