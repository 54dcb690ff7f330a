"""Features of a pretrained network: its last activations before the classifier, pooled or not."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from artrec.errors import FeatureError, ShapeError
from artrec.features.extractor import Array, Crop, Family, Features
from artrec.features.registry import Backbone
from artrec.images import shapes

if TYPE_CHECKING:
    from PIL.Image import Image

log = logging.getLogger(__name__)

# Above these a forward pass gains nothing more: ResNet50 on two cores, and on one big GPU.
_CPU_BATCH = 16
_CUDA_BATCH = 256
# Convolutional networks halve a picture five times. A shorter side of two cells always passes.
_STRIDE = 32
_LEAST_SIDE = 96


def build_network(backbone: Backbone, *, seed: int = 0) -> nn.Module:
    """The network without classifier, with random weights that depend on the seed alone."""
    import timm  # seconds to load: whoever takes features that need no network need not

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network: nn.Module = timm.create_model(
            backbone.architecture, pretrained=False, num_classes=0, **dict(backbone.options)
        )
    return network.eval()


def pick_device(wish: str) -> torch.device:
    """The device for "auto", "cpu", "cuda" or "cuda:1".

    Raises:
        FeatureError: If the name is no device or there is no such GPU.
    """
    if wish == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wish)
    except RuntimeError:
        raise FeatureError(f"{wish!r} is no device. Use auto, cpu, cuda or cuda:0.") from None
    if device.type not in ("cpu", "cuda"):
        raise FeatureError(f"Features run on cpu or cuda, not on {wish!r}.")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise FeatureError(
            f"There is no {wish}: torch sees {torch.cuda.device_count()} GPUs. Use auto or cpu."
        )
    return device


def in_fitting_batches(
    forward: Callable[[Array], Features], inputs: Array, batch: int
) -> tuple[Features, int]:
    """Run `forward` over batches, halving them whenever the device is out of memory.

    Returns:
        The rows of all inputs in order, and the batch size that fitted.

    Raises:
        torch.OutOfMemoryError: If a single input does not fit.
    """
    rows: list[Features] = []
    done = 0
    while done < len(inputs):
        try:
            rows.append(forward(inputs[done : done + batch]))
        except torch.OutOfMemoryError:
            if batch == 1:
                raise
            batch //= 2
            log.warning("Out of device memory, going on with batches of %d.", batch)
            torch.cuda.empty_cache()
        else:
            done += batch
    return np.concatenate(rows), batch


class DeepExtractor:
    """An `Extractor` around one network.

    Memory is channels-last throughout: it is how Pillow decodes, and convolutions are faster
    in it. Half precision is used on CUDA only; CPUs without bf16 hardware are slower in it.

    With a `grid` of G a row is the last feature map, averaged over G x G cells, cell after cell
    (`artrec.features.maps`). Raises FeatureError for a network or a crop that has no such map.
    """

    def __init__(
        self,
        backbone: Backbone,
        network: nn.Module,
        crop: Crop,
        device: torch.device,
        name: str,
        *,
        grid: int | None = None,
    ) -> None:
        if grid is not None:
            _check_map(backbone, network, crop)
        self.name = name
        self.dim = backbone.dim * (grid or 1) ** 2
        family = backbone.name if grid is None else f"{backbone.name}/map{grid}"
        self.families: tuple[Family, ...] = ((family, 0, self.dim),)
        self.at_least = backbone.resize if crop == "centre" else backbone.size
        self.device = device
        self.batch_size = _CUDA_BATCH if device.type == "cuda" else _CPU_BATCH
        self._backbone = backbone
        self._crop = crop
        self._grid = grid
        self._network = network.eval().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        # Padding in the mean colour is zero after normalisation, so it excites nothing.
        red, green, blue = (round(255 * channel) for channel in backbone.mean)
        self._ground = (red, green, blue)
        self._mean = torch.tensor(backbone.mean, device=device).view(1, 3, 1, 1) * 255
        self._std = torch.tensor(backbone.std, device=device).view(1, 3, 1, 1) * 255

    def prepare(self, image: Image) -> Array:
        """Crop or pad one picture: RGB in, (K, S, S, 3) uint8 out; K > 1 for multi-crop."""
        size, how = self._backbone.size, self._backbone.interpolation
        if self._crop == "centre":
            resize = self._backbone.resize
            return shapes.centre_crop(image, size, resize_to=resize, interpolation=how)[None]
        if self._crop == "pad":
            return shapes.fit_padded(image, size, how, fill=self._ground)[None]
        return shapes.multi_crop(image, size, how)

    def extract(self, prepared: Sequence[Array]) -> Features:
        """Features of N prepared pictures, (N, D) float32; the mean over each one's crops.

        Raises:
            ShapeError: If an array is not what `prepare` makes.
            torch.OutOfMemoryError: If not even one crop fits the device.
        """
        size = self._backbone.size
        for crops in prepared:
            if crops.ndim != 4 or crops.shape[1:] != (size, size, 3) or crops.dtype != np.uint8:
                raise ShapeError(
                    f"Expected uint8 crops (K, {size}, {size}, 3), got {crops.dtype} {crops.shape}."
                )
        if not prepared:
            return np.empty((0, self.dim), np.float32)
        crops = np.concatenate(prepared)
        rows, self.batch_size = in_fitting_batches(self._forward, crops, self.batch_size)
        starts = np.cumsum([0, *(len(crops) for crops in prepared[:-1])])
        counts = np.array([len(crops) for crops in prepared]).astype(np.float32)
        sums: Features = np.add.reduceat(rows, starts, axis=0)
        return sums / counts[:, None]

    def cells(self, image: Image, *, scale: int = 2) -> Features | None:
        """The last feature map of one whole picture, (H, W, D) float32, cells as they lie in it.

        Not padded: the network sees the picture in its own ratio, its longer side `scale` times
        the network's size, so that cells are finer than in a stored row; their mean is near the
        row all the same. None for a network without such a map.
        """
        if not self._has_map:
            return None
        longer = scale * self._backbone.size
        sides = [side * longer / max(image.size) for side in image.size]
        width, height = (max(_LEAST_SIDE, round(side / _STRIDE) * _STRIDE) for side in sides)
        pixels = shapes.stretched(image, width, height, self._backbone.interpolation)
        with torch.inference_mode():
            batch = torch.from_numpy(pixels.copy())[None].to(self.device)
            inputs = (batch.permute(0, 3, 1, 2).float() - self._mean) / self._std
            found: Features = _map(self._network, inputs)[0].permute(1, 2, 0).cpu().numpy()
        return found

    @cached_property
    def _has_map(self) -> bool:
        return has_map(self._backbone, self._network, self.device)

    def _has_bf16(self) -> bool:
        return self.device.type == "cuda" and torch.cuda.is_bf16_supported()

    def _forward(self, crops: Array) -> Features:
        """(B, S, S, 3) uint8 -> (B, D) float32."""
        half = torch.bfloat16 if self._has_bf16() else torch.float16
        on_gpu = self.device.type == "cuda"
        with torch.inference_mode(), torch.autocast("cuda", dtype=half, enabled=on_gpu):
            pixels = torch.from_numpy(crops)
            if on_gpu:
                pixels = pixels.pin_memory()
            # The permuted view of channels-last bytes already is channels-last memory.
            pixels = pixels.to(self.device, non_blocking=True).permute(0, 3, 1, 2).float()
            out = self._rows((pixels - self._mean) / self._std)
            rows: Features = out.float().cpu().numpy()
        return rows

    def _rows(self, pixels: Tensor) -> Tensor:
        """(B, 3, S, S) -> (B, D), or (B, G*G*D)."""
        if self._grid is None:
            pooled: Tensor = self._network(pixels)
            return pooled
        cells = functional.adaptive_avg_pool2d(_map(self._network, pixels), self._grid)
        return cells.flatten(2).transpose(1, 2).flatten(1)


def _map(network: nn.Module, pixels: Tensor) -> Tensor:
    """(B, D, h, w), the last feature map, in single precision."""
    features: Any = network.forward_features  # every network of timm has it
    found: Tensor = features(pixels).float()
    return found


def has_map(backbone: Backbone, network: nn.Module, device: torch.device) -> bool:
    """Whether the network ends in a map whose mean over places is the feature row."""
    with torch.inference_mode():
        shape = _map(network, torch.zeros(1, 3, backbone.size, backbone.size, device=device)).shape
    return len(shape) == 4 and shape[1] == backbone.dim


def _check_map(backbone: Backbone, network: nn.Module, crop: Crop) -> None:
    if crop == "multi":
        raise FeatureError("Crops show different places, so a map cannot be their mean: use pad.")
    if not has_map(backbone, network, torch.device("cpu")):
        raise FeatureError(
            f"{backbone.name} has no map of {backbone.dim} dimensions before pooling; use a "
            f"convolutional network such as resnet50."
        )
