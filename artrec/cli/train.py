"""`python -m artrec train MODEL`: fit one model and keep it in a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from artrec.cli import dataset, fitting, model_files, protocols, settings
from artrec.cli.dataset import Prepared
from artrec.cli.fitting import Fitted
from artrec.cli.protocols import Protocol
from artrec.data import Interactions
from artrec.errors import ArtrecError
from artrec.models.contract import TrainingData
from artrec.models.registry import MODELS

HELP: Final = "fit one model and keep it in a file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to a parser."""
    parser.add_argument("model", metavar="MODEL", help=", ".join(MODELS))
    parser.add_argument("--out", type=Path, required=True, metavar="NPZ", help="file to write")
    dataset.add_data_arguments(parser)
    protocols.add_protocol_arguments(parser, default=None)
    parser.add_argument(
        "--preset", metavar="NAME", help="settings of a source, such as paper or tutorial"
    )
    settings.add_settings_arguments(parser)
    fitting.add_runtime_arguments(parser)
    parser.add_argument(
        "--checkpoints", type=Path, metavar="DIR", help="checkpoints and TensorBoard scalars"
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on from the checkpoint in --checkpoints"
    )


def run(options: argparse.Namespace) -> None:
    """Fit and save; one paragraph on what came out.

    Raises:
        ArtrecError: If the data, the settings or the model refuse.
    """
    if options.resume and options.checkpoints is None:
        raise ArtrecError("--resume needs --checkpoints, the folder to go on from.")
    if options.out.suffix != ".npz":
        raise ArtrecError(f"--out must end in .npz; it is {options.out}.")
    config = settings.from_options(fitting.default_config(options.model, options.preset), options)
    prepared = dataset.load(options)
    protocol = protocols.chosen(options)
    events = prepared.dataset.interactions
    if protocol is not None:
        events = protocols.make(protocol, prepared.dataset)[0].train
    fitted = fitting.fit(
        options.model,
        TrainingData(events, prepared.content),
        config,
        device=options.device,
        folder=options.checkpoints,
        resume=options.resume,
    )
    if not fitted.first:
        return
    if fitted.interrupted:
        dataset.say("Stopped by Ctrl-C; the best so far is kept.")
    model_files.save(options.out, fitted.model, prepared, protocol)
    sys.stdout.write(_summary(options, events, prepared, protocol, fitted))


def _summary(
    options: argparse.Namespace,
    events: Interactions,
    prepared: Prepared,
    protocol: Protocol | None,
    fitted: Fitted,
) -> str:
    content = prepared.content
    looks = [f"{name} ({rows.shape[-1]} dimensions)" for name, rows in content.features.items()]
    if content.pixels is not None:
        looks.append(f"pictures of {content.pixels.shape[1]} pixels")
    users = int((events.user_counts > 0).sum())
    held_out = f", leaving out what {protocol} hides" if protocol else ""
    return (
        f"{options.model} was fitted on {events.n_events} choices by {users} users among "
        f"{events.n_items} items{held_out}, with {', '.join(looks) or 'no features'}, in "
        f"{fitted.seconds:.1f} s ({fitted.cpu_seconds:.1f} CPU-seconds). It is in {options.out}; "
        f"what items its rows stand for is in {model_files.items_path(options.out).name} beside "
        f"it.\n"
    )
