"""Which extractor suits this gallery: every one we know, on the same works and the same choices.

The transfer experiment of del Rio, Messina, Dominguez & Parra ("Do better ImageNet models transfer
better... for image recommendation?", https://arxiv.org/abs/1807.09870), on the gallery's own data.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models import Count, F
from numpy.typing import NDArray

from artrec.atlas import quality
from artrec.atlas.quality import Floats, Ints
from artrec.data import Interactions
from artrec.data.splits import Split
from artrec.errors import ArtrecError, DataError, ImageError
from artrec.evaluation.evaluate import evaluate
from artrec.evaluation.intervals import holm, paired_permutation
from artrec.evaluation.protocols import leave_last
from artrec.evaluation.tasks import Task
from artrec.features import Extractor, extract_files, load_extractor
from artrec.features.extractor import Family
from artrec.features.handmade import HANDMADE_NAMES
from artrec.features.registry import BACKBONES
from artrec.features.wording import TEXT_IMAGE
from artrec.models.contract import Content, TrainingData
from artrec.models.visrank import VisRank, VisRankConfig
from artrec.serving.transform import fit_transform_for
from webapp.catalog.models import Artwork
from webapp.lab.queries import choices
from webapp.quality.models import Comparison, Entry, SideFeature
from webapp.vectors.encoding import check_rows
from webapp.vectors.queries import live_space
from workers import extraction, resources
from workers.leases import CancelledError, LostError, StoppedError
from workers.measuring import Telling
from workers.quality import FEWEST, K, interval

log = logging.getLogger(__name__)

BY_LOT: Final = "random"
"""The control: vectors drawn by lot."""
TOP: Final = 20
RANKING: Final = (f"recall@{TOP}", f"precision@{TOP}", "rr", f"ndcg@{TOP}", "auc")
PAIRED: Final = (f"recall@{TOP}", f"ndcg@{TOP}", "style")
"""Measures by which extractors are tested against the one that serves."""
BATCH: Final = 32
MOST_LOST: Final = 0.1
"""Share of pictures that an extractor may fail to open; more, and its figures would be of others'
works."""
INTERRUPTED: Final = "The worker ended while it was at this one, perhaps for lack of memory."


@dataclass(frozen=True, eq=False)
class Gallery:
    """What every extractor is asked about."""

    works: list[Artwork]
    styles: Ints
    artists: Ints
    split: Split | None
    task: Task | None
    """Who chose what last among the works; None where nobody chose two of them."""
    mark: int
    """Of the works, their styles and the choices: after a kill these may be others, which make no
    pairs."""


def names() -> list[str]:
    """Every extractor we know, and the one that serves."""
    live = live_space()
    known = [f"{name}/pad" for name in (*BACKBONES, *TEXT_IMAGE)]
    serving = [live.extractor] if live else []
    return list(dict.fromkeys([*serving, *known, *HANDMADE_NAMES, BY_LOT]))


def compare(row: Comparison, tell: Telling, *, device: str = "auto") -> dict[str, Any]:
    """Measure every extractor, one after the other; what is done already stays done.

    Returns:
        What to write into the comparison.

    Raises:
        DataError: If there are too few works.
        CancelledError, LostError, StoppedError: If it shall end.
    """
    tell(0.0, "choosing works")
    gallery = _gallery(row.wanted)
    for place, name in enumerate(names()):
        Entry.objects.get_or_create(comparison=row, extractor=name, defaults={"place": place})
    entries = list(Entry.objects.filter(comparison=row))
    for number, entry in enumerate(entries):
        part = tell.part(number / len(entries), (number + 1) / len(entries))
        tell(number / len(entries), entry.extractor)
        if entry.state == Entry.State.RUNNING:
            _end(entry, Entry.State.FAILED, reason=INTERRUPTED)
        elif entry.state == Entry.State.WAITING:
            _try(entry, gallery, part, device)
    _test(row)
    asked = gallery.task
    return {"works": len(gallery.works), "visitors": len(asked) if asked else 0}


def _test(row: Comparison) -> None:
    """Test every extractor against the one that serves, or else against the one that ranks best:
    the same visitors, or works, in pairs, by random sign flips, corrected after Holm for each
    measure. Written into `figures` as "against"; the answers are let go."""
    ready = list(row.entries.filter(state=Entry.State.READY).exclude(answers={}))
    live = live_space()
    serving = next((each for each in ready if live and each.extractor == live.extractor), None)
    base = serving or max(ready, key=_rank, default=None)
    if base is None:
        return
    others = [each for each in ready if each != base and each.answers["of"] == base.answers["of"]]
    for key in PAIRED:
        rivals = [each for each in others if key in each.answers]
        if not rivals:
            continue
        own = np.asarray(base.answers[key])
        tests = [paired_permutation(np.asarray(each.answers[key]), own) for each in rivals]
        sure = holm([test.p_value for test in tests])
        for each, test, p_value in zip(rivals, tests, sure, strict=True):
            each.figures[key]["against"] = {
                "extractor": base.extractor,
                "mean": round(test.difference.mean, 4),
                "low": round(test.difference.low, 4),
                "high": round(test.difference.high, 4),
                "p": round(p_value, 4),
            }
    for each in ready:
        each.answers = {}
    Entry.objects.bulk_update(ready, ["figures", "answers"])


def _rank(entry: Entry) -> float:
    shown = entry.figures.get(PAIRED[0]) or entry.figures.get(PAIRED[-1])
    return float(shown["mean"]) if shown else 0.0


def _try(entry: Entry, gallery: Gallery, told: Callable[[float], None], device: str) -> None:
    """Measure one extractor; whatever is wrong with it is its own affair."""
    _end(entry, Entry.State.RUNNING)
    try:
        values = _measure(entry.extractor, gallery, told, device)
    except LostError:
        raise
    except (CancelledError, StoppedError, OperationalError, InterfaceError):
        _end(entry, Entry.State.WAITING)
        raise
    except ArtrecError as error:
        _end(entry, Entry.State.FAILED, reason=str(error))
    except Exception as error:  # a network fails in ways that nobody foresees
        log.exception("%s could not be measured", entry)
        _end(entry, Entry.State.FAILED, reason=f"{type(error).__name__}: {error}")
    else:
        _end(entry, Entry.State.READY, **values)


def _measure(
    name: str, gallery: Gallery, told: Callable[[float], None], device: str
) -> dict[str, Any]:
    ids = [work.pk for work in gallery.works]
    if name == BY_LOT:
        rows = np.random.default_rng(0).normal(size=(len(ids), 64)).astype(np.float32)
        return _figures(quality.unit(rows), gallery)
    rows_of = extraction.stored_rows(name, ids) | _set_aside(name, gallery.works)
    todo = [work for work in gallery.works if work.pk not in rows_of]
    started = time.perf_counter()
    if todo:
        extractor = _load(name, device)
        rows_of |= _see(extractor, todo, told)
    seconds = time.perf_counter() - started
    lost = len(ids) - len(rows_of)
    if lost > MOST_LOST * len(ids):
        raise DataError(f"{lost} of {len(ids)} pictures could not be opened.")
    matrix = _filled(rows_of, ids)
    vectors = fit_transform_for(matrix, _families(name, matrix.shape[1])).apply(matrix)
    return {
        **_figures(vectors, gallery),
        "dim": matrix.shape[1],
        "seen": len(todo),
        "seconds": round(seconds, 1) if todo else None,
    }


def _figures(vectors: Floats, gallery: Gallery) -> dict[str, Any]:
    """Means with intervals, and what they are of; of measures that nobody could be asked for,
    nothing."""
    found = quality.nearest(vectors, K)
    measured = {
        "style": quality.precision(found, quality.shared(gallery.styles), K),
        "artist": quality.precision(found, quality.shared(gallery.artists), K),
    }
    if gallery.split is not None and gallery.task is not None:
        train = gallery.split.train
        data = TrainingData(train, Content({"look": vectors}))
        model = VisRank.fit(data, VisRankConfig(scaling="raw"))
        result = evaluate("VisRank", model.scorer(train), gallery.task, ks=(TOP,), top=0)
        measured |= {name: result.values[name] for name in RANKING}
    means = {name: interval(values) for name, values in measured.items()}
    # Who has no answer has none of any extractor, so pairs stay pairs.
    answers = {
        name: measured[name][~np.isnan(measured[name])] for name in PAIRED if means.get(name)
    }
    return {
        "figures": {name: mean for name, mean in means.items() if mean},
        "answers": {
            "of": gallery.mark,
            **{name: values.round(4).tolist() for name, values in answers.items()},
        },
    }


def _gallery(most: int) -> Gallery:
    """Draw the works: those most often chosen first, as only they can be asked for, then others."""
    shown = Artwork.objects.filter(state=Artwork.State.VISIBLE, image__isnull=False)
    counted = choices().values("artwork").annotate(times=Count("visitor", distinct=True))
    times = dict(counted.values_list("artwork", "times"))
    every = np.array(shown.order_by("pk").values_list("pk", flat=True), dtype=np.int64)
    every = np.random.default_rng(0).permutation(every)
    order = np.argsort([-times.get(int(pk), 0) for pk in every], kind="stable")
    ids = sorted(every[order][:most].tolist())
    if len(ids) < FEWEST:
        raise DataError(
            f"There are {len(ids)} visible works; a comparison needs at least {FEWEST}. "
            f"Bring more works in first."
        )
    works = list(shown.filter(pk__in=ids).select_related("image").order_by("pk"))
    events = _events(works)
    split, task = _asked(works, events)
    numbers = {"": quality.UNKNOWN} | {
        style: number for number, style in enumerate(sorted({work.style for work in works} - {""}))
    }
    artists = np.array([work.artist_id for work in works], dtype=np.int64)
    return Gallery(
        works=works,
        styles=np.array([numbers[work.style] for work in works], dtype=np.int64),
        artists=np.unique(artists, return_inverse=True)[1].astype(np.int64),
        split=split,
        task=task,
        mark=crc32(repr((ids, events, [work.style for work in works])).encode()),
    )


def _events(works: Sequence[Artwork]) -> list[tuple[int, int, datetime]]:
    found = choices().filter(artwork__in=works).order_by("time", "pk")
    return list(found.values_list("visitor", "artwork", "time"))


def _asked(
    works: Sequence[Artwork], events: Sequence[tuple[int, int, datetime]]
) -> tuple[Split | None, Task | None]:
    rows = {work.pk: row for row, work in enumerate(works)}
    visitors = {visitor: row for row, visitor in enumerate(sorted({each[0] for each in events}))}
    log_of = Interactions.build(
        [visitors[visitor] for visitor, _, _ in events],
        [rows[work] for _, work, _ in events],
        [int(when.timestamp()) for _, _, when in events],
        user_ids=[str(visitor) for visitor in visitors],
        item_ids=[str(work) for work in rows],
    ).deduplicated(keep="last")
    try:
        return leave_last(log_of)
    except DataError:
        return None, None


def _set_aside(name: str, works: Sequence[Artwork]) -> dict[int, NDArray[np.float32]]:
    """What was seen for an earlier comparison, of pictures that are still the same."""
    kept = SideFeature.objects.filter(
        extractor=name, artwork__in=works, picture=F("artwork__image__key")
    )
    return {
        pk: np.asarray(values, np.float32)
        for pk, values in kept.values_list("artwork_id", "values")
    }


def _see(
    extractor: Extractor, works: Sequence[Artwork], told: Callable[[float], None]
) -> dict[int, NDArray[np.float32]]:
    """Extract features and set them aside as they come, so that a kill costs one batch."""
    rows: dict[int, NDArray[np.float32]] = {}
    for start in range(0, len(works), BATCH):
        batch = works[start : start + BATCH]
        sources = [resources.original(work.image.original) for work in batch]
        fresh: list[SideFeature] = []
        for position, outcome in extract_files(sources, extractor):
            if isinstance(outcome, ImageError):
                continue
            work = batch[position]
            half = check_rows(outcome[None], rows=1, dim=None, what="Features")[0]
            rows[work.pk] = half.astype(np.float32)
            fresh.append(
                SideFeature(
                    artwork=work,
                    extractor=extractor.name,
                    picture=work.image.key,
                    values=rows[work.pk].tolist(),
                )
            )
        SideFeature.objects.bulk_create(
            fresh,
            update_conflicts=True,
            unique_fields=["artwork", "extractor"],
            update_fields=["picture", "values"],
        )
        told((start + len(batch)) / len(works))
    return rows


def _load(name: str, device: str) -> Extractor:
    """Not kept by the process: ten networks side by side would not fit."""
    return load_extractor(
        name,
        weights=Path(settings.ARTREC_WEIGHTS) if settings.ARTREC_WEIGHTS else None,
        allow_download=settings.ARTREC_DOWNLOAD,
        device=device,
    )


def _families(name: str, dim: int) -> tuple[Family, ...]:
    if name in HANDMADE_NAMES:
        return load_extractor(name).families
    return ((name, 0, dim),)


def _filled(rows: dict[int, NDArray[np.float32]], ids: Sequence[int]) -> Floats:
    """(N, D); a picture that could not be opened gets the mean, which says nothing of it."""
    mean = np.mean(list(rows.values()), axis=0, dtype=np.float32)
    return np.stack([rows.get(pk, mean) for pk in ids])


def _end(entry: Entry, state: str, **values: Any) -> None:
    Entry.objects.filter(pk=entry.pk).update(state=state, **values)
