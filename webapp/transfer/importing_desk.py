"""Take over what was decided about works that are here twice."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from webapp.catalog.models import Artwork
from webapp.duplicates.models import Pair
from webapp.transfer.bags import Reader
from webapp.transfer.importing_rows import Numbers, take_over
from webapp.transfer.report import Report
from webapp.transfer.rows import Json
from webapp.transfer.tables import DECISIONS, PAIRS

NOT_MERGED: Final = (
    "Works that were merged there and are both shown here: {} pairs, left as they are."
)
_NO_MAP: Final = "{}, row {}: affine is no six numbers by which one picture lies on another."
_NO_WORKS: Final = "{}, row {}: a pair has two works, this one names fewer."
_FARTHEST: Final = 1e6
"""A picture is nowhere so large or so far away from another that it lies on."""


def take_over_decisions(bag: Reader, numbers: Numbers, report: Report) -> None:
    """Take over the pairs that were decided, with the decisions. To be called in a transaction."""
    both_shown = 0

    def wanted(values: Json) -> Json | None:
        nonlocal both_shown
        works: list[Any] = [values.get("first_id"), values.get("second_id")]
        state = values.get("state", Pair.State.OPEN)
        if None in works:
            report.trouble(_NO_WORKS.format(PAIRS.file, values["id"]))
            return None
        if works[0] == works[1] or state == Pair.State.OPEN:
            return None
        gone = Artwork.objects.filter(pk__in=works, state=Artwork.State.WITHDRAWN)
        if state != Pair.State.KEPT and not gone.exists():
            both_shown += 1
            return None
        affine = _affine(values.get("affine"))
        if affine is None:
            report.trouble(_NO_MAP.format(PAIRS.file, values["id"]))
            return None
        if works[0] > works[1]:  # under their numbers here it is the other that comes first
            back = np.linalg.inv(np.vstack((affine, (0, 0, 1))))[:2]
            affine = np.round(back, 5)
        first, second = sorted(works)
        lying = affine.reshape(6).tolist()
        return values | {"first_id": first, "second_id": second, "affine": lying}

    take_over(PAIRS, bag, numbers, report, wanted)
    take_over(DECISIONS, bag, numbers, report, _of_its_pair)
    if both_shown:
        report.notes.append(NOT_MERGED.format(both_shown))


def _of_its_pair(values: Json) -> Json | None:
    """A decision without what only its own gallery knew; None where it is of other works."""
    pair = Pair.objects.filter(pk=values.get("pair_id") or 0).first()
    merged = {values.get("stays_id"), values.get("gone_id")}
    is_of_both = pair is not None and merged in ({None}, {pair.first_id, pair.second_id})
    return values | {"record": {}} if is_of_both else None


def _affine(value: Any) -> Any:
    """(2, 3) float64 of a map that can be turned round, or None."""
    is_six = isinstance(value, list) and len(value) == 6
    if not is_six or not all(isinstance(each, int | float) for each in value):
        return None
    if not all(abs(each) < _FARTHEST for each in value):  # nor what is no number at all
        return None
    found = np.reshape(np.asarray(value, np.float64), (2, 3))
    return found if abs(np.linalg.det(found[:, :2])) > 1e-9 else None
