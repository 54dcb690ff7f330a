"""Take over the spaces of an export with vectors, features and models.

Only into an installation that has no look of its own: numbers of two looks cannot be compared. Any
other looks at the new works itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa
from django.core.files.base import File
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import QuerySet
from numpy.typing import NDArray

from artrec.errors import ArtrecError
from artrec.serving.bundle import Bundle
from artrec.serving.transform import Transform
from webapp.lab.models import Version
from webapp.transfer import importing_rows
from webapp.transfer.bags import DamagedError, Reader
from webapp.transfer.exporting import MODELS, model_files
from webapp.transfer.importing_rows import Numbers
from webapp.transfer.report import Report
from webapp.transfer.rows import Json, RowError, count_on, from_json, read_lines
from webapp.transfer.spaces import FEATURES, FILE, read
from webapp.transfer.tables import PICTURES, RUNS, SPACES, VERSIONS, WORKS
from webapp.vectors import actions, tuning
from webapp.vectors.models import Feature, Space, Vector

EXACT: Final = "exact"
_AS_NEW: Final = {"state": Space.State.LIVE, "index": EXACT, "index_report": {}}
OWN_LOOK: Final = (
    "This gallery has a look of its own, so vectors and models were not taken over: its workers "
    "look at the new works themselves."
)
DAMAGE: Final = (ArtrecError, DamagedError, RowError, ValueError, KeyError, pa.ArrowException)


def take_over(bag: Reader, numbers: Numbers, report: Report) -> bool:
    """Make the spaces of an export; False where this installation keeps its own."""
    found = list(_spaces(bag, report))
    look = Space.objects.filter(purpose=actions.LOOK, state=Space.State.LIVE).first()
    known = {_identity(space): space.pk for space in Space.objects.all()}
    looks = [space for _, space in found if space.purpose == actions.LOOK]
    if look is not None and not any(_identity(look) == _identity(space) for space in looks):
        report.notes.append(OWN_LOOK)
        return False
    mine = numbers.setdefault(SPACES, {})
    serving = set(Space.objects.filter(state=Space.State.LIVE).values_list("purpose", flat=True))
    for number, space in found:
        if (here := known.get(_identity(space))) is not None:
            mine[number] = here
            report.known[SPACES] += 1
        elif space.purpose not in serving:
            with transaction.atomic():
                space.pk = None if Space.objects.filter(pk=number).exists() else number
                created = space.created
                space.save(force_insert=True)
                Space.objects.filter(pk=space.pk).update(created=created)
                count_on(Space)
            mine[number] = space.pk
            report.made[SPACES] += 1
    return bool(mine)


def fill(bag: Reader, numbers: Numbers, report: Report) -> None:
    """Store vectors and features that works lack, and index large spaces."""
    works = numbers[PICTURES]
    for place, raw in read_lines(bag, FILE, report):
        space = Space.objects.filter(pk=numbers[SPACES].get(raw["id"], 0)).first()
        if space is None:
            continue

        def store(ids: list[int], rows: NDArray[Any], into: Space = space) -> None:
            actions.store_vectors(into, ids, rows)

        lacking = _lacking(works, Vector.objects.filter(space=space))
        report.made["vectors"] += _store(bag, place, raw, space.dim, lacking, store, report)
        if raw.get("index", EXACT) != EXACT and space.index == EXACT:
            tuning.choose_index(space)
    for place, raw in read_lines(bag, FEATURES, report):
        extractor, dim = raw.get("extractor"), raw.get("dim")
        if not isinstance(extractor, str) or not isinstance(dim, int):
            report.trouble(f"{place}: extractor or dim is missing.")
            continue

        def keep(ids: list[int], rows: NDArray[Any], by: str = extractor) -> None:
            actions.store_features(by, ids, rows)

        lacking = _lacking(works, Feature.objects.filter(extractor=extractor))
        report.made["features"] += _store(bag, place, raw, dim, lacking, keep, report)


def _lacking(works: dict[int, int], rows: QuerySet[Any]) -> dict[int, int]:
    """Those of the works that have none of the rows."""
    there = set(rows.values_list("artwork_id", flat=True))
    return {number: pk for number, pk in works.items() if pk not in there}


def take_over_models(bag: Reader, numbers: Numbers, report: Report) -> None:
    """Take over the trained models, by which workers place works that come later.

    Their files name works by number, so they fit only where every work has kept its own.
    """
    if any(old != new for old, new in numbers[WORKS].items()):
        report.notes.append(
            "Works have other numbers here, so the files of trained models were not taken over: "
            "they serve, but works to come get their place only from a model trained here."
        )
        return
    importing_rows.take_over(RUNS, bag, numbers, report)
    files = dict(_model_files(bag, numbers, report))

    def with_files(values: Json) -> Json | None:
        number = values["id"]
        return values | {"file": files[number]} if number in files else None

    importing_rows.take_over(VERSIONS, bag, numbers, report, with_files)


def _model_files(bag: Reader, numbers: Numbers, report: Report) -> Iterator[tuple[int, str]]:
    """Store the models that are not here yet; yield the number each has in the export, and its
    name in the storage."""
    storage = storages[MODELS]
    for place, raw in read_lines(bag, VERSIONS.file, Report()):
        run = numbers[RUNS.name].get(raw.get("run_id", 0))
        if run is None or Version.objects.filter(run=run).exists():
            continue
        first, second = (f"data/models/{raw['id']}{end}" for end in (".npz", ".works.npz"))
        try:
            with bag.checked(first) as model, bag.checked(second) as works:
                name = storage.save(f"imported-{raw['id']}.npz", File(model))
                beside = model_files(name)[1]
                storage.delete(beside)
                storage.save(beside, File(works))
        except DamagedError as error:
            report.trouble(f"{place}: {error}")
            continue
        yield raw["id"], name


def _spaces(bag: Reader, report: Report) -> Iterable[tuple[int, Space]]:
    """Spaces as they shall be here, each with the number it had; nothing that does not open."""
    for place, raw in read_lines(bag, FILE, report):
        try:
            values = from_json(Space, raw) | _AS_NEW
            space = Space(**{name: values[name] for name in values if name != "id"})
            space.transform = _bytes(bag, raw.get("transform"))
            space.head = _bytes(bag, raw.get("head")) or None
            if space.purpose == actions.LOOK:
                Transform.from_bytes(space.transform)
            else:
                Bundle.from_bytes(bytes(space.head or b""))
            if not 1 <= space.scored <= space.dim:
                raise RowError(f"scored is {space.scored} of {space.dim} columns.")
        except (*DAMAGE, TypeError) as error:
            report.trouble(f"{place}: the space cannot be taken over: {error}")
            continue
        yield raw["id"], space


def _identity(space: Space) -> tuple[Any, ...]:
    made_by = bytes(space.transform or b""), bytes(space.head or b"")
    return space.purpose, space.extractor, space.name, space.dim, made_by


def _bytes(bag: Reader, name: object) -> bytes:
    if not isinstance(name, str):
        return b""
    with bag.checked(name) as stream:
        return stream.read()


def _store(
    bag: Reader,
    place: str,
    raw: Json,
    dim: int,
    works: dict[int, int],
    store: Callable[[list[int], NDArray[Any]], None],
    report: Report,
) -> int:
    """Store the rows of works that are here; return how many."""
    name = str(raw.get("vectors"))
    stored = 0
    try:
        with bag.checked(name) as stream:
            for numbers, rows in read(stream, dim):
                here = [row for row, pk in enumerate(numbers.tolist()) if pk in works]
                if here:
                    store([works[int(numbers[row])] for row in here], rows[np.array(here)])
                stored += len(here)
    except DAMAGE as error:
        told = str(error) if isinstance(error, DamagedError) else f"{name}: {error}"
        report.trouble(f"{place}: {told}")
    return stored
