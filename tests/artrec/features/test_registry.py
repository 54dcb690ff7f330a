"""Each backbone entry against the network and the published settings timm knows."""

from __future__ import annotations

import pytest
import timm
import torch
from timm.models import get_pretrained_cfg

from artrec.errors import FeatureError
from artrec.features.registry import BACKBONES, DEFAULT_BACKBONE, Backbone, get_backbone

ON_HUB = [entry for entry in BACKBONES.values() if entry.on_hub]


@pytest.mark.parametrize("backbone", BACKBONES.values(), ids=lambda entry: entry.name)
def test_the_network_exists_and_gives_the_stated_dimension(backbone: Backbone) -> None:
    with torch.device("meta"):
        network = timm.create_model(
            backbone.architecture, pretrained=False, num_classes=0, **dict(backbone.options)
        ).eval()
        rows = network(torch.zeros(2, 3, backbone.size, backbone.size))

    assert tuple(rows.shape) == (2, backbone.dim)


@pytest.mark.parametrize("backbone", ON_HUB, ids=lambda entry: entry.name)
def test_preparation_is_what_the_weights_were_published_with(backbone: Backbone) -> None:
    published = get_pretrained_cfg(backbone.timm_name, allow_unregistered=False)

    assert published is not None
    assert published.hf_hub_id == f"timm/{backbone.timm_name}"
    assert (published.mean, published.std) == (backbone.mean, backbone.std)
    assert published.interpolation == backbone.interpolation
    assert str(published.license).lower() == backbone.licence.lower()
    # DINOv2 is the one we feed smaller pictures than it was trained on.
    assert backbone.size == (224 if backbone.name == "dinov2" else published.input_size[1])
    assert backbone.resize == int(backbone.size / published.crop_pct)
    if published.classifier:
        assert f"{published.classifier}." in backbone.ignored


def test_resnet50_is_the_default_and_cropped_as_in_the_papers() -> None:
    backbone = get_backbone(DEFAULT_BACKBONE)

    assert backbone.timm_name == "resnet50.tv_in1k"
    assert (backbone.resize, backbone.size, backbone.interpolation) == (256, 224, "bilinear")


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(FeatureError, match=r"'resnet51'.*resnet50, resnet18"):
        get_backbone("resnet51")
