"""What a model that does not serve would have earned, from the works that For you drew by chance.

A drawn work tells about every model that would have shown it. The other model's page is taken for
its best `PAGE` works for the visitor as they were known at that moment, each equally likely to
stand in the place of the draw. Draws come from the next-best works of the model that served, so
of a page they cover only that part; what is estimated is the rate of that part (SNIPS), beside that
of all drawn works, which is what chance earns. See `artrec.online.replay`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.db import connection
from django.utils import timezone

from artrec.errors import ArtrecError
from artrec.online.replay import Replayed, ips, snips
from webapp.feed import candidates
from webapp.feed.models import Replay, Visitor
from webapp.feed.profile import profile_of
from webapp.feed.served import Served, served_by
from webapp.jobs import Job, enqueue
from webapp.vectors.filters import Filters
from webapp.vectors.models import Space

PAGE: Final = 72
LISTS: Final = 2_000
"""Most lists that are replayed: the newest."""
DAYS: Final = 90
REWARDS: Final = ("clicks", "likes")
_DRAWN: Final = """
    WITH lists AS (
        SELECT list_id, max(time) AS time FROM feed_impression
        WHERE source = 'explore' AND visitor_id IS NOT NULL AND propensity < 1 AND time >= %(since)s
        GROUP BY list_id ORDER BY time DESC LIMIT %(lists)s
    )
    SELECT i.list_id, i.visitor_id, i.time, i.artwork_id, i.propensity,
        count(e.id) > 0, coalesce(bool_or(e.kind = 'like'), false)
    FROM lists JOIN feed_impression i USING (list_id, time)
    LEFT JOIN feed_event e ON e.list_id = i.list_id AND e.artwork_id = i.artwork_id
        AND e.visitor_id = i.visitor_id AND e.undone IS NULL
        AND e.kind IN ('view', 'like', 'save', 'purchase')
    WHERE i.source = 'explore' AND i.visitor_id IS NOT NULL
    GROUP BY i.list_id, i.position, i.visitor_id, i.time, i.artwork_id, i.propensity
    ORDER BY i.list_id, i.position
"""


class ReplayError(ArtrecError):
    """Nothing can be replayed; a sentence for the curator says why."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A work that was shown by chance, and what became of it."""

    list_id: UUID
    visitor_id: int
    time: datetime
    artwork_id: int
    propensity: float
    clicked: bool
    liked: bool


@dataclass(frozen=True, slots=True)
class Result:
    """Estimates by reward: of the model's page, of the same by IPS, and of all that was drawn."""

    lists: int
    drawn: int
    page: dict[str, Replayed]
    ips: dict[str, Replayed]
    chance: dict[str, Replayed]

    def as_json(self) -> dict[str, Any]:
        """Return it for `Replay.result`; a number that does not exist is None."""
        found: dict[str, Any] = _plain(asdict(self))
        return found


def ask(space_id: int | None, *, by: Any) -> Replay:
    """Queue a replay; the one that waits already, if there is one."""
    space = None if space_id is None else Space(pk=space_id)
    asked, _created = Replay.objects.get_or_create(
        space=space, state=Replay.State.QUEUED, defaults={"by": by}
    )
    enqueue(Job.REPLAY)
    return asked


def replay(space_id: int | None, *, progress: Callable[[], None] = lambda: None) -> Result:
    """Estimate what a space would have earned; None for VisRank over the look.

    Args:
        space_id: Of a model that is prepared.
        progress: Called every few lists.

    Raises:
        ReplayError: If nothing was drawn yet, or the model cannot rank.
    """
    served = served_by(space_id)
    if served is None or (space_id is not None and served.space.pk != space_id):
        raise ReplayError("The model is not kept any more, or its head is damaged; prepare it.")
    draws = drawn()
    if not draws:
        raise ReplayError(
            "No work was shown by chance yet. Give exploration a share of the places, and wait for "
            "visitors."
        )
    share = np.array(list(_shares(draws, served, progress)))
    propensities = np.array([draw.propensity for draw in draws])
    who = np.array([draw.visitor_id for draw in draws])
    rewards = {
        "clicks": np.array([draw.clicked for draw in draws], dtype=np.float64),
        "likes": np.array([draw.liked for draw in draws], dtype=np.float64),
    }
    return Result(
        lists=len({draw.list_id for draw in draws}),
        drawn=len(draws),
        page={key: snips(rewards[key], propensities, share, groups=who) for key in REWARDS},
        ips={key: ips(rewards[key], propensities, share, groups=who) for key in REWARDS},
        chance={
            key: snips(rewards[key], propensities, propensities, groups=who) for key in REWARDS
        },
    )


def drawn() -> list[Draw]:
    """Return what was shown by chance in the newest lists, list by list. One query."""
    since = timezone.now() - timedelta(days=DAYS)
    with connection.cursor() as cursor:
        cursor.execute(_DRAWN, {"since": since, "lists": LISTS})
        return [Draw(*row) for row in cursor.fetchall()]


def _shares(draws: Sequence[Draw], served: Served, progress: Callable[[], None]) -> Iterable[float]:
    """For each draw, with which probability the model would have shown that work there."""
    for number, (_, group) in enumerate(groupby(draws, key=lambda draw: draw.list_id)):
        if number % 20 == 0:
            progress()
        shown = list(group)
        page = _page(shown[0], served)
        yield from (1 / len(page) if draw.artwork_id in page else 0.0 for draw in shown)


def _page(draw: Draw, served: Served) -> set[int]:
    visitor = Visitor(pk=draw.visitor_id)  # only its id is asked for
    profile = profile_of(visitor, until=draw.time)
    found = candidates.find(
        profile,
        served.space,
        served.bundle,
        limit=PAGE,
        filters=Filters(),  # what has been sold since was to be had then
        exclude=profile.known,
    )
    return set(found.ids.tolist())


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
