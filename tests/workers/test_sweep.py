"""What the timer deletes of files: what nobody refers to and can be made again, and no more."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage

from tests.webapp.makers import make_artwork
from tests.webapp.operations.test_check_pictures import aged
from webapp.catalog.files import tile_name, variant_name
from workers.tasks.sweep import sweep_files

pytestmark = pytest.mark.django_db


def test_files_of_pictures_that_are_gone_are_deleted() -> None:
    gone = [
        aged("default", variant_name("gone", 320, "webp")),
        aged("default", tile_name("gone", "full", "max")),
    ]

    sweep_files()

    assert not any(path.exists() for path in gone)
    assert default_storage.listdir("works") == ([], [])


def test_what_a_row_names_or_cannot_be_made_again_stays() -> None:
    image = make_artwork().image
    kept = [aged("default", variant_name(image.key, width, "webp")) for width in (320, 999)]
    kept.append(aged("originals", "incoming/nobody"))

    sweep_files()

    assert all(path.exists() for path in kept)


def test_what_was_written_lately_stays() -> None:
    young = aged("default", variant_name("new", 320, "webp"))
    young.touch()

    sweep_files()

    assert young.exists()
