"""Get an extractor by name, and say plainly which one was taken and why."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from torch import Tensor

from artrec.errors import FeatureError, WeightsError
from artrec.features.deep import DeepExtractor, build_network, pick_device
from artrec.features.extractor import Crop, Extractor
from artrec.features.handmade import HANDMADE_NAMES, handmade_extractor
from artrec.features.maps import grid_of
from artrec.features.registry import BACKBONES, DEFAULT_BACKBONE, Backbone, get_backbone
from artrec.features.weights import (
    cached_weights,
    download_weights,
    find_weights,
    hub_answers,
    load_weights,
    read_weights,
)
from artrec.features.wording import TEXT_IMAGE, load_text_image

log = logging.getLogger(__name__)


def load_extractor(
    name: str = "auto",
    *,
    weights: Path | None = None,
    allow_download: bool = True,
    device: str = "auto",
    crop: Crop = "pad",
    random_weights: bool = False,
) -> Extractor:
    """Get an extractor ready to use.

    "auto" takes ResNet50 if its weights are in `weights`, in the hub's cache or on the hub; else
    the first backbone of the registry whose weights are in `weights`; else "handmade", which
    needs none. The choice and its reason are logged.

    Args:
        name: "auto", a backbone ("resnet50"), a weight-free family ("lbp", "attractiveness",
            "colour"), "handmade" for all families together, or a network that reads words as
            well ("clip", see `artrec.features.wording`). A stored name ("resnet50/pad") works
            too and brings its own crop. "resnet50/pad/map7" gives 7 x 7 cells of the last feature
            map instead of their mean; see `artrec.features.maps`.
        weights: Folder of weights files, or one file for the backbone asked for by name.
        allow_download: Whether the hub may be asked. Without a network this costs seconds.
        device: "auto", "cpu", "cuda" or "cuda:1". Weight-free features run on the CPU.
        crop: "pad" shows the whole picture on grey, "centre" is the paper's centre crop,
            "multi" averages several crops.
        random_weights: Take untrained weights, as a control in experiments. The name says so.

    Raises:
        FeatureError: If the name, the crop or the device is unknown.
        WeightsError: If weights are missing, damaged or do not fit.
    """
    name, *endings = name.split("/")
    grid = None
    if endings:
        crop, *markers = endings  # type: ignore[assignment]  # checked below
        random_weights = random_weights or "random" in markers
        grid = next((found for found in map(grid_of, markers) if found), None)
    if crop not in get_args(Crop):
        raise FeatureError(f"{crop!r} is no crop. Use one of {', '.join(get_args(Crop))}.")
    if name in HANDMADE_NAMES:
        return handmade_extractor(name)
    if name in TEXT_IMAGE:
        return load_text_image(
            name, weights=weights, device=device, crop=crop, random_weights=random_weights
        )
    if name == "auto":
        return _pick(weights, allow_download, device, crop)
    backbone = get_backbone(name)
    if random_weights:
        network, target = build_network(backbone), pick_device(device)
        stored = f"{_stored_name(name, crop, grid)}/random"
        return DeepExtractor(backbone, network, crop, target, stored, grid=grid)
    state, source = pretrained_weights(backbone, weights, allow_download)
    return _with_weights(backbone, state, source, crop, device, grid)


def available_backbones(weights: Path) -> list[str]:
    """Names of the backbones whose weights lie in a folder, in registry order.

    Raises:
        WeightsError: If the folder does not exist.
    """
    if weights.is_file():
        raise WeightsError(f"{weights} is a file; name the folder it lies in.")
    return [name for name, entry in BACKBONES.items() if find_weights(entry, weights)]


def _pick(weights: Path | None, allow_download: bool, device: str, crop: Crop) -> Extractor:
    local = available_backbones(weights) if weights else []
    name = DEFAULT_BACKBONE
    if name not in local:
        default = get_backbone(name)
        try:
            state, source = pretrained_weights(default, weights, allow_download)
            return _with_weights(default, state, source, crop, device)
        except WeightsError as error:
            if not local:
                log.warning("Features are handmade: texture, attractiveness, colour. %s", error)
                return handmade_extractor()
            name = local[0]
            log.info("Taking %s instead of %s. %s", name, default.name, error)
    backbone = get_backbone(name)
    state, source = pretrained_weights(backbone, weights, allow_download=False)
    return _with_weights(backbone, state, source, crop, device)


def pretrained_weights(
    backbone: Backbone, place: Path | None, allow_download: bool
) -> tuple[Mapping[str, Tensor], str]:
    """The weights and where they come from: the local place, the hub's cache, the hub."""
    if place and (path := find_weights(backbone, place)):
        return read_weights(path), str(path)
    if path := cached_weights(backbone):
        return read_weights(path), str(path)
    looked = f"There is no {backbone.timm_name}.safetensors or .pth"
    looked += f" in {place}" if place else " in a local weights folder (none was named)"
    if not backbone.on_hub:
        raise WeightsError(f"{looked}, and these weights cannot be downloaded.")
    if not allow_download:
        raise WeightsError(f"{looked}, and downloading is switched off.")
    if not hub_answers():
        raise WeightsError(f"{looked}, and the model hub cannot be reached from here.")
    return download_weights(backbone), f"the hub's {backbone.timm_name}"


def _with_weights(
    backbone: Backbone,
    state: Mapping[str, Tensor],
    source: str,
    crop: Crop,
    device: str,
    grid: int | None = None,
) -> Extractor:
    network = build_network(backbone)
    load_weights(network, state, backbone, source)
    target = pick_device(device)
    name = _stored_name(backbone.name, crop, grid)
    log.info("Features are %s on %s, weights from %s.", name, target, source)
    return DeepExtractor(backbone, network, crop, target, name, grid=grid)


def _stored_name(backbone: str, crop: Crop, grid: int | None) -> str:
    return f"{backbone}/{crop}" + (f"/map{grid}" if grid else "")
