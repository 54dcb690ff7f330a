"""Draw a map: lay the works out, find their neighbourhoods, name them, and keep it all at once.

Nothing is written before the end, so a drawing that was interrupted is begun anew.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from numpy.typing import NDArray

from artrec.atlas.alignment import align
from artrec.atlas.layers import layers
from artrec.atlas.naming import Name, propose
from artrec.atlas.projection import Projection, project
from artrec.errors import DataError
from webapp.catalog.models import Artwork
from webapp.studio import queries
from webapp.studio.actions import FILES, LONGEST
from webapp.studio.models import Map, Neighbourhood
from webapp.vectors import queries as vectors
from webapp.vectors.models import Space
from workers import curve
from workers.atlas_facts import facts_of
from workers.atlas_names import carry_names
from workers.leases import Lease, LostError

log = logging.getLogger(__name__)

FEWEST: Final = 10
"""Works that make a map."""
TYPICAL: Final = 24
OUTLIERS: Final = 12
NEAREST: Final = 6

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


def draw(found: Map, lease: Lease) -> None:
    """Draw a claimed map to its end.

    Raises:
        ArtrecError: If there is nothing to draw.
        LostError, CancelledError, StoppedError: If it shall not go on.
    """
    space = found.space
    if space is None:
        raise DataError("Its space was deleted meanwhile. Draw a map of another one.")
    former = queries.live_map(found.purpose) or queries.live_map()
    with _step(lease, "reading the vectors", 0.0) as step:
        ids, rows = unit_vectors(space, visible_works())
        step["note"] = f"{len(ids)} works"
    if len(ids) < FEWEST:
        raise DataError(
            f"{space} holds {len(ids)} visible works; a map needs {FEWEST}. Bring more works in, "
            f"then draw it again."
        )
    with _step(lease, "laying the works out", 0.05):
        start = _standing(former, ids)
        projection = project(rows, start=start, on_progress=_teller(lease, 0.05, 0.8))
    with _step(lease, "laying it over the map before", 0.8):
        projection, drift = _laid_over(projection, start)
    with _step(lease, "finding neighbourhoods", 0.8):
        # What another purpose saw together says nothing of what this one does.
        same = former if former and former.purpose == found.purpose else None
        labels = layers(rows, projection.points, former=_dwelling(same, ids))
    with _step(lease, "naming them", 0.9):
        names = propose(labels, facts_of(ids))
    _keep(found, lease, Drawn(ids, rows, projection, labels, names, drift), former)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A map that is not kept yet, of N works."""

    ids: Ints
    rows: Floats
    """(N, D) their vectors."""
    projection: Projection
    labels: list[Ints]
    """By layer, the neighbourhood of each work."""
    names: list[list[Name]]
    drift: Floats | None
    """(N,) how far each work moved; NaN for one that was not there."""


def _keep(found: Map, lease: Lease, drawn: Drawn, former: Map | None) -> None:
    """Write all of a map, and with it that it is ready."""
    lease.check()
    lease.write(phase="keeping it", progress=0.95)
    content = ContentFile(drawn.projection.to_bytes())
    file = storages[FILES].save(f"map-{found.pk}.npz", content)
    try:
        with transaction.atomic():
            if not lease.ours().select_for_update(of=("self",)).exists():
                raise LostError
            nodes = _neighbourhoods(found, drawn)
            leaves = [nodes[-1][label].pk for label in drawn.labels[-1]]
            store_places(found, drawn.ids, drawn.projection.points, leaves, drift=drawn.drift)
            lease.write(
                state=Map.State.READY,
                cancel_requested=False,  # it came too late
                phase="",
                progress=1.0,
                finished=timezone.now(),
                claimed_until=None,
                attempts=0,
                count=len(drawn.ids),
                file=file,
                former=former,
                drift=None if drawn.drift is None else float(np.nanmedian(drawn.drift)),
                changes=carry_names(found, former),
                revision=F("revision") + 1,
                sheets_due=True,
            )
    except BaseException:
        storages[FILES].delete(file)
        raise


def visible_works() -> list[int]:
    """Return the ids of the works that belong on a map."""
    shown = Artwork.objects.filter(state=Artwork.State.VISIBLE, image__isnull=False)
    return list(shown.values_list("pk", flat=True))


def unit_vectors(space: Space, wanted: Sequence[int]) -> tuple[Ints, Floats]:
    """Return those of the works `wanted` that are in a space, ascending, and their vectors
    (N, scored), each of length one.

    Item vectors of models are compared by their direction here: how popular a work is says nothing
    of where it belongs.
    """
    ids, rows = vectors.vectors_of(space, wanted)
    rows = rows[:, : space.scored]
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return ids, rows / np.maximum(lengths, 1e-12)


def _standing(former: Map | None, ids: Ints) -> Floats | None:
    """(N, 2) where works stand on the former map; NaN where they do not."""
    if former is None:
        return None
    places = queries.places(former)
    start = np.full((len(ids), 2), np.nan, np.float32)
    rows, here = _rows_of(places.ids, ids)
    start[rows[here]] = np.stack([places.x, places.y], axis=1)[here]
    return start if here.sum() >= FEWEST else None


def _dwelling(former: Map | None, ids: Ints) -> list[Ints] | None:
    """By layer of the former map, the id of the neighbourhood (N,) in which a work dwelt; -1 for
    one that was not there."""
    if former is None:
        return None
    places, tree = queries.places(former), queries.tree(former)
    rows, here = _rows_of(places.ids, ids)
    dwelt = []
    for layer in range(len(tree.layers)):
        within = {leaf.pk: [*tree.ancestors(leaf), leaf][layer].pk for leaf in tree.layers[-1]}
        label = np.full(len(ids), -1, np.int64)
        label[rows[here]] = [within[leaf] for leaf in places.leaf[here].tolist()]
        dwelt.append(label)
    return dwelt or None


