"""Networks from pixels to a vector: the published ones, a small one, and pretrained backbones.

Letters used in shapes: n pictures of S x S pixels, D dimensions before the last layer, K after it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from artrec.errors import ShapeError
from artrec.features.deep import build_network
from artrec.features.loading import pretrained_weights
from artrec.features.registry import get_backbone
from artrec.features.weights import load_weights

Triple = tuple[float, float, float]

PAPER_SIZE: Final = 224
_HALF: Final[Triple] = (0.5, 0.5, 0.5)


class Tower(nn.Module):
    """Bytes in, vectors out: pixels brought to scale, a body, and a linear head."""

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        body: nn.Module,
        dim: int,
        size: int,
        *,
        mean: Triple = _HALF,
        std: Triple = _HALF,
        pretrained: bool = False,
    ) -> None:
        super().__init__()
        for name, value in (("mean", mean), ("std", std)):
            rows = 255 * torch.tensor(value).view(1, 3, 1, 1)
            self.register_buffer(name, rows, persistent=False)
        self.body = body
        self.pretrained = pretrained
        width = self._width(size)
        self.head = nn.Linear(width, dim)
        _xavier(self.head)
        # What a pretrained body gives is all positive and of uneven scale; its own weights were
        # not made for this head.
        self.scale = nn.LayerNorm(width, elementwise_affine=False) if pretrained else nn.Identity()

    def features(self, pictures: Tensor) -> Tensor:
        """(n, S, S, 3) uint8 to (n, D)."""
        # The permuted view of channels-last bytes already is channels-last memory.
        pixels = pictures.permute(0, 3, 1, 2).float()
        found: Tensor = self.body((pixels - self.mean) / self.std)
        return found

    def project(self, features: Tensor) -> Tensor:
        """(n, D) to (n, K)."""
        found: Tensor = self.head(self.scale(features))
        return found

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, S, S, 3) uint8 to (n, K)."""
        return self.project(self.features(pictures))

    def train(self, mode: bool = True) -> Tower:
        """A pretrained body keeps the batch statistics it came with."""
        super().train(mode)
        if self.pretrained:
            self.body.eval()
        return self

    def _width(self, size: int) -> int:
        try:
            with torch.no_grad():
                self.eval()
                found = self.features(torch.zeros((1, size, size, 3), dtype=torch.uint8))
        # Each network refuses with an error of its own.
        except (RuntimeError, AssertionError, ValueError) as error:
            raise ShapeError(
                f"This network cannot take pictures of {size} x {size} pixels ({error}); "
                f"{PAPER_SIZE} x {PAPER_SIZE} is the usual size."
            ) from error
        finally:
            self.train()
        return int(found.shape[1])


