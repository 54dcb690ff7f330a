"""Networks over pictures: published shapes and counts, padding, scale of the pixels."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from artrec.errors import FeatureError, ShapeError
from artrec.models.picture_towers import SameConv2d, Tower, build_tower

GREY = torch.full((2, 224, 224, 3), 127, dtype=torch.uint8)


def plain(name: str, dim: int = 100, size: int = 224) -> Tower:
    return build_tower(name, dim, size, pretrained=False, weights=None, stages=0)


def test_cnn_f_has_the_published_parameters_and_shapes() -> None:
    tower = plain("cnn-f")
    shapes = []
    for layer in tower.body.children():
        layer.register_forward_hook(lambda _, __, out: shapes.append(tuple(out.shape[1:])))

    found = tower.eval()(GREY)

    # 11*11*3*64+64, 5*5*64*256+256, 3 of 3*3*256*256+256, 7*7*256*4096+4096, 4096*4096+4096,
    # 4096*100+100
    counts = 23_296 + 409_856 + 3 * 590_080 + 51_384_320 + 16_781_312 + 409_700
    assert sum(each.numel() for each in tower.parameters()) == counts == 70_778_724
    distinct = list(dict.fromkeys(shapes))
    assert distinct == [
        (64, 56, 56),
        (64, 28, 28),
        (256, 28, 28),
        (256, 14, 14),
        (256, 7, 7),
        (7 * 7 * 256,),
        (4096,),
    ]
    assert found.shape == (2, 100)
    assert [each.p for each in tower.modules() if isinstance(each, nn.Dropout)] == [0.5, 0.5]
    biases = [each.bias for each in tower.modules() if isinstance(each, nn.Conv2d)]
    assert len(biases) == 5
    assert all(bias is not None and not bias.any() for bias in biases)


def test_xavier_bounds_the_first_weights_as_tensorflow_does() -> None:
    weights = next(plain("cnn-f").body.parameters())

    bound = (6 / (11 * 11 * 3 + 11 * 11 * 64)) ** 0.5
    assert 0.99 * bound < weights.abs().max() <= bound


def test_alexnet_has_the_published_parameters() -> None:
    tower = plain("alexnet")

    # torchvision's 61,100,840 with 1000 classes, of which the last layer has 4096*1000+1000
    count = 61_100_840 - 4_097_000 + 4096 * 100 + 100
    assert sum(each.numel() for each in tower.parameters()) == count
    assert tower.eval()(GREY).shape == (2, 100)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "before", "after"),
    # out = ceil(size / stride), total = (out - 1) * stride + kernel - size, the odd one after
    [(224, 11, 4, 3, 4), (5, 3, 1, 1, 1), (6, 3, 2, 0, 1), (7, 3, 2, 1, 1), (4, 1, 2, 0, 0)],
)
def test_same_padding_follows_tensorflows_rule(
    size: int, kernel: int, stride: int, before: int, after: int
) -> None:
    layer = SameConv2d(1, 1, kernel, stride=stride)
    x = torch.randn(1, 1, size, size)

    found = layer(x)

    padded = functional.pad(x, (before, after, before, after))
    torch.testing.assert_close(
        found, functional.conv2d(padded, layer.weight, layer.bias, stride=stride)
    )
    assert found.shape[-1] == -(-size // stride)


def test_same_padding_of_a_small_case_worked_by_hand() -> None:
    layer = SameConv2d(1, 1, (1, 2), stride=(1, 2), bias=False)
    nn.init.ones_(layer.weight)

    found = layer(torch.tensor([[[[1.0, 2.0, 3.0]]]]))

    # [1 2 | 3 0]: one zero, and it goes to the right
    assert found.tolist() == [[[[3.0, 3.0]]]]


@pytest.mark.parametrize(("name", "low", "high"), [("cnn-f", -1, 1), ("alexnet", 0, 1)])
def test_pixels_come_in_at_the_published_scale(name: str, low: float, high: float) -> None:
    tower = plain(name)
    seen: list[torch.Tensor] = []
    tower.body.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    pictures = torch.zeros((1, 224, 224, 3), dtype=torch.uint8)
    pictures[0, 5, 9] = torch.tensor([255, 0, 51])

    tower.eval()(pictures)

    span = high - low
    assert seen[0][0, :, 5, 9].tolist() == pytest.approx([high, low, low + span / 5])
    assert seen[0].shape == (1, 3, 224, 224)


@pytest.mark.parametrize(("name", "size"), [("cnn-f", 65), ("cnn-f", 16), ("alexnet", 64)])
def test_other_sizes_work_where_the_network_allows_them(name: str, size: int) -> None:
    tower = plain(name, dim=3, size=size)

    assert tower.eval()(torch.zeros((1, size, size, 3), dtype=torch.uint8)).shape == (1, 3)


def test_a_size_too_small_is_refused() -> None:
    with pytest.raises(ShapeError, match="pictures of 16 x 16"):
        plain("alexnet", size=16)


def test_an_unknown_network_is_refused() -> None:
    with pytest.raises(FeatureError, match="no backbone 'cnn-g'"):
        plain("cnn-g")


def test_a_vector_of_the_small_network_does_not_depend_on_its_batch() -> None:
    tower = plain("small", dim=5, size=20).train()
    pictures = torch.from_numpy(
        np.random.default_rng(0).integers(0, 256, (4, 20, 20, 3), dtype=np.uint8)
    )

    torch.testing.assert_close(tower(pictures)[2:3], tower(pictures[2:3]), rtol=1e-5, atol=1e-6)


def test_a_backbone_trains_its_last_stages_only_and_keeps_its_statistics() -> None:
    tower = build_tower("resnet18", 4, 32, pretrained=False, weights=None, stages=1)
    names = {name for name, each in tower.body.named_parameters() if each.requires_grad}
    before = {name: value.clone() for name, value in tower.body.named_buffers()}

    tower.train()(torch.randint(0, 256, (2, 32, 32, 3), dtype=torch.uint8))

    assert names
    assert all(name.startswith("layer4.") for name in names)
    for name, value in tower.body.named_buffers():
        assert torch.equal(value, before[name])