def _rows_of(some: Ints, ids: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """Rows of `some` works in the ascending `ids`, and which of them are there."""
    rows = np.searchsorted(ids, some)
    here = (rows < len(ids)) & (ids[np.minimum(rows, len(ids) - 1)] == some)
    return rows, here


def _laid_over(projection: Projection, start: Floats | None) -> tuple[Projection, Floats | None]:
    """The projection turned, mirrored and scaled to lie on the former map, and each work's drift,
    (N,), NaN for a work that was not there."""
    if start is None:
        return projection, None
    shared = np.flatnonzero(np.isfinite(start).all(axis=1))
    points, _ = align(projection.points, start, np.stack([shared, shared], axis=1))
    points /= max(1.0, float(np.abs(points).max()))  # a map does not outgrow its square
    drift = np.linalg.norm(points - start, axis=1).astype(np.float32)
    return replace(projection, points=points), drift


def _neighbourhoods(found: Map, drawn: Drawn) -> list[list[Neighbourhood]]:
    """Store the neighbourhoods, layer by layer; return them by layer and label."""
    made: list[list[Neighbourhood]] = []
    for layer in range(len(drawn.labels)):
        nodes = _of_layer(found, drawn, layer)
        if layer:
            for node in nodes:
                within = drawn.labels[layer - 1][drawn.labels[layer] == node.number][0]
                node.parent = made[-1][within]
        made.append(Neighbourhood.objects.bulk_create(nodes))
    return made


def _of_layer(found: Map, drawn: Drawn, layer: int) -> list[Neighbourhood]:
    label, names, points = drawn.labels[layer], drawn.names[layer], drawn.projection.points
    sums = np.zeros((len(names), drawn.rows.shape[1]), np.float32)
    np.add.at(sums, label, drawn.rows)
    means = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
    likeness = np.einsum("nd,nd->n", drawn.rows, means[label])
    alike = means @ means.T
    np.fill_diagonal(alike, -np.inf)
    nodes = []
    for number, name in enumerate(names):
        members = np.flatnonzero(label == number)
        # Of unit vectors, the one most like the mean is the medoid by cosine.
        by_likeness = drawn.ids[members[np.argsort(-likeness[members], kind="stable")]]
        apart = np.linalg.norm(points[members] - points[members].mean(axis=0), axis=1)
        heart = points[members[np.argmin(apart)]]
        nearest = np.argsort(-alike[number], kind="stable")[: min(NEAREST, len(names) - 1)]
        nodes.append(
            Neighbourhood(
                map=found,
                layer=layer,
                number=number,
                name=name.text[:LONGEST],
                proposed=name.text[:LONGEST],
                words=[
                    [word.facet, word.value, round(word.inside, 3), round(word.outside, 3)]
                    for word in name.words
                ],
                size=len(members),
                x=float(heart[0]),
                y=float(heart[1]),
                typical=by_likeness[:TYPICAL].tolist(),
                outliers=by_likeness[::-1][: min(OUTLIERS, len(members) // 3)].tolist(),
                nearest=nearest.tolist(),
            )
        )
    return nodes


_STORE: Final = """
WITH there AS (
    SELECT id FROM catalog_artwork WHERE id = ANY(%s::bigint[]) ORDER BY id FOR KEY SHARE
)
INSERT INTO studio_place (map_id, artwork_id, number, x, y, cluster_id, drift)
SELECT %s, p.artwork_id, p.number, p.x, p.y, p.cluster_id, p.drift
FROM unnest(%s::bigint[], %s::int[], %s::float8[], %s::float8[], %s::bigint[], %s::float8[])
    AS p (artwork_id, number, x, y, cluster_id, drift)
JOIN there ON there.id = p.artwork_id
ON CONFLICT DO NOTHING
"""
# Works that were deleted meanwhile are left out; nobody deletes the others before the commit.


def store_places(
    found: Map,
    ids: Ints,
    points: Floats,
    leaves: Sequence[int],
    *,
    first: int = 0,
    drift: Floats | None = None,
) -> None:
    """Store where works stand, in the order of the curve, with numbers from `first` on."""
    order = curve.along(points)
    apart = np.full(len(ids), np.nan) if drift is None else drift
    with connection.cursor() as cursor:
        cursor.execute(
            _STORE,
            [
                ids.tolist(),
                found.pk,
                ids[order].tolist(),
                list(range(first, first + len(ids))),
                points[order, 0].astype(float).tolist(),
                points[order, 1].astype(float).tolist(),
                [leaves[row] for row in order],
                [None if np.isnan(each) else float(each) for each in apart[order]],
            ],
        )


def _teller(lease: Lease, low: float, high: float) -> Callable[[float], None]:
    """What is told the share of a step that is done: it writes the whole's, once a second, and ends
    the step where it shall not go on."""
    last = time.monotonic()

    def tell(share: float) -> None:
        nonlocal last
        lease.check()
        if time.monotonic() - last >= 1:
            last = time.monotonic()
            lease.write(progress=low + (high - low) * share)

    return tell


@contextmanager
def _step(lease: Lease, phase: str, share: float) -> Iterator[dict[str, Any]]:
    """Do one step of the drawing; how long it took is written when it ends."""
    lease.check()
    lease.write(phase=phase, progress=share)
    started = time.perf_counter()
    step: dict[str, Any] = {"name": phase, "note": ""}
    yield step
    lease.check()
    step["seconds"] = round(time.perf_counter() - started, 2)
    steps = lease.ours().values_list("steps", flat=True).first() or []
    lease.write(steps=[*steps, step])
    log.info("%s: %s in %.1f s", lease.row, phase, step["seconds"])
