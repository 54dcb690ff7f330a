"""What a run is trained on: the exact choices, works and features, drawn once and kept in a file.

A run that is resumed after a kill reads the file, so that it goes on with the very same data; the
digest in the row tells whether two runs saw the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.db.models import Max
from numpy.typing import NDArray

from artrec.data import Interactions, Items
from artrec.data.items import NEVER
from artrec.data.sessions import Visits, visits_of
from artrec.errors import DataError
from artrec.models import files
from artrec.models.contract import Content, TrainingData
from webapp.catalog.models import Artwork
from webapp.feed.models import Event
from webapp.lab import catalogue, queries
from webapp.lab.catalogue import TASTE
from webapp.lab.models import Run
from workers import snapshot_looks

MIN_CHOICES: Final = 20
MIN_VISITORS: Final = 2
MIN_VISITS: Final = 20
"""Of two works or more, without which there is nothing to learn from and to ask."""
GAP: Final = "gap"
"""The setting of every model of visits that says where they are cut."""
_KIND: Final = "snapshot"
_ARRAYS: Final = (
    "indptr",
    "items",
    "times",
    "baskets",
    "user_ids",
    "item_ids",
    "pictures",
    "artists",
    "artist_ids",
    "one_of_a_kind",
    "added",
    "sold",
    "features",
)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Everything a model may learn from, in fixed order, and what is told of it."""

    interactions: Interactions
    """Users are visitors, items are artworks, both by id; one event per visitor and work, but for
    a model of visits every step in the order of time."""
    items: Items
    pictures: tuple[str, ...]
    """(N,) `ArtworkImage.key` of each work, by which a new picture is known."""
    features: NDArray[np.float16]
    """(N, D) raw features of the run's extractor, families side by side; D = 0 without."""
    families: tuple[tuple[str, int, int], ...]
    """Name, first column and one past the last."""
    facts: Mapping[str, Any]
    """`Run.snapshot`: JSON values, with the digest of all of the above."""

    def data(self, pixels: NDArray[np.uint8] | None = None) -> TrainingData:
        """As `artrec.models` takes it."""
        columns = {
            name: self.features[:, start:stop].astype(np.float32)
            for name, start, stop in self.families
        }
        return TrainingData(self.interactions, Content(columns, self.items.artists, pixels))

    @property
    def artworks(self) -> list[int]:
        """(N,) id of the artwork of each row."""
        return [int(name) for name in self.items.ids]


def draw(run: Run, *, now: datetime, last_event: int | None = None) -> Snapshot:
    """Take the data as they are, with the events until `now` and `last_event`, if one is given.

    Works are those visible, sold ones too, that have what the model looks at. Choices are likes,
    saves and purchases that stand: neither undone, nor muted, nor of a work their visitor hides. A
    model of visits is given looks, too.

    Raises:
        DataError: If there is too little to learn from; the message is for the curator.
    """
    if last_event is None:
        last_event = Event.objects.aggregate(last=Max("pk"))["last"] or 0
    works = _works(run)
    looks = snapshot_looks.features(run.extractor, [work.pk for work in works])
    if run.extractor:
        works = [work for work in works if work.pk in looks.known]
    rows = {work.pk: row for row, work in enumerate(works)}
    of_visits = catalogue.purpose_of(run.model) != TASTE
    interactions, dropped = _interactions(run, rows, last_event, now, of_visits=of_visits)
    visits = visits_of(interactions, gap_of(run)).at_least(2) if of_visits else None
    if visits is None:
        _require_enough(run, interactions)
    else:
        _require_visits(run, visits)
    found = Snapshot(
        interactions,
        _items(works, interactions.item_ids),
        tuple(work.image.key for work in works),
        looks.rows([work.pk for work in works]),
        looks.families,
        {},
    )
    facts = {
        "drawn": now.isoformat(),
        "last_event": last_event,
        "events": interactions.n_events,
        "visitors": interactions.n_users,
        "works": interactions.n_items,
        "chosen_works": int(np.count_nonzero(interactions.item_counts)),
        "dropped": dropped,
        "extractor": run.extractor,
        "look_space": looks.space,
        "first": _date(interactions.times.min()),
        "last": _date(interactions.times.max()),
        "digest": digest(found),
    }
    if visits is not None:
        facts["visits"] = len(visits)
    return Snapshot(
        found.interactions, found.items, found.pictures, found.features, found.families, facts
    )


def gap_of(run: Run) -> int:
    """Seconds without an event after which the model of a run begins a new visit."""
    default = next(each.default for each in catalogue.model(run.model).settings if each.name == GAP)
    return int(run.config.get(GAP, default))


