"""Weights: found, read without running code, and put in completely or not at all."""

from __future__ import annotations

import os
import pickle
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torchvision  # type: ignore[import-untyped]
from safetensors.torch import save_file
from torch import Tensor, nn

from artrec.errors import WeightsError
from artrec.features.deep import build_network
from artrec.features.registry import get_backbone
from artrec.features.weights import find_weights, hub_answers, load_weights, read_weights

RESNET = get_backbone("resnet18")


def test_the_exact_tag_wins_over_the_architecture_and_over_downloads(tmp_path: Path) -> None:
    for name in ("resnet18-f37072fd.pth", "resnet18.pth", "resnet18.tv_in1k.safetensors"):
        (tmp_path / name).touch()

    found = find_weights(RESNET, tmp_path)

    assert found == tmp_path / "resnet18.tv_in1k.safetensors"


@pytest.mark.parametrize("name", ["resnet18.pth", "resnet18-f37072fd.pth"])
def test_torchvision_file_names_are_found(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()

    assert find_weights(RESNET, tmp_path) == tmp_path / name


@pytest.mark.parametrize("name", ["resnet18.a1_in1k.safetensors", "resnet18d.pth", "resnet18.txt"])
def test_weights_of_another_tag_or_network_are_not_taken(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()

    assert find_weights(RESNET, tmp_path) is None


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no weights file or folder"):
        find_weights(RESNET, tmp_path / "gone")


def save_as_safetensors(state: dict[str, Tensor], path: Path) -> None:
    save_file(state, path)


@pytest.mark.parametrize(
    ("name", "save"),
    [
        ("w.safetensors", save_as_safetensors),
        ("w.pth", torch.save),
        ("wrapped.pth", lambda state, path: torch.save({"state_dict": state}, path)),
    ],
)
def test_both_formats_are_read(
    tmp_path: Path, name: str, save: Callable[[dict[str, Tensor], Path], None]
) -> None:
    save({"fc.weight": torch.arange(6.0).reshape(2, 3)}, tmp_path / name)

    state = read_weights(tmp_path / name)

    assert state["fc.weight"].tolist() == [[0, 1, 2], [3, 4, 5]]


class Trap:
    """Runs a command when unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize(
    "save", [torch.save, lambda trap, path: path.write_bytes(pickle.dumps(trap))]
)
def test_a_file_that_would_run_code_is_refused_and_runs_none(
    tmp_path: Path, save: Callable[[Any, Path], None]
) -> None:
    save({"fc.weight": Trap(tmp_path / "sprung")}, tmp_path / "w.pth")

    with pytest.raises(WeightsError, match=r"w\.pth"):
        read_weights(tmp_path / "w.pth")

    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("name", ["w.safetensors", "w.pth", "w.onnx", "gone.pth"])
def test_damaged_and_foreign_files_are_refused(tmp_path: Path, name: str) -> None:
    if "gone" not in name:
        (tmp_path / name).write_bytes(b"\x80\x02 this is no weights file" * 9)

    with pytest.raises(WeightsError, match=name):
        read_weights(tmp_path / name)


def test_a_torch_file_of_something_else_is_refused(tmp_path: Path) -> None:
    torch.save([1, 2, 3], tmp_path / "w.pth")

    with pytest.raises(WeightsError, match="not a state dict"):
        read_weights(tmp_path / "w.pth")


def torchvision_twin(name: str) -> nn.Module:
    torch.manual_seed(1)
    return getattr(torchvision.models, name)(weights=None).eval()  # type: ignore[no-any-return]


def test_torchvision_resnet_weights_give_torchvision_features() -> None:
    twin = torchvision_twin("resnet18")
    network = build_network(RESNET)
    pixels = torch.randn(2, 3, 64, 64)

    load_weights(network, twin.state_dict(), RESNET, "test")

    twin.fc = nn.Identity()
    with torch.inference_mode():
        torch.testing.assert_close(network(pixels), twin(pixels), atol=1e-4, rtol=1e-4)


def test_torchvision_vgg_weights_give_torchvision_fc7() -> None:
    backbone = get_backbone("vgg19")
    twin = torchvision_twin("vgg19")
    network = build_network(backbone)
    pixels = torch.randn(1, 3, 224, 224)

    load_weights(network, twin.state_dict(), backbone, "test")

    assert isinstance(twin.classifier, nn.Sequential)
    twin.classifier = twin.classifier[:5]  # up to the ReLU after the second layer
    with torch.inference_mode():
        torch.testing.assert_close(network(pixels), twin(pixels), atol=1e-4, rtol=1e-4)


def without(state: dict[str, Tensor]) -> None:
    del state["layer3.0.conv1.weight"]


def with_stranger(state: dict[str, Tensor]) -> None:
    state["layer9.weight"] = torch.zeros(1)


def with_misfit(state: dict[str, Tensor]) -> None:
    state["conv1.weight"] = torch.zeros(64, 1, 7, 7)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (without, "lacks layer3.0.conv1.weight"),
        (with_stranger, "unknown weights layer9.weight"),
        (with_misfit, r"conv1.weight \(64, 1, 7, 7\) instead of \(64, 3, 7, 7\)"),
    ],
)
def test_weights_that_do_not_fit_are_refused_and_change_nothing(
    damage: Callable[[dict[str, Tensor]], None], message: str
) -> None:
    state = dict(torchvision_twin("resnet18").state_dict())
    damage(state)
    network = build_network(RESNET)
    before = network.state_dict()["layer1.0.conv1.weight"].clone()

    with pytest.raises(WeightsError, match=message):
        load_weights(network, state, RESNET, "w.pth")

    assert torch.equal(network.state_dict()["layer1.0.conv1.weight"], before)


def test_a_silent_network_costs_no_more_than_the_time_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hang_up = threading.Event()

    def silent(*_: Any, **__: Any) -> None:
        hang_up.wait(60)
        raise OSError("no answer")

    monkeypatch.setattr(urllib.request, "urlopen", silent)
    start = time.perf_counter()

    answer = hub_answers(timeout=0.2)
    hang_up.set()

    assert not answer
    assert time.perf_counter() - start < 30
