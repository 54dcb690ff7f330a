"""A dozen visitors for the eye: what they liked, what each model shows them, what they chose next.

The same visitors come back in every report as long as they are asked, so that the lists of two
versions can be laid side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from artrec.data import Interactions
from artrec.evaluation.beyond import intra_list_diversity
from artrec.evaluation.ranking import Scorer, rank
from artrec.evaluation.tasks import Task
from workers.questions import stable_order

VISITORS: Final = 12
SHOWN: Final = 12
"""Works of a list, and most of the liked ones that are kept."""
_FEW, _MANY, _ONE, _WIDE = "few choices", "many choices", "one taste", "wide taste"
_MEASURED: Final = 2000  # visitors among whom those of narrow and wide taste are looked for

Ints = NDArray[np.int64]


def draw(
    task: Task, history: Interactions, vectors: NDArray[np.floating[Any]] | None
) -> dict[int, str]:
    """Queries of a dozen visitors of different kinds, each with its kind in words.

    Few and many choices are the outer quarters by length of the history; one and wide taste those
    by how alike the chosen works look, of visitors with at least three. Without `vectors` (N, D) of
    the works only lengths count. Of each kind the same come first each time.
    """
    order = stable_order(history.user_ids[user] for user in task.users)
    places = {history.user_ids[user]: place for place, user in enumerate(task.users)}
    queries = np.array([places[name] for name in order], dtype=np.int64)
    lengths = history.user_counts[task.users[queries]]
    kinds = {_FEW: _outer(lengths, low=True), _MANY: _outer(lengths, low=False)}
    if vectors is not None:
        spread = np.full(len(queries), np.nan)
        spread[:_MEASURED] = _spread(history, task.users[queries[:_MEASURED]], vectors)
        kinds |= {_ONE: _outer(spread, low=True), _WIDE: _outer(spread, low=False)}
    drawn: dict[int, str] = {}
    for turn in range(VISITORS):
        kind = list(kinds)[turn % len(kinds)]
        # Anybody, where a kind has no more.
        fresh = [*kinds[kind], *range(len(queries))]
        place = next((each for each in fresh if int(queries[each]) not in drawn), None)
        if place is not None:
            drawn[int(queries[place])] = kind if place in kinds[kind] else ""
    return drawn


def show(
    drawn: Mapping[int, str],
    task: Task,
    history: Interactions,
    scorers: Mapping[str, Scorer],
) -> list[dict[str, Any]]:
    """What `Version.samples` holds: ids of visitors and artworks only.

    "liked" is newest first; "places" says at which place each model has what was chosen next, 1 for
    the first. Lists leave out what the visitor had, as the questions of the report do.
    """
    some = task.take(np.array(list(drawn), dtype=np.int64))
    ranked = {key: rank(scorer, some, top=SHOWN) for key, scorer in scorers.items()}
    ids = history.item_ids
    found = []
    for query, kind in enumerate(drawn.values()):
        user = int(some.users[query])
        mine = history.items[history.indptr[user] : history.indptr[user + 1]]
        found.append(
            {
                "visitor": int(history.user_ids[user]),
                "kind": kind,
                "choices": len(mine),
                "liked": _works(ids, mine[::-1][:SHOWN]),
                "next": _works(ids, some.relevant[query]),
                "lists": {key: _works(ids, each.top[query]) for key, each in ranked.items()},
                "places": {
                    key: int(each.ranks.ranks[each.ranks.offsets[query]]) + 1
                    for key, each in ranked.items()
                },
            }
        )
    return found


def _outer(values: NDArray[Any], *, low: bool) -> list[int]:
    """Places of the lowest or highest quarter, in their order; NaN is in neither."""
    defined = values[~np.isnan(values)]
    if not len(defined):
        return []
    edge = np.quantile(defined, 0.25 if low else 0.75)
    inside = values <= edge if low else values >= edge
    places: list[int] = np.flatnonzero(inside).tolist()
    return places


def _spread(
    history: Interactions, users: Ints, vectors: NDArray[np.floating[Any]]
) -> NDArray[np.float64]:
    """(B,) how unlike each other the chosen works of each user look; NaN below three."""
    found = np.full(len(users), np.nan)
    for place, user in enumerate(users):
        mine = history.items[history.indptr[user] : history.indptr[user + 1]]
        if len(mine) >= 3:
            found[place] = intra_list_diversity(mine[None], vectors)[0]
    return found


def _works(ids: Sequence[str], rows: Ints) -> list[int]:
    return [int(ids[row]) for row in rows if row >= 0]