def save(path: Path, snapshot: Snapshot) -> None:
    """Write it to one file, all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = {"facts": dict(snapshot.facts), "families": [list(each) for each in snapshot.families]}
    files.write(path, _KIND, header, _arrays(snapshot))


def load(path: Path) -> Snapshot:
    """Read what `save` wrote. Raises BundleError for anything else."""
    header, arrays = files.read(path, _KIND)
    item_ids = _words(arrays["item_ids"])
    return Snapshot(
        Interactions(
            indptr=arrays["indptr"],
            items=arrays["items"],
            times=arrays["times"],
            baskets=arrays["baskets"],
            user_ids=_words(arrays["user_ids"]),
            item_ids=item_ids,
        ),
        Items(
            ids=item_ids,
            artists=arrays["artists"],
            artist_ids=_words(arrays["artist_ids"]),
            one_of_a_kind=arrays["one_of_a_kind"],
            added=arrays["added"],
            sold=arrays["sold"],
        ),
        _words(arrays["pictures"]),
        arrays["features"],
        tuple((str(name), int(start), int(stop)) for name, start, stop in header["families"]),
        header["facts"],
    )


def digest(snapshot: Snapshot) -> str:
    """SHA-256 of the choices, works and features: equal for equal data, whenever drawn."""
    found = hashlib.sha256()
    for name, values in _arrays(snapshot).items():
        found.update(f"{name} {values.shape}".encode())
        found.update(np.ascontiguousarray(values).tobytes())
    return found.hexdigest()


def _arrays(snapshot: Snapshot) -> dict[str, NDArray[Any]]:
    log, items = snapshot.interactions, snapshot.items
    values = (
        log.indptr,
        log.items,
        log.times,
        log.baskets,
        np.asarray(log.user_ids, dtype=np.str_),
        np.asarray(log.item_ids, dtype=np.str_),
        np.asarray(snapshot.pictures, dtype=np.str_),
        items.artists,
        np.asarray(items.artist_ids, dtype=np.str_),
        items.one_of_a_kind,
        items.added,
        items.sold,
        snapshot.features,
    )
    return dict(zip(_ARRAYS, values, strict=True))


def _works(run: Run) -> list[Artwork]:
    shown = Artwork.objects.filter(state=Artwork.State.VISIBLE, image__isnull=False)
    works = list(shown.select_related("image").defer("image__placeholder").order_by("pk"))
    if not works:
        raise DataError("There are no visible works to learn about; import some first.")
    return works


def _interactions(
    run: Run, rows: Mapping[int, int], last_event: int, now: datetime, *, of_visits: bool
) -> tuple[Interactions, int]:
    """The choices, or the steps of visits, and how many were left out because their work is hidden
    or has no features."""
    taken = queries.steps if of_visits else queries.choices
    events = taken(run.window_days, now=now).filter(pk__lte=last_event, time__lte=now)
    hides = Event.objects.filter(kind=Event.Kind.HIDE, undone=None)
    hidden = set(hides.values_list("visitor_id", "artwork_id"))
    users, items, times = [], [], []
    baskets: dict[tuple[int, str], int] = {}
    dropped = 0
    values = events.order_by("time", "pk").values_list("visitor_id", "artwork_id", "time", "basket")
    for visitor, artwork, time, basket in values.iterator(chunk_size=10_000):
        if artwork not in rows or (visitor, artwork) in hidden:
            dropped += 1
            continue
        second = int(time.timestamp())
        # What was bought together counts as one moment, as the library has it; a visit is in order.
        if basket and not of_visits:
            second = baskets.setdefault((visitor, basket), second)
        users.append(visitor)
        items.append(rows[artwork])
        times.append(second)
    ids = sorted(set(users))
    places = {visitor: place for place, visitor in enumerate(ids)}
    log = Interactions.build(
        [places[visitor] for visitor in users],
        items,
        times,
        user_ids=[str(visitor) for visitor in ids],
        item_ids=[str(artwork) for artwork in rows],
    )
    return log if of_visits else log.deduplicated(keep="last"), dropped


def _require_enough(run: Run, log: Interactions) -> None:
    if log.n_events >= MIN_CHOICES and log.n_users >= MIN_VISITORS:
        return
    raise DataError(
        f"There are {log.n_events} likes, saves and purchases by {log.n_users} visitors"
        f"{_window(run)}; a model needs at least {MIN_CHOICES} by {MIN_VISITORS}. {_more(run)}"
    )


def _require_visits(run: Run, visits: Visits) -> None:
    people = len(np.unique(visits.users))
    if len(visits) >= MIN_VISITS and people >= MIN_VISITORS:
        return
    raise DataError(
        f"There are {len(visits)} visits of two works or more by {people} visitors{_window(run)}; "
        f"a model of visits needs at least {MIN_VISITS} by {MIN_VISITORS}. {_more(run)}"
    )


def _window(run: Run) -> str:
    if not run.window_days:
        return ""
    return " on the last day" if run.window_days == 1 else f" in the last {run.window_days} days"


def _more(run: Run) -> str:
    first = "Choose a longer window" if run.window_days else "Wait for more"
    return f"{first}, or import a history."


def _items(works: Sequence[Artwork], ids: tuple[str, ...]) -> Items:
    artists = sorted({work.artist_id for work in works})
    places = {artist: place for place, artist in enumerate(artists)}
    sold = Artwork.Availability.SOLD
    return Items(
        ids=ids,
        artists=np.array([places[work.artist_id] for work in works], dtype=np.int64),
        artist_ids=tuple(str(artist) for artist in artists),
        one_of_a_kind=np.array([work.one_of_a_kind for work in works], dtype=np.bool_),
        added=np.array([int(work.added.timestamp()) for work in works], dtype=np.int64),
        # When it was sold the gallery does not say; what counts is that it is gone.
        sold=np.array([0 if work.availability == sold else NEVER for work in works], np.int64),
    )


def _words(values: NDArray[Any]) -> tuple[str, ...]:
    return tuple(str(value) for value in values.tolist())


def _date(second: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(second))).date().isoformat()
