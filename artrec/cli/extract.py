"""`python -m artrec extract`: a folder of pictures to a feature store."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, get_args

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from artrec.cli.options import PICTURE_SUFFIXES, add_feature_options, positive
from artrec.data.pixels import Fit, write_pixels
from artrec.errors import DataError, ImageError
from artrec.features import Crop, extract_files, load_extractor, write_store

HELP: Final = "features of a folder of pictures"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to a parser."""
    parser.add_argument("folder", type=Path, help="pictures, also in its subfolders")
    parser.add_argument("--out", type=Path, required=True, metavar="STORE", help="folder to write")
    parser.add_argument(
        "--features",
        default="auto",
        metavar="NAME",
        help="auto (default), a backbone, lbp, attractiveness, colour or handmade; "
        "resnet50/pad/map7 for maps (ACF); pixels for the pictures themselves (DVBPR)",
    )
    parser.add_argument("--crop", choices=get_args(Crop), default="pad")
    parser.add_argument("--dtype", choices=("float32", "float16"), default="float32")
    parser.add_argument(
        "--size", type=positive, default=224, metavar="S", help="side of pixels (default 224)"
    )
    parser.add_argument(
        "--fit", choices=get_args(Fit), default="pad", help="how pixels are made square"
    )
    parser.add_argument(
        "--no-download", action="store_true", help="never ask the model hub for weights"
    )
    add_feature_options(parser)


def run(options: argparse.Namespace) -> None:
    """Extract every picture of the folder; name the ones that were refused.

    Raises:
        DataError: If the folder is missing or not one of its pictures could be used.
        FeatureError: If the features cannot be had.
    """
    paths = find_pictures(options.folder)[: options.limit]
    if options.features == "pixels":
        _write_pixels(paths, options)
        return
    extractor = load_extractor(
        options.features,
        weights=options.weights,
        allow_download=not options.no_download,
        device=options.device,
        crop=options.crop,
    )

    def rows() -> Iterator[tuple[str, NDArray[Any]]]:
        usable = 0
        outcomes = extract_files(paths, extractor, batch=options.batch, threads=options.threads)
        for position, outcome in tqdm(outcomes, total=len(paths), unit="picture", disable=None):
            key = paths[position].relative_to(options.folder).as_posix()
            if isinstance(outcome, ImageError):
                sys.stderr.write(f"{key}: {outcome}\n")
            else:
                usable += 1
                yield key, np.asarray(outcome)
        # Raised in here, before an older store would be replaced by an empty one.
        if not usable:
            raise DataError(f"None of the {len(paths)} pictures in {options.folder} can be used.")

    written = write_store(
        options.out,
        rows(),
        capacity=len(paths),
        extractor=extractor.name,
        families=extractor.families,
        dtype=options.dtype,
    )
    sys.stdout.write(
        f"{written} of {len(paths)} pictures as {extractor.name}, "
        f"{extractor.dim} dimensions, in {options.out}\n"
    )


def _write_pixels(paths: list[Path], options: argparse.Namespace) -> None:
    pictures = [(path.relative_to(options.folder).as_posix(), path) for path in paths]
    written = write_pixels(
        options.out, pictures, size=options.size, fit=options.fit, threads=options.threads
    )
    for key, reason in written.refused.items():
        sys.stderr.write(f"{key}: {reason}\n")
    sys.stdout.write(
        f"{written.rows} of {len(paths)} pictures, {options.size} x {options.size} pixels, "
        f"in {options.out}\n"
    )


def find_pictures(folder: Path) -> list[Path]:
    """Files with a picture's suffix in a folder and below, in a fixed order.

    Raises:
        DataError: If the folder is missing or holds none.
    """
    if not folder.is_dir():
        raise DataError(f"There is no folder {folder}. Check the path.")
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURE_SUFFIXES)
    if not paths:
        known = ", ".join(sorted(PICTURE_SUFFIXES))
        raise DataError(f"The folder {folder} holds no pictures ({known}).")
    return paths
