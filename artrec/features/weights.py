"""Find pretrained weights and put them into a network, checked and never unpickled unsafely.

Local files are named after the timm weights, `resnet50.tv_in1k.safetensors` (or `.pth`), after
the architecture alone, `resnet50.pth`, or as torchvision names its downloads,
`resnet50-0676ba61.pth`. Other tags of the same architecture are not taken: they want another
mean or another filter, which is a registry entry of its own.
"""

from __future__ import annotations

import pickle
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import huggingface_hub
import safetensors
import safetensors.torch
import torch
from huggingface_hub import constants as hub_constants
from torch import Tensor, nn

from artrec.errors import WeightsError
from artrec.features.registry import Backbone

SUFFIXES: Final = (".safetensors", ".pth", ".pt")
_HUB_TIMEOUT: Final = 4.0  # seconds; without a network a name look-up alone can hang for 20
_SHOWN: Final = 4  # names listed in an error before "and 96 more"


def find_weights(backbone: Backbone, place: Path) -> Path | None:
    """The weights file of a backbone: `place` itself if a file, else the best name within.

    Raises:
        WeightsError: If `place` does not exist.
    """
    if place.is_file():
        return place
    if not place.is_dir():
        raise WeightsError(f"There is no weights file or folder {place}. Check the path.")
    patterns = (backbone.timm_name, backbone.architecture, f"{backbone.architecture}-*")
    for pattern in patterns:
        for suffix in SUFFIXES:
            if found := sorted(place.glob(pattern + suffix)):
                return found[0]
    return None


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read a state dict from safetensors or from a torch file of plain tensors.

    Raises:
        WeightsError: If the file is missing, damaged, of another kind, or holds anything but
            named tensors. Torch files are read with `weights_only`, so they cannot run code.
    """
    if path.suffix not in SUFFIXES:
        raise WeightsError(
            f"{path} is neither .safetensors nor .pth; save the weights as one of these."
        )
    try:
        if path.suffix == ".safetensors":
            return safetensors.torch.load_file(path)
        content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise WeightsError(
            f"{path} was not opened: it is damaged, or holds more than plain tensors and could "
            "run code. Save its state_dict as safetensors instead."
        ) from error
    # On damaged bytes torch's reader fails with whatever error it stumbles into.
    except Exception as error:
        raise WeightsError(f"Cannot read the weights {path}: {_first_line(error)}") from error
    for wrapper in ("state_dict", "model"):
        if isinstance(content, Mapping) and isinstance(content.get(wrapper), Mapping):
            content = content[wrapper]
    if not isinstance(content, Mapping) or not all(
        isinstance(name, str) and isinstance(value, Tensor) for name, value in content.items()
    ):
        raise WeightsError(f"{path} is not a state dict: it must map names to tensors.")
    return {name.removeprefix("module."): value for name, value in content.items()}


def load_weights(
    model: nn.Module, state: Mapping[str, Tensor], backbone: Backbone, source: str
) -> None:
    """Put weights into a network made without classifier, all of them or none.

    Args:
        state: In timm's naming, or in torchvision's where the two differ (VGG).
        source: Where they come from, for the message.

    Raises:
        WeightsError: If a weight is missing, left over, or of another shape.
    """
    wanted = model.state_dict()
    given = _to_timm_names(state, wanted)
    missing = [
        name
        for name in wanted
        # Files older than torch 0.4.1 lack this counter, which only training reads.
        if name not in given and not name.endswith("num_batches_tracked")
    ]
    left_over = [
        name for name in given if name not in wanted and not name.startswith(backbone.ignored)
    ]
    misfits = [
        f"{name} {tuple(given[name].shape)} instead of {tuple(wanted[name].shape)}"
        for name in wanted
        if name in given and given[name].shape != wanted[name].shape
    ]
    for problem, names in (
        ("lacks", missing),
        ("has unknown weights", left_over),
        ("has weights of another shape:", misfits),
    ):
        if names:
            raise WeightsError(
                f"{source} does not fit {backbone.timm_name}: it {problem} {_some(names)}. "
                "Use the file published for this very network."
            )
    model.load_state_dict({n: t for n, t in given.items() if n in wanted}, strict=False)


def cached_weights(backbone: Backbone) -> Path | None:
    """The file an earlier download left in the hub's cache, looked up without a network."""
    if not backbone.on_hub:
        return None
    repository = f"timm/{backbone.timm_name}"
    found = huggingface_hub.try_to_load_from_cache(repository, "model.safetensors")
    return Path(found) if isinstance(found, str) else None


def hub_answers(timeout: float = _HUB_TIMEOUT) -> bool:
    """Whether the model hub can be reached, answered within `timeout` seconds.

    The question is asked from a thread of its own, because looking up a host name cannot be
    given a time limit.
    """
    if hub_constants.HF_HUB_OFFLINE:
        return False
    answers: list[bool] = []

    def ask() -> None:
        request = urllib.request.Request(hub_constants.ENDPOINT, method="HEAD")  # noqa: S310 hub
        try:
            with urllib.request.urlopen(request, timeout=timeout):  # noqa: S310 the hub
                answers.append(True)
        except urllib.error.HTTPError as error:
            answers.append(error.code < 500)
        except (OSError, ValueError):
            answers.append(False)

    thread = threading.Thread(target=ask, name="hub-probe", daemon=True)
    thread.start()
    thread.join(timeout)
    return bool(answers and answers[0])


def download_weights(backbone: Backbone) -> dict[str, Tensor]:
    """Fetch the published weights from the hub through timm, into the hub's cache.

    Raises:
        WeightsError: If timm has no such weights, or the download fails.
    """
    import timm.models  # seconds to load, as in `deep`

    try:
        return dict(
            timm.models.load_state_dict_from_hf(f"timm/{backbone.timm_name}", weights_only=True)
        )
    # The hub's client raises types of its own, of httpx, of safetensors and of the OS.
    except Exception as error:
        raise WeightsError(
            f"The weights {backbone.timm_name} could not be downloaded: {_first_line(error)} "
            "Put the file into a folder and name that folder as the weights folder."
        ) from error


def _to_timm_names(state: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rename torchvision's VGG layers; its ResNets and Inception are named like timm's."""
    renames = {"classifier.0.": "pre_logits.fc1.", "classifier.3.": "pre_logits.fc2."}
    if "pre_logits.fc1.weight" not in wanted or "classifier.0.weight" not in state:
        return dict(state)
    named = {name: t for name, t in state.items() if not name.startswith("classifier.")}
    for old, new in renames.items():
        for kind in ("weight", "bias"):
            tensor, target = state.get(old + kind), wanted[new + kind]
            if tensor is not None:
                # timm applies these layers as convolutions: same numbers, four axes.
                fits = tensor.numel() == target.numel()
                named[new + kind] = tensor.reshape(target.shape) if fits else tensor
    return named


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__