class SameConv2d(nn.Conv2d):
    """A convolution with TensorFlow's SAME padding: out = ceil(in / stride), the odd row or column
    of padding below and to the right."""

    def forward(self, x: Tensor) -> Tensor:
        """(n, in, H, W) to (n, out, ceil(H / stride), ceil(W / stride))."""
        sides: list[int] = []
        for axis in (1, 0):  # `pad` begins with the last axis
            size, kernel, stride = x.shape[2 + axis], self.kernel_size[axis], self.stride[axis]
            total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            sides += [total // 2, total - total // 2]
        return super().forward(functional.pad(x, sides))


def build_tower(
    name: str, dim: int, size: int, *, pretrained: bool, weights: Path | None, stages: int
) -> Tower:
    """A network by name.

    Args:
        name: `cnn-f`, `alexnet`, `small`, or a backbone of `artrec.features.registry`.
        dim: K.
        size: S.
        pretrained: Whether a backbone gets its weights.
        weights: Folder or file of a backbone's weights; None looks in the hub's cache and the hub.
        stages: Last stages of a backbone that are trained.

    Raises:
        FeatureError: For an unknown name.
        WeightsError: If weights are missing or do not fit.
        ShapeError: If the network cannot take pictures of this size.
    """
    if name in PLAIN:
        body = PLAIN[name](size)
        if name == "alexnet":
            # The tutorial feeds ToTensor's 0 to 1 as they are.
            return Tower(body, dim, size, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
        return Tower(body, dim, size)
    backbone = get_backbone(name)
    network = build_network(backbone)
    if pretrained:
        state, source = pretrained_weights(backbone, weights, allow_download=True)
        load_weights(network, state, backbone, source)
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    for parameter in _last_stages(network, stages):
        parameter.requires_grad_(True)
    return Tower(network, dim, size, mean=backbone.mean, std=backbone.std, pretrained=True)


def cnn_f(size: int) -> nn.Module:
    """CNN-F as in the code of DVBPR's authors, without its last layer.

    https://github.com/kang205/DVBPR; after Chatfield et al., "Return of the devil in the details",
    BMVC 2014, https://arxiv.org/abs/1405.3531. 64@11x11 stride 4, 256@5x5 and 3 x 256@3x3, SAME
    padding, halved by maxima after the first, second and last, then 4096 and 4096 with dropout.
    """
    layers: list[nn.Module] = []
    inner, side = 3, -(-size // 4)
    for outer, kernel, stride, pooled in (
        (64, 11, 4, True),
        (256, 5, 1, True),
        (256, 3, 1, False),
        (256, 3, 1, False),
        (256, 3, 1, True),
    ):
        layers += [SameConv2d(inner, outer, kernel, stride=stride), nn.ReLU()]
        if pooled:
            # With ceil_mode a window of 2 in steps of 2 is SAME too.
            layers.append(nn.MaxPool2d(2, ceil_mode=True))
            side = -(-side // 2)
        inner = outer
    layers.append(nn.Flatten())
    for width in (side * side * inner, 4096):
        layers += [nn.Linear(width, 4096), nn.ReLU(), nn.Dropout(0.5)]
    return _xavier(nn.Sequential(*layers))


def alexnet(_size: int) -> nn.Module:
    """torchvision's AlexNet from random weights, without its last layer: the tutorial's network.

    Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014,
    https://arxiv.org/abs/1404.5997. Its adaptive pooling takes other sizes than 224 too.
    """
    import torchvision  # type: ignore[import-untyped]  # seconds to load, as in `deep`

    network: Any = torchvision.models.alexnet(weights=None)
    network.classifier = network.classifier[:-1]
    plain: nn.Module = network
    return plain


def small(_size: int) -> nn.Module:
    """Four convolutions that halve the picture, mean and maximum over what is left: for a CPU.

    Groups are normalised, not batches, so that an item's vector does not depend on its batch.
    """
    layers: list[nn.Module] = []
    inner = 3
    for outer, kernel in ((32, 5), (64, 3), (128, 3), (256, 3)):
        layers.append(nn.Conv2d(inner, outer, kernel, stride=2, padding=kernel // 2))
        layers += [nn.GroupNorm(8, outer), nn.ReLU()]
        inner = outer
    return nn.Sequential(*layers, _MeanMax())


PLAIN: Final[dict[str, Callable[[int], nn.Module]]] = {
    "cnn-f": cnn_f,
    "alexnet": alexnet,
    "small": small,
}
"""Networks that begin with random weights, by name."""


class _MeanMax(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.cat((x.mean(dim=(2, 3)), x.amax(dim=(2, 3))), dim=1)


def _xavier(network: nn.Module) -> nn.Module:
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return network


def _last_stages(network: nn.Module, count: int) -> list[nn.Parameter]:
    """Parameters of the last stages, as timm groups them for decaying rates."""
    import timm.models  # here already, by the network

    describe: Any = network.group_matcher
    groups = timm.models.group_parameters(network, describe(coarse=True))
    names = [name for key in sorted(groups)[len(groups) - count :] for name in groups[key]]
    return [network.get_parameter(name) for name in names]
