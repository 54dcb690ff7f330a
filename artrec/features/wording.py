"""Networks that put pictures and words into one space, so that words can be searched by meaning.

Contrastive language-image pretraining (CLIP, https://arxiv.org/abs/2103.00020): an image encoder
and a text encoder whose outputs, at length one, are near each other when a text describes a
picture. The encoders are open_clip's; weights are read from local files like all others, under the
name `<weights tag>.safetensors`, and nothing is downloaded here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeGuard

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from artrec.errors import FeatureError, ShapeError, WeightsError
from artrec.features.deep import in_fitting_batches, pick_device
from artrec.features.extractor import Array, Crop, Extractor, Family, Features
from artrec.features.registry import Triple
from artrec.features.weights import SUFFIXES, read_weights
from artrec.images import shapes

if TYPE_CHECKING:
    from PIL.Image import Image

# Of the image encoder; the text encoder is cheaper.
_CPU_BATCH: Final = 16
_CUDA_BATCH: Final = 256


@dataclass(frozen=True, slots=True)
class TextImage:
    """Two encoders with one output space, and everything needed to feed them."""

    name: str
    """Our name, also the first part of the stored feature name ("clip/pad")."""
    weights: str
    """Architecture and weights tag; local files are looked for under this name."""
    config: Mapping[str, Any]
    """Arguments of `open_clip.CLIP`."""
    dim: int
    """Length of a feature row."""
    size: int
    """Side of the square input, pixels."""
    mean: Triple
    std: Triple
    """Per channel, of pixels scaled to [0, 1]."""
    licence: str
    """Licence of the weights as published."""
    paper: str
    prompts: tuple[str, ...] = ("{}", "a painting of {}", "an artwork that shows {}")
    """A text is read in each of these, and the mean taken: single words are rare in captions."""


_ENTRIES: Final = (
    TextImage(
        name="clip",
        weights="ViT-B-32.laion2b_s34b_b79k",
        config=MappingProxyType(
            {
                "embed_dim": 512,
                "vision_cfg": {"image_size": 224, "layers": 12, "width": 768, "patch_size": 32},
                "text_cfg": {
                    "context_length": 77,
                    "vocab_size": 49408,
                    "width": 512,
                    "heads": 8,
                    "layers": 12,
                },
            }
        ),
        dim=512,
        size=224,
        mean=(0.48145466, 0.4578275, 0.40821073),
        std=(0.26862954, 0.26130258, 0.27577711),
        licence="MIT",
        paper="https://arxiv.org/abs/2212.07143",
    ),
)
TEXT_IMAGE: dict[str, TextImage] = {entry.name: entry for entry in _ENTRIES}
"""All networks that read words, by name."""


class ReadsWords(Extractor, Protocol):
    """An extractor that also places words among pictures."""

    def read(self, texts: Sequence[str]) -> Features:
        """Features of N texts, (N, D) float32, each of length one, comparable with `extract`'s."""


def reads_words(extractor: Extractor) -> TypeGuard[ReadsWords]:
    """Tell whether an extractor has a `read`."""
    return isinstance(extractor, TextImageExtractor)


