"""Which extractor a name gives, what every extractor holds, and what is never done silently."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import save_file

from artrec.errors import FeatureError, ShapeError, WeightsError
from artrec.features import Crop, Extractor, available_backbones, load_extractor
from artrec.features.deep import build_network, in_fitting_batches
from artrec.features.registry import get_backbone
from artrec.features.weights import cached_weights
from artrec.images import shapes


@pytest.fixture(autouse=True)
def _empty_hub_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers must not depend on what this machine once downloaded."""
    monkeypatch.setattr("artrec.features.loading.cached_weights", lambda _backbone: None)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A folder with a resnet18 and a mobilenetv2_100 of known random weights."""
    folder = tmp_path / "weights"
    folder.mkdir()
    for name in ("resnet18", "mobilenetv2_100"):
        backbone = get_backbone(name)
        state = build_network(backbone, seed=5).state_dict()
        save_file(state, folder / f"{backbone.timm_name}.safetensors")
    return folder


def painting(width: int = 90, height: int = 60, seed: int = 0) -> Image.Image:
    generator = np.random.default_rng(seed)
    forms = generator.integers(0, 256, (4, 6, 3), np.uint8)
    return Image.fromarray(forms).resize((width, height))


@pytest.mark.parametrize(
    "name",
    ["lbp", "attractiveness", "colour", "handmade", "resnet18/centre", "resnet18/pad",
     "resnet18/multi"],
)  # fmt: skip
def test_every_extractor_holds_the_contract(name: str) -> None:
    extractor = load_extractor(name, random_weights="/" in name, device="cpu")
    pictures = [painting(), painting(50, 140, seed=1), painting(64, 64, seed=2)]

    prepared = [extractor.prepare(picture) for picture in pictures]
    rows = extractor.extract(prepared)

    assert rows.shape == (3, extractor.dim)
    assert rows.dtype == np.float32
    assert np.isfinite(rows).all()
    assert extractor.extract([]).shape == (0, extractor.dim)
    assert extractor.families[0][1] == 0
    assert extractor.families[-1][2] == extractor.dim
    np.testing.assert_allclose(extractor.extract(prepared[1:2])[0], rows[1], rtol=1e-4, atol=1e-5)
    assert not np.allclose(rows[0], rows[1])


def test_handmade_is_its_families_side_by_side() -> None:
    picture = painting(200, 150)

    together = load_extractor("handmade").prepare(picture)

    parts = [load_extractor(n).prepare(picture) for n in ("lbp", "attractiveness", "colour")]
    np.testing.assert_array_equal(together, np.concatenate(parts))


def test_the_name_tells_backbone_and_crop_and_loads_again(weights: Path) -> None:
    extractor = load_extractor("resnet18", weights=weights, crop="multi", device="cpu")

    again = load_extractor(extractor.name, weights=weights, device="cpu")

    assert extractor.name == again.name == "resnet18/multi"
    assert again.prepare(painting(100, 40)).shape == (3, 224, 224, 3)


def test_auto_without_resnet50_takes_the_local_backbone_and_says_so(
    weights: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "artrec"):
        extractor = load_extractor(weights=weights, allow_download=False, device="cpu")

    assert extractor.name == "resnet18/pad"
    assert "Taking resnet18 instead of resnet50" in caplog.text
    assert "resnet18.tv_in1k.safetensors" in caplog.text


def test_auto_prefers_resnet50(weights: Path) -> None:
    backbone = get_backbone("resnet50")
    torch.save(build_network(backbone).state_dict(), weights / "resnet50.pth")

    assert load_extractor(weights=weights, device="cpu").name == "resnet50/pad"


@pytest.mark.parametrize("allow_download", [True, False])
def test_auto_without_weights_is_handmade_and_says_why(
    allow_download: bool,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("artrec.features.loading.hub_answers", lambda: False)

    extractor = load_extractor(weights=tmp_path, allow_download=allow_download)

    assert extractor.name == "handmade"
    assert "Features are handmade" in caplog.text
    assert ("cannot be reached" if allow_download else "switched off") in caplog.text


def test_untrained_weights_are_never_used_unasked(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"no resnet50.tv_in1k.safetensors or .pth in"):
        load_extractor("resnet50", weights=tmp_path, allow_download=False)


def test_a_backbone_that_is_not_on_the_hub_is_not_looked_for_there(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot be downloaded"):
        load_extractor("mobilenetv2_100", weights=tmp_path, allow_download=True)

    assert cached_weights(get_backbone("mobilenetv2_100")) is None


def test_untrained_weights_asked_for_are_named_and_repeatable() -> None:
    first = load_extractor("resnet18", random_weights=True, device="cpu")
    second = load_extractor("resnet18/pad/random", device="cpu")

    assert first.name == second.name == "resnet18/pad/random"
    prepared = [first.prepare(painting())]
    np.testing.assert_array_equal(first.extract(prepared), second.extract(prepared))


def test_a_damaged_file_is_an_error_even_for_auto(tmp_path: Path) -> None:
    (tmp_path / "resnet18.pth").write_bytes(b"junk")

    with pytest.raises(WeightsError, match=r"resnet18\.pth"):
        load_extractor(weights=tmp_path, allow_download=False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "resnet51"}, "no backbone 'resnet51'"),
        ({"name": "resnet18", "crop": "stretch"}, "'stretch' is no crop"),
        ({"name": "resnet18/stretch"}, "'stretch' is no crop"),
        ({"name": "resnet18", "random_weights": True, "device": "abacus"}, "'abacus' is no device"),
        ({"name": "resnet18", "random_weights": True, "device": "cuda:99"}, "There is no cuda:99"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(FeatureError, match=message):
        load_extractor(**arguments)


def test_available_backbones_come_in_registry_order(weights: Path) -> None:
    assert available_backbones(weights) == ["resnet18", "mobilenetv2_100"]


def extractor_of(crop: Crop, weights: Path) -> Extractor:
    return load_extractor("mobilenetv2_100", weights=weights, crop=crop, device="cpu")


def test_features_equal_the_network_fed_by_hand(weights: Path) -> None:
    picture = painting(300, 200)
    extractor = extractor_of("centre", weights)
    crop = shapes.centre_crop(picture, 224, resize_to=256, interpolation="bicubic")
    pixels = torch.from_numpy(crop.copy()).permute(2, 0, 1)[None].float() / 255
    network = build_network(get_backbone("mobilenetv2_100"), seed=5)
    with torch.inference_mode():
        expected = network((pixels - 0.5) / 0.5).numpy()

    rows = extractor.extract([extractor.prepare(picture)])

    np.testing.assert_allclose(rows, expected, rtol=1e-3, atol=1e-4)


def test_padding_is_the_mean_colour_of_the_network(weights: Path) -> None:
    prepared = extractor_of("pad", weights).prepare(painting(200, 100))

    assert prepared.shape == (1, 224, 224, 3)
    assert prepared[0, 0, 0].tolist() == [128, 128, 128]


def test_multi_crop_is_the_mean_over_its_crops(weights: Path) -> None:
    extractor = extractor_of("multi", weights)
    wide, square = extractor.prepare(painting(500, 200)), extractor.prepare(painting(90, 90))

    rows = extractor.extract([wide, square])

    single = extractor.extract([crop[None] for crop in wide])
    assert len(wide) == 3
    np.testing.assert_allclose(rows[0], single.mean(axis=0), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(rows[1], extractor.extract([square])[0], rtol=1e-3, atol=1e-4)


def test_arrays_of_another_shape_are_refused(weights: Path) -> None:
    with pytest.raises(ShapeError, match=r"\(K, 224, 224, 3\)"):
        extractor_of("pad", weights).extract([np.zeros((224, 224, 3), np.uint8)])


def forward_with_room_for(room: int) -> Any:
    sizes: list[int] = []

    def forward(batch: NDArray[Any]) -> NDArray[np.float32]:
        sizes.append(len(batch))
        if len(batch) > room:
            raise torch.OutOfMemoryError("full")
        return batch.astype(np.float32)

    return forward, sizes


def test_batches_are_halved_until_they_fit_and_no_row_is_lost() -> None:
    forward, sizes = forward_with_room_for(3)

    rows, batch = in_fitting_batches(forward, np.arange(10).reshape(10, 1), 8)

    assert rows.ravel().tolist() == list(range(10))
    assert batch == 2
    assert sizes == [8, 4, 2, 2, 2, 2, 2]


def test_a_device_too_small_for_one_picture_is_an_error() -> None:
    forward, _ = forward_with_room_for(0)

    with pytest.raises(torch.OutOfMemoryError):
        in_fitting_batches(forward, np.arange(4).reshape(4, 1), 4)
