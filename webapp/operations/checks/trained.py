"""Trained models: the heads that serve, and the files they were made of; and files of maps, which
lie beside these."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

from django.core.files.storage import Storage, storages

from artrec.errors import BundleError
from artrec.serving.bundle import Bundle
from artrec.serving.transform import Transform
from webapp.lab.models import Version
from webapp.operations.checks.findings import Finding, discard, is_old, walk
from webapp.operations.checks.vectors import KEPT, rebuild
from webapp.studio.models import Map
from webapp.vectors.actions import LOOK
from webapp.vectors.models import Space

MODELS: Final = "models"
_BLOCK: Final = 1 << 20


def check_heads(*, mend: bool) -> Iterator[Finding]:
    """Read what every space is asked with, one at a time."""
    damaged = Finding(
        "trained spaces whose head cannot be used",
        "VisRank stands in for them. A worker takes the head from the model's file again.",
    )
    for space in Space.objects.filter(state__in=KEPT).exclude(purpose=LOOK).iterator(1):
        if problem := _head_problem(space):
            damaged.add(f"{space}: {problem}", mended=mend and rebuild(space))
    yield damaged
    looks = Finding(
        "look spaces that no new work can come into",
        "Restore the row from a backup; or drop the features, and a new space is fitted.",
    )
    for space in Space.objects.filter(state=Space.State.LIVE, purpose=LOOK):
        try:
            Transform.from_bytes(bytes(space.transform))
        except BundleError as error:
            looks.add(f"{space}: {error}")
    yield looks


def check_files(*, mend: bool) -> Iterator[Finding]:
    """Compare the private storage of models with the versions."""
    storage = storages[MODELS]
    found = set(walk(storage))
    lost = Finding(
        "versions whose model file is missing or another",
        "What serves goes on. Restore the file from a backup, or train again.",
    )
    known = set(Map.objects.exclude(file="").values_list("file", flat=True))
    kept = Version.objects.exclude(file="").select_related("run").defer("report", "samples")
    for version in kept.iterator():
        names = files_of(version)
        known.update(names)
        try:
            if digest(storage, names) != version.sha256:
                lost.add(f"{version}: {version.file} has another content")
        except OSError:
            lost.add(f"{version}: {version.file} cannot be read")
    yield lost
    orphans = Finding(
        "model files without a version or a map", "They are deleted once they are an hour old."
    )
    for name in sorted(found - known):
        if is_old(storage, name) and not Version.objects.filter(file=name).exists():
            orphans.add(name, mended=mend and discard(storage, name))
    yield orphans


def files_of(version: Version) -> tuple[str, str]:
    """Return the files of a version, as `workers.model_files` names them."""
    return version.file, f"{version.file.removesuffix('.npz')}.works.npz"


def digest(storage: Storage, names: tuple[str, ...]) -> str:
    """Return the SHA-256 of files one after the other, without holding them in memory."""
    found = hashlib.sha256()
    for name in names:
        with storage.open(name) as file:
            while block := file.read(_BLOCK):
                found.update(block)
    return found.hexdigest()


def _head_problem(space: Space) -> str:
    try:
        bundle = Bundle.from_bytes(bytes(space.head or b""))
    except BundleError as error:
        return str(error)
    if (bundle.dim, bundle.scored) != (space.dim, space.scored):
        return f"it is for {bundle.dim} columns, the space has {space.dim}."
    return ""
