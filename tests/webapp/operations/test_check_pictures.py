from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.management import CommandError, call_command
from PIL import Image

from artrec.images import make_variants
from tests.webapp.makers import make_artwork
from webapp.catalog import variants
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.ingest.models import Batch, Item
from webapp.intake.models import Parcel
from webapp.museums.models import Question
from webapp.operations.checks import pictures
from webapp.operations.checks.pictures import check_folders

pytestmark = pytest.mark.django_db

AGES = 2 * 3600


def picture() -> bytes:
    file = io.BytesIO()
    Image.effect_noise((640, 480), 60).convert("RGB").save(file, "JPEG")
    return file.getvalue()


def complete(artwork: Artwork) -> Artwork:
    """Give a work the files that its row speaks of."""
    content, image = picture(), artwork.image
    storages["originals"].save(image.original, ContentFile(content))
    image.widths, image.formats = variants.complete(image)
    image.save()
    for variant in make_variants(Image.open(io.BytesIO(content))):
        name = f"works/{image.key}/{variant.width}.{variant.format}"
        default_storage.save(name, ContentFile(variant.data))
    return artwork


def file_of(artwork: Artwork, name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "works" / artwork.image.key / name


def aged(storage: str, name: str) -> Path:
    """Store a file that was written long ago."""
    path = Path(storages[storage].path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"picture")
    then = time.time() - AGES
    os.utime(path, (then, then))
    os.utime(path.parent, (then, then))
    return path


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Run the command as a shell would: exit code and output."""
    try:
        call_command("check_gallery", "pictures", *arguments)
    except CommandError as error:
        return error.returncode, capsys.readouterr().out
    return 0, capsys.readouterr().out


def test_a_complete_gallery_is_all_well(capsys: pytest.CaptureFixture[str]) -> None:
    complete(make_artwork())
    complete(make_artwork())

    code, said = check(capsys)

    assert code == 0
    assert "pictures: all well" in said


def test_a_missing_size_is_found_and_made_again(capsys: pytest.CaptureFixture[str]) -> None:
    work = complete(make_artwork())
    file_of(work, "320.webp").unlink()

    looked = check(capsys)
    still_missing = not file_of(work, "320.webp").exists()
    mended = check(capsys, "--mend")

    assert looked[0] == 1
    assert f"artwork {work.pk}: works/{work.image.key}/320.webp" in looked[1]
    assert still_missing
    assert mended[0] == 0
    assert "mended or rung for: 1" in mended[1]
    with Image.open(file_of(work, "320.webp")) as made:
        assert made.size == (320, 240)
    assert check(capsys)[0] == 0


def test_a_size_without_its_original_is_left_to_a_person(
    capsys: pytest.CaptureFixture[str],
) -> None:
    work = complete(make_artwork())
    file_of(work, "320.webp").unlink()
    storages["originals"].delete(work.image.original)

    code, said = check(capsys, "--mend")

    assert code == 1
    assert "works without their original: 1" in said
    assert "works without all their sizes: 1." in said


def test_files_without_rows_are_found_and_deleted(capsys: pytest.CaptureFixture[str]) -> None:
    work = complete(make_artwork())
    lone = [
        aged("originals", "incoming/0a1b"),
        aged("default", "works/nobody/320.webp"),
        aged("default", f"works/{work.image.key}/999.webp"),
    ]

    looked = check(capsys)
    all_there = all(path.exists() for path in lone)
    mended = check(capsys, "--mend")

    assert looked[0] == 1
    assert "originals without a work: 1" in looked[1]
    assert "served files without a work: 1" in looked[1]
    assert "sizes that no work speaks of: 1" in looked[1]
    assert all_there
    assert mended[0] == 0
    assert not any(path.exists() for path in lone)
    assert not lone[1].parent.exists()
    assert check(capsys)[1].startswith("pictures: all well")


def test_files_whose_rows_may_be_on_their_way_are_left_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    storages["originals"].save("incoming/new", ContentFile(b"x"))
    default_storage.save("works/new/320.webp", ContentFile(b"x"))
    waiting = aged("originals", "incoming/waiting")
    batch = Batch.objects.create(source="x")
    Item.objects.create(batch=batch, name="a", incoming="incoming/waiting")
    parcel = aged("originals", "incoming/parcel")
    Parcel.objects.create(batch=batch, name="a.zip", stored="incoming/parcel")
    table = aged("originals", "sources/0a1b/0")
    Question.objects.create(
        source="met", scope="met x", most=9, weekly=True, files={"x.csv": "sources/0a1b/0"}
    )

    code, _ = check(capsys, "--mend")

    assert code == 0
    assert storages["originals"].exists("incoming/new")
    assert default_storage.exists("works/new/320.webp")
    assert waiting.exists()
    assert parcel.exists()
    assert table.exists()


def test_a_folder_that_a_worker_writes_to_is_left_alone_whole() -> None:
    old = aged("default", "works/new/320.webp")
    young = aged("default", "works/new/160.webp")
    young.touch()

    found = list(check_folders(mend=True))

    assert [each.count for each in found] == [0]
    assert old.exists()


def test_pictures_of_former_sizes_are_told_and_are_no_fault(
    capsys: pytest.CaptureFixture[str],
) -> None:
    work = complete(make_artwork())
    ArtworkImage.objects.update(formats=["webp", "jpeg"])
    for file in file_of(work, "").glob("*.avif"):
        file.unlink()

    code, said = check(capsys, "--mend")

    assert code == 0
    assert "visible works without a size or format of today: 1" in said
    assert f"artwork {work.pk}" in said


def test_a_format_that_cannot_be_made_here_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "served_formats", lambda: ("webp", "jpeg"))

    code, said = check(capsys)

    assert code == 0
    assert "formats that cannot be made here: 1" in said
    assert "avif" in said


def test_a_visible_work_without_a_picture_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    work = make_artwork()
    work.image.delete()

    code, said = check(capsys, "--mend")

    assert code == 1
    assert f"artwork {work.pk}" in said


def test_an_unknown_area_is_refused() -> None:
    with pytest.raises(CommandError, match="There is no area paintings; there are pictures, "):
        call_command("check_gallery", "paintings")
