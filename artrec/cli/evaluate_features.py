"""`python -m artrec evaluate-features`: precision of same-label neighbours per feature set."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, get_args

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from artrec.cli.labels import read_labels
from artrec.cli.options import add_feature_options, positive
from artrec.errors import DataError, ImageError
from artrec.evaluation.intervals import bootstrap
from artrec.features import Crop, Extractor, available_backbones, extract_files, load_extractor
from artrec.features.agreement import chance_precision, precision_per_query
from artrec.features.handmade import HANDMADE_NAMES
from artrec.features.registry import DEFAULT_BACKBONE
from artrec.serving.transform import fit_transform_for

HELP: Final = "how far features agree with labels"

Features = NDArray[np.float32]

# Large enough that no dimension is dropped: the z-scored column shows standardising alone.
_KEEP_ALL: Final = 1_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to a parser."""
    parser.add_argument("folder", type=Path, help="pictures")
    parser.add_argument(
        "--metadata", type=Path, required=True, metavar="CSV", help="with a column named file"
    )
    parser.add_argument("--label", required=True, metavar="COLUMN", help="column to agree with")
    parser.add_argument("--k", type=positive, default=10, help="neighbours looked at (default 10)")
    parser.add_argument(
        "--features",
        nargs="+",
        metavar="NAME",
        help='only these, e.g. "colour" "resnet50/pad" (default: all that can be had)',
    )
    add_feature_options(parser)


def run(options: argparse.Namespace) -> None:
    """Measure every feature set that can be had without a download and print Markdown.

    Raises:
        DataError: If the labels or pictures cannot be used.
        FeatureError: If the features cannot be had.
    """
    metadata = options.metadata if options.metadata.exists() else options.folder / options.metadata
    data = read_labels(options.folder, metadata, options.label, options.limit)
    if len(data.paths) <= options.k:
        raise DataError(
            f"{metadata} labels {len(data.paths)} different pictures; "
            f"precision at {options.k} needs at least {options.k + 1}."
        )
    labels = np.array(data.labels)
    _say(
        f"{len(labels)} pictures with {len(set(data.labels))} values of {options.label} "
        f"({data.repeats} repeated files left out). Precision@{options.k} of the same "
        f"{options.label}, mean over pictures, with a 95 % bootstrap interval.\n"
    )
    _say("| features | dimensions | raw cosine | z-scored | z-scored, PCA 256 |")
    _say("|---|---|---|---|---|")
    _say(f"| chance | – | {chance_precision(labels):.3f} | | |")
    for extractor in _feature_sets(options):
        matrix, kept = _extract(data.paths, extractor, options)
        cells = [_cell(vectors, labels[kept], options.k) for vectors in _spaces(matrix, extractor)]
        _say(f"| {extractor.name} | {extractor.dim} | {' | '.join(cells)} |")


def _feature_sets(options: argparse.Namespace) -> Iterator[Extractor]:
    """Weight-free families, local backbones in every crop, and an untrained control."""
    names = options.features
    if names is None:
        local = available_backbones(options.weights) if options.weights else []
        crops = get_args(Crop)
        control = f"{local[0] if local else DEFAULT_BACKBONE}/pad/random"
        names = [*HANDMADE_NAMES, *(f"{name}/{crop}" for name in local for crop in crops), control]
    for name in names:
        yield load_extractor(
            name, weights=options.weights, allow_download=False, device=options.device
        )


def _extract(
    paths: Sequence[Path], extractor: Extractor, options: argparse.Namespace
) -> tuple[Features, NDArray[np.int64]]:
    """Rows and the positions they belong to; refused pictures are named and left out."""
    rows: list[Features] = []
    kept: list[int] = []
    outcomes = extract_files(paths, extractor, batch=options.batch, threads=options.threads)
    for position, outcome in tqdm(
        outcomes, total=len(paths), desc=extractor.name, unit="picture", disable=None
    ):
        if isinstance(outcome, ImageError):
            sys.stderr.write(f"{paths[position]}: {outcome}\n")
        else:
            rows.append(outcome)
            kept.append(position)
    if len(rows) <= options.k:
        raise DataError(f"Only {len(rows)} pictures could be used, too few for --k {options.k}.")
    return np.stack(rows), np.array(kept)


def _spaces(matrix: Features, extractor: Extractor) -> Iterator[Features]:
    """Raw, standardised, and as served: each with rows of length 1."""
    yield matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)
    for max_dim in (_KEEP_ALL, 256):
        yield fit_transform_for(matrix, extractor.families, max_dim=max_dim).apply(matrix)


def _cell(vectors: Features, labels: NDArray[np.str_], k: int) -> str:
    interval = bootstrap(precision_per_query(vectors, labels, k))
    return f"{interval.mean:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
