"""All checks of the gallery, in an order in which the later ones see what the former mended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from webapp.operations.checks import indexes, pictures, tiles, trained, vectors, work
from webapp.operations.checks.findings import Finding

CHECKS: Final[dict[str, tuple[Callable[..., Iterable[Finding]], ...]]] = {
    "pictures": (
        pictures.check_rows,
        pictures.check_originals,
        pictures.check_variants,
        pictures.check_folders,
        pictures.check_completeness,
        tiles.check_tiles,
        tiles.check_folders,
    ),
    "vectors": (vectors.check_leftovers, vectors.check_features, vectors.check_vectors),
    "models": (trained.check_heads, trained.check_files),
    "indexes": (indexes.check_indexes,),
    "work": (work.check_claims, work.check_run_folders),
}


def check(areas: Iterable[str], *, mend: bool) -> Iterator[tuple[str, list[Finding]]]:
    """Yield each area with what was found in it, as it is done. Without `mend` nothing is
    written."""
    for area in areas:
        found = [finding for look in CHECKS[area] for finding in look(mend=mend)]
        yield area, [finding for finding in found if finding.count]