class TextImageExtractor:
    """An `Extractor` around an image encoder, and a text encoder beside it.

    Rows have length one, as the encoders were trained to be compared. Pictures are padded in the
    mean colour, or cropped at the centre; a long text is cut at the encoder's context length.
    """

    def __init__(
        self, kind: TextImage, network: nn.Module, crop: Crop, device: torch.device, name: str
    ) -> None:
        from open_clip import SimpleTokenizer

        if crop == "multi":
            raise FeatureError(f"{kind.name} looks at a picture once: use pad or centre.")
        self.name = name
        self.dim = kind.dim
        self.families: tuple[Family, ...] = ((kind.name, 0, kind.dim),)
        self.at_least = kind.size
        self.batch_size = _CUDA_BATCH if device.type == "cuda" else _CPU_BATCH
        self._kind, self._crop, self._device = kind, crop, device
        self._network = network.eval().to(device)
        self._tokens = SimpleTokenizer(context_length=kind.config["text_cfg"]["context_length"])
        red, green, blue = (round(255 * channel) for channel in kind.mean)
        self._ground = (red, green, blue)
        self._mean = torch.tensor(kind.mean, device=device).view(1, 3, 1, 1) * 255
        self._std = torch.tensor(kind.std, device=device).view(1, 3, 1, 1) * 255

    def prepare(self, image: Image) -> Array:
        """Crop or pad one picture: RGB in, (S, S, 3) uint8 out."""
        size = self._kind.size
        if self._crop == "centre":
            return shapes.centre_crop(image, size, resize_to=size, interpolation="bicubic")
        return shapes.fit_padded(image, size, "bicubic", fill=self._ground)

    def extract(self, prepared: Sequence[Array]) -> Features:
        """Features of N prepared pictures, (N, D) float32, each of length one.

        Raises:
            ShapeError: If an array is not what `prepare` makes.
            torch.OutOfMemoryError: If not even one picture fits the device.
        """
        size = self._kind.size
        for pixels in prepared:
            if pixels.shape != (size, size, 3) or pixels.dtype != np.uint8:
                raise ShapeError(
                    f"Expected uint8 pictures ({size}, {size}, 3), got {pixels.dtype} "
                    f"{pixels.shape}."
                )
        if not prepared:
            return np.empty((0, self.dim), np.float32)
        rows, self.batch_size = in_fitting_batches(self._see, np.stack(prepared), self.batch_size)
        return rows

    def read(self, texts: Sequence[str]) -> Features:
        """Features of N texts, (N, D) float32, each of length one: the mean over the prompts.

        Raises:
            ShapeError: If a text is empty.
        """
        if not all(text.strip() for text in texts):
            raise ShapeError("An empty text means nothing. Give at least one word.")
        if not texts:
            return np.empty((0, self.dim), np.float32)
        prompts = self._kind.prompts
        filled = [prompt.replace("{}", text.strip()) for text in texts for prompt in prompts]
        with torch.inference_mode():
            tokens = self._tokens(filled).to(self._device)
            encode: Any = self._network.encode_text
            rows = functional.normalize(encode(tokens).float(), dim=-1)
            means = rows.view(len(texts), len(prompts), -1).mean(dim=1)
            return _numpy(functional.normalize(means, dim=-1))

    def _see(self, pictures: Array) -> Features:
        """(B, S, S, 3) uint8 -> (B, D) float32."""
        with torch.inference_mode():
            pixels = torch.from_numpy(pictures).to(self._device).permute(0, 3, 1, 2).float()
            encode: Any = self._network.encode_image
            out = encode((pixels - self._mean) / self._std).float()
            return _numpy(functional.normalize(out, dim=-1))


def load_text_image(
    name: str,
    *,
    weights: Path | None = None,
    device: str = "auto",
    crop: Crop = "pad",
    random_weights: bool = False,
) -> TextImageExtractor:
    """Get a network of `TEXT_IMAGE` ready to use; see `artrec.features.load_extractor`.

    Raises:
        FeatureError: If the crop or the device is unknown, or open_clip is not installed.
        WeightsError: If weights are missing, damaged or do not fit.
    """
    kind = TEXT_IMAGE[name]
    path = None if random_weights else _find(kind, weights)
    network = build(kind)
    if path:
        _fill(network, kind, path)
    stored = f"{kind.name}/{crop}" + ("/random" if random_weights else "")
    return TextImageExtractor(kind, network, crop, pick_device(device), stored)


def build(kind: TextImage, *, seed: int = 0) -> nn.Module:
    """Both encoders, with random weights that depend on the seed alone.

    Raises:
        FeatureError: If open_clip is not installed.
    """
    try:
        from open_clip import CLIP
    except ImportError as error:
        raise FeatureError(
            f"{kind.name} needs open_clip: pip install open_clip_torch, or take another extractor."
        ) from error
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network: nn.Module = CLIP(**kind.config)
    return network.eval()


def _find(kind: TextImage, place: Path | None) -> Path:
    path = place if place and place.is_file() else None
    if place and place.is_dir():
        named = (place / f"{kind.weights}{suffix}" for suffix in SUFFIXES)
        path = next((file for file in named if file.is_file()), None)
    if path is None:
        raise WeightsError(
            f"There is no {kind.weights}.safetensors or .pth in {place or 'a local weights folder'}"
            f"{'' if place else ' (none was named)'}. Put the published file there under this name."
        )
    return path


def _fill(network: nn.Module, kind: TextImage, path: Path) -> None:
    try:
        network.load_state_dict(read_weights(path))
    except RuntimeError as error:
        raise WeightsError(f"{path} does not fit {kind.weights}: {error}") from error


def _numpy(rows: Tensor) -> Features:
    found: Features = rows.cpu().numpy()
    return found
