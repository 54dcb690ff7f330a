"""`manage.py import_export` shows how far it is."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command

from tests.webapp.transfer.exports import change, exported
from webapp.catalog.models import Artwork

pytestmark = pytest.mark.django_db


def without_works(about: str) -> str:
    """Return what an export says of itself, but not how many works it has."""
    said = json.loads(about)
    del said["works"]
    return json.dumps(said)


def test_it_shows_how_many_works_of_all_are_done(
    rng: np.random.Generator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    count = len(exported(rng, tmp_path / "out"))

    call_command("import_export", str(tmp_path / "out"), stdout=StringIO())

    assert f"{count}/{count} [" in capsys.readouterr().err


def test_an_export_that_does_not_say_how_many_comes_in_too(
    rng: np.random.Generator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    count = len(exported(rng, tmp_path / "out"))
    change(tmp_path / "out", "export.json", without_works)

    call_command("import_export", str(tmp_path / "out"), stdout=StringIO())

    assert f"{count}work [" in capsys.readouterr().err
    assert Artwork.objects.count() == count
