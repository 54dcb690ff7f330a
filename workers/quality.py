"""The figures of a space: whether neighbours belong together, and where they do not."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from artrec.atlas import quality
from artrec.atlas.measures import purity
from artrec.atlas.quality import Floats, Ints, Nearest
from artrec.errors import DataError
from artrec.evaluation.intervals import bootstrap
from webapp.catalog.models import Artwork
from webapp.quality.models import Report
from webapp.studio import queries as studio
from webapp.vectors import queries
from webapp.vectors.models import Space, Vector
from workers import answering
from workers.measuring import Telling

FEWEST: Final = 32
"""Works without which the figures would say nothing."""
KS: Final = (1, 5, 10, 20)
K: Final = 10
"""Neighbours of the galleries, of hubness and of what is said by style."""
ALL_ASKED: Final = 20_000
"""Up to so many works all are asked about; of more, `ASKED` drawn by lot, and hubs are looked for
among so many drawn by lot."""
ASKED: Final = 5_000
SHOWN: Final = 8
"""Galleries, worst cases, hubs and twins that are kept as pictures."""
STYLES: Final = 12
FEW_OF_STYLE: Final = 5
TWIN: Final = 0.95
PAIRS: Final = 50_000
BINS: Final = 40
RESAMPLES: Final = 1000
DEALS: Final = 5
"""Times that works are dealt out by lot, to see how pure neighbourhoods are then."""
_AT_ONCE: Final = 5_000
_DIGITS: Final = 4


@dataclass(frozen=True, eq=False)
class Works:
    """The works of a space, row by row."""

    ids: Ints
    vectors: Floats
    """(N, D) of length 1."""
    styles: Ints
    artists: Ints
    style_names: tuple[str, ...]


def measure(row: Report, tell: Telling) -> dict[str, Any]:
    """Measure the space of a report.

    Returns:
        What to write into the report.

    Raises:
        DataError: If it holds too few works.
        CancelledError, LostError, StoppedError: If it shall end.
    """
    started = time.perf_counter()

    def going(share: Callable[[float], None]) -> Callable[[float], None]:
        def told(done: float) -> None:
            share(done)
            answering.answer_waiting()  # a visitor who waits comes first

        return told

    tell(0.02, "reading the vectors")
    works = read(row.space)
    count, rng = len(works.ids), np.random.default_rng(0)
    asked = _drawn(rng, count, ASKED)
    tell(0.1, f"comparing {len(asked):,} works with {count:,}")
    found = quality.nearest(
        works.vectors, KS[-1], rows=asked, on_progress=going(tell.part(0.1, 0.6))
    )
    tell(0.6, "looking for hubs")
    among = _drawn(rng, count, ALL_ASKED)
    if len(among) < count:
        mutual = quality.nearest(works.vectors[among], K, on_progress=going(tell.part(0.6, 0.9)))
    else:
        mutual = Nearest(found.rows, found.others[:, :K], found.cosines[:, :K])
    tell(0.9, "counting")
    figures = {
        "asked": len(asked),
        "style": _labelled(found, works.styles),
        "artist": _labelled(found, works.artists),
        "styles": _by_style(found, works),
        "hubs": _hubs(mutual, works.ids[among], rng),
        "dimension": _dimension(works.vectors, found),
        "similarity": _similarity(works.vectors, found),
        "twins": _twins(found, works.ids),
        "gallery": _lists(found, works.ids, rng.permutation(len(asked))[:SHOWN]),
        "worst": _worst(found, works),
        "layers": _layers(row.space, works),
    }
    figures["seconds"] = round(time.perf_counter() - started, 1)
    return {"figures": figures, "works": count}


def read(space: Space) -> Works:
    """Read the visible works of a space. Raises DataError if there are fewer than `FEWEST`."""
    held = Vector.objects.filter(space=space).values("artwork_id")
    shown = Artwork.objects.filter(state=Artwork.State.VISIBLE, pk__in=held).order_by("pk")
    facts = list(shown.values_list("pk", "style", "artist_id"))
    if len(facts) < FEWEST:
        raise DataError(
            f"The space holds {len(facts)} visible works; measuring it needs at least {FEWEST}. "
            f"Bring more works in first."
        )
    ids = [pk for pk, _, _ in facts]
    kept, vectors = _vectors(space, ids)
    known = {pk: (style, artist) for pk, style, artist in facts}
    names = tuple(sorted({style for _, style, _ in facts if style}))
    numbers = {name: number for number, name in enumerate(names)}
    artists = np.array([known[pk][1] for pk in kept.tolist()], dtype=np.int64)
    return Works(
        ids=kept,
        vectors=vectors,
        styles=np.array(
            [numbers.get(known[pk][0], quality.UNKNOWN) for pk in kept.tolist()], dtype=np.int64
        ),
        artists=np.unique(artists, return_inverse=True)[1].astype(np.int64),
        style_names=names,
    )


def _vectors(space: Space, ids: Sequence[int]) -> tuple[Ints, Floats]:
    """The works that still have a vector, and these, of length 1: in memory once, however many."""
    vectors = np.empty((len(ids), space.scored), dtype=np.float32)
    kept = np.empty(len(ids), dtype=np.int64)
    filled = 0
    for start in range(0, len(ids), _AT_ONCE):
        part, rows = queries.vectors_of(space, ids[start : start + _AT_ONCE])
        vectors[filled : filled + len(part)] = quality.unit(rows[:, : space.scored])
        kept[filled : filled + len(part)] = part
        filled += len(part)
    return kept[:filled], vectors[:filled]


def interval(values: NDArray[np.float64]) -> dict[str, float] | None:
    """Mean with its 95 % bootstrap interval, as JSON; None where nothing is defined."""
    if np.isnan(values).all():
        return None
    each = bootstrap(values, n_resamples=RESAMPLES)
    return {name: round(getattr(each, name), _DIGITS) for name in ("mean", "low", "high")}


def labelled(found: Nearest, labels: Ints, ks: Sequence[int]) -> list[Mapping[str, Any]]:
    """Precision of the labels at each k, with intervals; empty where no work has a label."""
    rows = [(k, interval(quality.precision(found, labels, k))) for k in ks]
    return [{"k": k, **each} for k, each in rows if each]


def _drawn(rng: np.random.Generator, count: int, most: int) -> Ints:
    if count <= ALL_ASKED:
        return np.arange(count)
    return np.sort(rng.choice(count, most, replace=False))


def _labelled(found: Nearest, every: Ints) -> dict[str, Any]:
    labels = quality.shared(every)
    expected = quality.chance(labels, found.rows)
    return {
        "labelled": int(np.count_nonzero(labels[found.rows] != quality.UNKNOWN)),
        "values": len(np.unique(labels[labels != quality.UNKNOWN])),
        "chance": None if expected is None else round(expected, _DIGITS),
        "at": labelled(found, labels, KS),
    }


def _by_style(found: Nearest, works: Works) -> list[dict[str, Any]]:
    """The styles with most works: how many of ten neighbours share each."""
    values = quality.precision(found, works.styles, K)
    own = works.styles[found.rows]
    common = np.bincount(own[own != quality.UNKNOWN], minlength=len(works.style_names))
    rows = []
    for style in np.argsort(-common, kind="stable")[:STYLES]:
        mean = interval(values[own == style]) if common[style] >= FEW_OF_STYLE else None
        if mean:
            rows.append({"name": works.style_names[style], "works": int(common[style]), **mean})
    return sorted(rows, key=lambda row: -row["mean"])


def _hubs(mutual: Nearest, ids: Ints, rng: np.random.Generator) -> dict[str, Any]:
    times = quality.occurrences(mutual, len(ids))
    alone = np.flatnonzero(times == 0)
    first = np.argsort(-times, kind="stable")[:SHOWN]
    return {
        "k": K,
        "among": len(ids),
        "skewness": round(quality.hubness(times), 2),
        "works": [{"id": int(ids[at]), "times": int(times[at])} for at in first],
        "orphans": len(alone),
        "alone": [int(ids[at]) for at in rng.permutation(alone)[: 2 * SHOWN]],
    }


def _dimension(vectors: Floats, found: Nearest) -> dict[str, Any]:
    each = quality.dimension(vectors, found)
    shown = np.unique(np.geomspace(1, len(each.shares), 48).astype(int))
    return {
        "columns": vectors.shape[1],
        "two_nn": None if each.two_nn is None else round(each.two_nn, 1),
        "participation": round(each.participation, 1),
        "half": int(np.searchsorted(each.shares, 0.5)) + 1,
        "most": int(np.searchsorted(each.shares, 0.9)) + 1,
        "spectrum": [[int(n), round(float(each.shares[n - 1]), _DIGITS)] for n in shown],
    }


def _similarity(vectors: Floats, found: Nearest) -> dict[str, Any]:
    pairs = quality.random_pairs(vectors, pairs=PAIRS)
    edges = np.linspace(-1, 1, BINS + 1)

    def histogram(values: Floats) -> list[float]:
        counts = np.histogram(np.clip(values, -1, 1), edges)[0]
        return [round(float(share), 5) for share in counts / len(values)]

    return {
        "pairs": histogram(pairs),
        "nearest": histogram(found.cosines[:, 0]),
        "pair": round(float(np.median(pairs)), 3),
        "neighbour": round(float(np.median(found.cosines[:, 0])), 3),
    }


def _twins(found: Nearest, ids: Ints) -> dict[str, Any]:
    near = found.cosines[:, 0] >= TWIN
    return {
        "from": TWIN,
        "works": int(np.count_nonzero(near)),
        "pairs": [
            {"a": int(ids[a]), "b": int(ids[b]), "cosine": round(cosine, 3)}
            for a, b, cosine in quality.twins(found, limit=SHOWN)
            if cosine >= TWIN
        ],
    }


def _worst(found: Nearest, works: Works) -> dict[str, Any]:
    """Works that share style and artist with none of their neighbours, the surest first."""
    ten = Nearest(found.rows, found.others[:, :K], found.cosines[:, :K])
    alone = np.flatnonzero(quality.share_nothing(ten, [works.styles, works.artists]))
    surest = alone[np.argsort(-ten.cosines[alone].mean(axis=1), kind="stable")]
    return {"works": len(alone), "shown": _lists(ten, works.ids, surest[:SHOWN])}


def _layers(space: Space, works: Works) -> dict[str, Any]:
    """How much the neighbourhoods of the newest map of the space are of one style, or by one hand,
    layer by layer; beside it the same for works dealt out by lot. Empty without a map."""
    found = studio.ready().filter(space=space).first()
    if found is None:
        return {}
    places, tree = studio.places(found), studio.tree(found)
    row = {pk: at for at, pk in enumerate(works.ids.tolist())}
    there = [
        (row[pk], leaf)
        for pk, leaf in zip(places.ids.tolist(), places.leaf.tolist(), strict=True)
        if pk in row
    ]
    rows = np.array([at for at, _ in there], dtype=np.int64)
    layers = []
    for layer in tree.layers:
        number = {leaf: node.number for node in layer for leaf in tree.leaves(node)}
        labels = np.array([number[leaf] for _, leaf in there], dtype=np.int64)
        pure = {
            "style": _pure(labels, works.styles[rows]),
            "artist": _pure(labels, works.artists[rows]),
        }
        layers.append({"neighbourhoods": len(layer), **pure})
    return {"map": str(found), "layers": layers}


def _pure(labels: Ints, classes: Ints) -> dict[str, float] | None:
    """Purity among the works that have a class, by lot, and the most that so many neighbourhoods
    can have: each all of another one of the commonest classes. None where no work has a class."""
    known = classes != quality.UNKNOWN
    if not known.any():
        return None
    labels, classes = labels[known], classes[known]
    rng = np.random.default_rng(0)
    lot = np.mean([purity(labels, rng.permutation(classes)) for _ in range(DEALS)])
    sizes = np.sort(np.unique(classes, return_counts=True)[1])[::-1]
    most = sizes[: len(np.unique(labels))].sum() / len(classes)
    found = {"purity": purity(labels, classes), "lot": float(lot), "most": float(most)}
    return {name: round(value, _DIGITS) for name, value in found.items()}


def _lists(found: Nearest, ids: Ints, places: NDArray[Any]) -> list[dict[str, Any]]:
    return [
        {
            "id": int(ids[found.rows[place]]),
            "near": [
                {"id": int(ids[other]), "cosine": round(float(cosine), 3)}
                for other, cosine in zip(
                    found.others[place, :K], found.cosines[place], strict=False
                )
            ],
        }
        for place in places
    ]
