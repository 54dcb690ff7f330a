"""What others measured with these networks, to be read beside ours, never as ours.

UGallery, ranked by likeness as VisRank does; other works, other choices, another split. From the
slides of the Tutorial on Visual Recommendation Systems, IUI 2021,
https://github.com/ialab-puc/VisualRecSys-Tutorial-IUI2021; the experiment is that of del Rio,
Messina, Dominguez & Parra 2018, https://arxiv.org/abs/1807.09870.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypedDict


class Published(TypedDict):
    """One row."""

    recall: float
    ndcg: float
    imagenet: float | None
    """Top-1 accuracy on ImageNet, per cent."""


TABLE: Final[Mapping[str, Published]] = {
    "resnet50": {"recall": 0.1632, "ndcg": 0.1253, "imagenet": 75.2},
    "vgg19": {"recall": 0.1398, "ndcg": 0.1008, "imagenet": 71.1},
    "nasnet_large": {"recall": 0.1379, "ndcg": 0.0998, "imagenet": 82.7},
    "inception_v3": {"recall": 0.1332, "ndcg": 0.1007, "imagenet": 78.0},
    "inception_resnet_v2": {"recall": 0.1302, "ndcg": 0.0936, "imagenet": 80.4},
    "random": {"recall": 0.0172, "ndcg": 0.0093, "imagenet": None},
}
"""By the first part of an extractor's name: R@20, nDCG@20."""
