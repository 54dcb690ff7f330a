"""An export, imported into an installation of its own: the same gallery and recommendations."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.webapp.transfer.galleries import make_gallery
from tests.webapp.transfer.installations import installation
from tests.webapp.transfer.seeing import seen
from webapp.transfer.exporting import Wanted, export


@pytest.mark.slow
@pytest.mark.django_db
def test_an_empty_installation_shows_the_same_gallery_and_the_same_recommendations(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    with installation(tmp_path) as other:
        works = make_gallery(rng)
        export(tmp_path / "all.zip", Wanted([work.pk for work in works], "All", people=True))
        before = json.loads(json.dumps(seen()))

        first = other.take(tmp_path / "all.zip")
        second = other.take(tmp_path / "all.zip")
        after = other.seen()

    assert after == before
    assert "works: 12 taken over, 0 here before" in first
    assert "people/events: 0 taken over, 6 here before" in second
    assert [line for line in second.splitlines() if ": 0 taken over" not in line] == []
    assert before["for_you"]["mara"]
