"""The pretrained backbones we know, one entry each.

How a picture must be prepared travels with the name of the weights: the same network fed with
another mean or another resampling filter gives a different, worse feature.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

from artrec.errors import FeatureError

Triple = tuple[float, float, float]

_IMAGENET_MEAN: Final = (0.485, 0.456, 0.406)
_IMAGENET_STD: Final = (0.229, 0.224, 0.225)
_HALF: Final = (0.5, 0.5, 0.5)


@dataclass(frozen=True, slots=True)
class Backbone:
    """A network without its classifier, and everything needed to feed it."""

    name: str
    """Our name, also the first part of the stored feature name ("resnet50/pad")."""
    timm_name: str
    """timm architecture and weights tag. Local files are looked for under this name."""
    size: int
    """Side of the square input, pixels."""
    resize: int
    """Length of the short side before the centre crop (paper mode), pixels."""
    interpolation: Literal["bilinear", "bicubic"]
    """Resampling filter."""
    mean: Triple
    std: Triple
    """Per channel, of pixels scaled to [0, 1]."""
    pooling: str
    """What becomes the feature vector, in words."""
    dim: int
    """Length of the feature vector."""
    licence: str
    """Licence of the weights as published."""
    paper: str
    options: tuple[tuple[str, Any], ...] = ()
    """Extra arguments of `timm.create_model`."""
    on_hub: bool = True
    """Whether timm can download these very weights; otherwise only a local file serves."""
    ignored: tuple[str, ...] = ()
    """Prefixes of published weights the feature does not need: the classifier, training aids."""

    @property
    def architecture(self) -> str:
        """timm architecture without the weights tag."""
        return self.timm_name.partition(".")[0]


_AVERAGE: Final = "global average of the last feature map"

_ENTRIES: Final = (
    Backbone(
        name="resnet50",
        timm_name="resnet50.tv_in1k",
        size=224,
        resize=256,
        interpolation="bilinear",
        mean=_IMAGENET_MEAN,
        std=_IMAGENET_STD,
        pooling=_AVERAGE,
        dim=2048,
        licence="BSD-3-Clause",
        paper="https://arxiv.org/abs/1512.03385",
        ignored=("fc.",),
    ),
    Backbone(
        name="resnet18",
        timm_name="resnet18.tv_in1k",
        size=224,
        resize=256,
        interpolation="bilinear",
        mean=_IMAGENET_MEAN,
        std=_IMAGENET_STD,
        pooling=_AVERAGE,
        dim=512,
        licence="BSD-3-Clause",
        paper="https://arxiv.org/abs/1512.03385",
        ignored=("fc.",),
    ),
    Backbone(
        name="vgg19",
        timm_name="vgg19.tv_in1k",
        size=224,
        resize=256,
        interpolation="bilinear",
        mean=_IMAGENET_MEAN,
        std=_IMAGENET_STD,
        pooling="second fully connected layer after its ReLU (fc7)",
        dim=4096,
        licence="BSD-3-Clause",
        paper="https://arxiv.org/abs/1409.1556",
        ignored=("head.fc.",),
    ),
    Backbone(
        name="nasnet_large",
        timm_name="nasnetalarge.tf_in1k",
        size=331,
        resize=363,
        interpolation="bicubic",
        mean=_HALF,
        std=_HALF,
        pooling=_AVERAGE,
        dim=4032,
        licence="Apache-2.0",
        paper="https://arxiv.org/abs/1707.07012",
        ignored=("last_linear.",),
    ),
    Backbone(
        name="inception_v3",
        timm_name="inception_v3.tv_in1k",
        size=299,
        resize=341,
        interpolation="bicubic",
        mean=_HALF,
        std=_HALF,
        pooling=_AVERAGE,
        dim=2048,
        licence="Apache-2.0",
        paper="https://arxiv.org/abs/1512.00567",
        ignored=("fc.", "AuxLogits."),
    ),
    Backbone(
        name="inception_resnet_v2",
        timm_name="inception_resnet_v2.tf_in1k",
        size=299,
        resize=333,
        interpolation="bicubic",
        mean=_HALF,
        std=_HALF,
        pooling=_AVERAGE,
        dim=1536,
        licence="Apache-2.0",
        paper="https://arxiv.org/abs/1602.07261",
        ignored=("classif.",),
    ),
    Backbone(
        name="convnext",
        timm_name="convnext_tiny.fb_in22k",
        size=224,
        resize=256,
        interpolation="bicubic",
        mean=_IMAGENET_MEAN,
        std=_IMAGENET_STD,
        pooling="global average of the last feature map, layer-normalised",
        dim=768,
        licence="Apache-2.0",
        paper="https://arxiv.org/abs/2201.03545",
        ignored=("head.fc.",),
    ),
    Backbone(
        name="dinov2",
        timm_name="vit_small_patch14_dinov2.lvd142m",
        size=224,
        resize=224,
        interpolation="bicubic",
        mean=_IMAGENET_MEAN,
        std=_IMAGENET_STD,
        pooling="class token",
        dim=384,
        licence="Apache-2.0",
        paper="https://arxiv.org/abs/2304.07193",
        # Trained at 518 px; interpolating the position table at 224 px is five times cheaper.
        options=(("dynamic_img_size", True),),
        ignored=("head.", "mask_token"),
    ),
    Backbone(
        name="siglip2",
        timm_name="vit_base_patch16_siglip_224.v2_webli",
        size=224,
        resize=248,
        interpolation="bicubic",
        mean=_HALF,
        std=_HALF,
        pooling="attention pooling",
        dim=768,
        licence="Apache-2.0",
        paper="https://arxiv.org/abs/2502.14786",
        ignored=("head.",),
    ),
    Backbone(
        name="mobilenetv2_100",
        timm_name="mobilenetv2_100.tf_in1k",
        size=224,
        resize=256,
        interpolation="bicubic",
        mean=_HALF,
        std=_HALF,
        pooling=_AVERAGE,
        dim=1280,
        licence="Apache-2.0",
        paper="https://arxiv.org/abs/1801.04381",
        ignored=("classifier.",),
        # TensorFlow's weights were trained with TensorFlow's uneven "same" padding.
        options=(("pad_type", "same"),),
        on_hub=False,
    ),
)

BACKBONES: Final = MappingProxyType({entry.name: entry for entry in _ENTRIES})
"""All backbones by name; the first is the default."""

DEFAULT_BACKBONE: Final = "resnet50"


def get_backbone(name: str) -> Backbone:
    """Look a backbone up by our name.

    Raises:
        FeatureError: If there is no such backbone.
    """
    try:
        return BACKBONES[name]
    except KeyError:
        known = ", ".join(BACKBONES)
        raise FeatureError(f"There is no backbone {name!r}. Known are: {known}.") from None
