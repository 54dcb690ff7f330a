"""Imports of whole, damaged and foreign exports."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.webapp.makers import make_space
from tests.webapp.transfer.galleries import make_gallery, make_work
from webapp.accounts.models import User
from webapp.catalog.models import Artist, Artwork
from webapp.exhibitions import actions as exhibitions
from webapp.exhibitions.models import Exhibition, Hanging
from webapp.exhibitions.queries import arrangement_of
from webapp.feed.models import Event, Pick, Visitor
from webapp.mine.models import Collection
from webapp.transfer.exporting import Wanted, export
from webapp.transfer.importing import RefusedError, import_export, look_through
from webapp.vectors.models import Space, Vector

pytestmark = pytest.mark.django_db


def _exported(rng: np.random.Generator, path: Path, *, people: bool = False) -> list[int]:
    """Export a gallery and forget it, as if this were another installation."""
    ids = [work.pk for work in make_gallery(rng)]
    export(path, Wanted(ids, "All", people=people))
    for model in (Collection, Visitor, User, Artwork, Artist, Space):
        model.objects.all().delete()
    return ids


def _change(folder: Path, name: str, change: Callable[[str], str], *, sign: bool = True) -> None:
    """Change a file of an export, and its checksum as well if it is to be believed."""
    path = folder / name
    path.write_text(change(path.read_text()))
    if sign:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
            lines = (folder / manifest).read_text().splitlines()
            lines = [f"{digest}  {name}" if line[66:] == name else line for line in lines]
            (folder / manifest).write_text("\n".join(lines) + "\n")


def test_works_keep_their_numbers_and_pictures_and_are_visible(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = _exported(rng, tmp_path / "out")

    report = import_export(tmp_path / "out")

    works = Artwork.objects.filter(state=Artwork.State.VISIBLE)
    image = works.get(pk=ids[0]).image
    assert report.troubles == []
    assert sorted(works.values_list("pk", flat=True)) == ids
    assert default_storage.exists(f"works/{image.key}/64.jpeg")
    assert Vector.objects.count() == 2 * len(ids)
    assert Pick.objects.get(by=None).artwork_id == ids[9]


def test_without_people_public_collections_come_and_nobody_else(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    _exported(rng, tmp_path / "out", people=True)

    import_export(tmp_path / "out")

    found = Collection.objects.values_list("title", "visitor__label", "items__artwork__title")
    assert list(found.order_by("items__position")) == [
        ("Evenings", "imported", "Ridge 0"),
        ("Evenings", "imported", "Ridge 1"),
    ]
    assert not User.objects.exists()
    assert not Event.objects.exists()


def test_what_was_opened_hangs_as_it_hung_and_drafts_stay_behind(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = [work.pk for work in make_gallery(rng)]
    opened = exhibitions.start("Night", ids[:2], None)
    exhibitions.start("Not yet", ids[2:4], None)
    Exhibition.objects.filter(pk=opened.pk).update(opens=timezone.now(), cover=ids[1])
    Hanging.objects.filter(artwork=ids[0]).update(label="The moon.")
    export(tmp_path / "out", Wanted(ids, "All"))
    for model in (Exhibition, Collection, Visitor, User, Artwork, Artist, Space):
        model.objects.all().delete()

    report = import_export(tmp_path / "out")

    found = Exhibition.objects.get()
    assert report.troubles == []
    assert (found.token, found.cover_id, found.state) == (opened.token, ids[1], "open")
    (room,) = arrangement_of(found).rooms
    assert [(hung.work, hung.label) for hung in room.works] == [(ids[0], "The moon."), (ids[1], "")]


def test_new_works_get_numbers_behind_those_that_came(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = _exported(rng, tmp_path / "out")
    import_export(tmp_path / "out")

    work = make_work(rng, 99)

    assert work.pk > max(ids)


def test_an_import_that_was_interrupted_goes_on(rng: np.random.Generator, tmp_path: Path) -> None:
    ids = _exported(rng, tmp_path / "out", people=True)

    def stop(done: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_export(tmp_path / "out", people=True, progress=stop)

    report = import_export(tmp_path / "out", people=True)

    assert (report.made["works"], report.known["works"]) == (len(ids) - 5, 5)
    assert Artwork.objects.filter(state=Artwork.State.VISIBLE).count() == len(ids)
    assert Event.objects.count() == 6


def test_a_damaged_picture_costs_its_work_alone(rng: np.random.Generator, tmp_path: Path) -> None:
    ids = _exported(rng, tmp_path / "out")
    (tmp_path / f"out/data/images/{ids[2]:07d}.png").write_bytes(b"not what it was")

    report = import_export(tmp_path / "out")

    assert len(report.troubles) == 1
    assert report.troubles[0].startswith(
        f"data/works.jsonl, line 3: data/images/{ids[2]:07d}.png: its checksum is not"
    )
    assert set(ids) - set(Artwork.objects.values_list("pk", flat=True)) == {ids[2]}


def test_broken_rows_are_told_by_line_and_the_others_taken(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = _exported(rng, tmp_path / "out")

    def damage(text: str) -> str:
        lines = text.splitlines()
        lines[0] = lines[0][:40]
        lines[1] = lines[1].replace('"state": "visible"', '"state": "sideways"')
        lines[3] = json.dumps({**json.loads(lines[3]), "file": "../../etc/passwd"})
        return "\n".join(lines) + "\n"

    _change(tmp_path / "out", "data/works.jsonl", damage)

    report = import_export(tmp_path / "out")

    told = [trouble.partition(":")[0] for trouble in report.troubles]
    assert told == [f"data/works.jsonl, line {line}" for line in (1, 2, 4)]
    assert Artwork.objects.count() == len(ids) - 3


def test_names_of_files_that_lead_elsewhere_are_made_anew(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = _exported(rng, tmp_path / "out")

    def mislead(text: str) -> str:
        lines = [json.loads(line) for line in text.splitlines()]
        lines[0]["image"] |= {"key": "../../../elsewhere", "original": "../../elsewhere.png"}
        lines[1]["image"] |= {"original": "inside/../../elsewhere.png"}
        return "".join(f"{json.dumps(line)}\n" for line in lines)

    _change(tmp_path / "out", "data/works.jsonl", mislead)

    report = import_export(tmp_path / "out")

    first = Artwork.objects.get(pk=ids[0]).image
    assert [trouble.partition(":")[0] for trouble in report.troubles] == [
        "data/works.jsonl, line 2"
    ]
    assert first.original == f"imported/{ids[0]:07d}.png"
    assert default_storage.exists(f"works/{first.key}/64.jpeg")
    assert not list(tmp_path.rglob("elsewhere*"))


def test_a_work_with_another_picture_by_now_keeps_its_own_vector(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = _exported(rng, tmp_path / "out")
    import_export(tmp_path / "out")
    Artwork.objects.filter(pk=ids[0]).update(source_key="folder:1", state=Artwork.State.CHECKED)
    Artwork.objects.get(pk=ids[0]).image.delete()
    Vector.objects.filter(artwork=ids[0]).delete()

    def with_key(text: str) -> str:
        return text.replace('"source_key": null', '"source_key": "folder:1"', 1)

    _change(tmp_path / "out", "data/works.jsonl", with_key)

    report = import_export(tmp_path / "out")

    assert (report.known["works"], report.made["vectors"]) == (len(ids), 0)
    assert not Vector.objects.filter(artwork=ids[0]).exists()


def test_vectors_that_are_damaged_leave_works_to_the_workers(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = _exported(rng, tmp_path / "out")
    for path in (tmp_path / "out/data/vectors").glob("*.parquet"):
        path.write_bytes(path.read_bytes()[:-20])

    report = import_export(tmp_path / "out")

    waiting = Artwork.objects.filter(state=Artwork.State.CHECKED, claimed_until=None)
    assert waiting.count() == len(ids)
    assert all("checksum" in trouble for trouble in report.troubles)


def test_a_gallery_with_a_look_of_its_own_keeps_it(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    _exported(rng, tmp_path / "out")
    own = make_space()
    taken = make_work(rng, 50)

    report = import_export(tmp_path / "out")

    assert list(Space.objects.all()) == [own]
    assert "a look of its own" in report.notes[0]
    assert Artwork.objects.filter(state=Artwork.State.CHECKED, claimed_until=None).count() == 12
    assert Artwork.objects.get(pk=taken.pk).title == "Ridge 50"


def test_a_number_that_is_taken_is_given_to_nobody_twice(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = _exported(rng, tmp_path / "out")
    make_work(rng, 50, id=ids[0], title="Here before")

    report = import_export(tmp_path / "out")

    moved = Artwork.objects.get(title="Ridge 0")
    assert report.troubles == []
    assert moved.pk not in ids
    assert Artwork.objects.get(pk=ids[0]).title == "Here before"
    assert Vector.objects.filter(artwork=moved).count() == 2


def test_an_export_of_a_newer_format_is_refused(rng: np.random.Generator, tmp_path: Path) -> None:
    _exported(rng, tmp_path / "out")
    _change(
        tmp_path / "out", "export.json", lambda text: text.replace('"version": 1', '"version": 2')
    )

    with pytest.raises(RefusedError, match="format 2, and this installation reads up to 1"):
        import_export(tmp_path / "out")


def test_a_dry_run_checks_everything_and_changes_nothing(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = _exported(rng, tmp_path / "out")
    _change(tmp_path / "out", "data/works.csv", lambda text: text + "x", sign=False)

    works, report = look_through(tmp_path / "out")

    assert works == len(ids)
    assert [trouble.partition(":")[0] for trouble in report.troubles] == ["data/works.csv"]
    assert not Artwork.objects.exists()


@pytest.mark.parametrize("content", [None, b"", b"PK\x05\x06 not a zip"])
def test_what_is_no_export_is_told_as_that(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "thing.zip"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(CommandError, match=r"nothing at|neither a folder nor a whole ZIP"):
        call_command("import_export", str(path))


def test_what_was_held_back_while_it_waited_is_not_shown(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = [work.pk for work in make_gallery(rng)]
    Artwork.objects.filter(pk=ids[0]).update(state=Artwork.State.CHECKED, held=True)
    export(tmp_path / "out", Wanted(ids, "All"))
    Artwork.objects.all().delete()

    import_export(tmp_path / "out")

    works = Artwork.objects.in_bulk(ids)
    assert (works[ids[0]].state, works[ids[0]].held) == (Artwork.State.CHECKED, True)
    assert works[ids[1]].state == Artwork.State.VISIBLE
