from __future__ import annotations

import struct
from collections.abc import Mapping
from datetime import timedelta
from zipfile import ZIP_BZIP2, ZIP_LZMA

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import TestCase
from django.utils import timezone

from tests.webapp.ingest.pictures import picture
from tests.webapp.intake import hostile
from tests.webapp.intake.senders import kept_files
from webapp.ingest.actions import start_batch
from webapp.ingest.models import Batch, Item, Sheet
from webapp.intake import parcels, staging
from webapp.intake.actions import SPARE_BYTES
from webapp.intake.models import Parcel
from workers import claims, unpacking
from workers.tasks.unpack import unpack

pytestmark = pytest.mark.django_db


def receive(data: bytes, name: str = "all.zip") -> Parcel:
    stored = storages["originals"].save(staging.new_name(), ContentFile(data))
    return Parcel.objects.create(batch=start_batch(source="test"), name=name, stored=stored)


def unpacked(data: bytes) -> Parcel:
    parcel = receive(data)
    for _ in range(200):
        run()
        parcel.refresh_from_db()
        if parcel.state != Parcel.State.WAITING:
            break
    return parcel


def run() -> None:
    """Let a worker go on; what it does at the end of a transaction is done."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        unpack()


def story() -> dict[str, str]:
    return dict(Item.objects.order_by("pk").values_list("name", "reason"))


def test_each_file_of_an_archive_becomes_an_item_of_the_same_batch() -> None:
    files = {f"Halde/{number}.jpg": picture(number) for number in range(70)}

    parcel = unpacked(hostile.archive({"Halde/": b"", **files}))

    assert parcel.state == Parcel.State.DONE
    assert (parcel.entries, parcel.position, parcel.taken) == (70, 70, 70)
    items = Item.objects.filter(batch=parcel.batch_id, state="received")
    kept = {path.name: path.read_bytes() for path in kept_files()}
    assert {item.name: kept[item.incoming.rpartition("/")[2]] for item in items} == files
    assert len(kept) == 70


def test_tables_go_their_own_way_and_litter_is_counted() -> None:
    files = {
        "works.csv": b"file,title\na.jpg,Harbour\n",
        "a.jpg": picture(1),
        ".DS_Store": b"x",
        "__MACOSX/._a.jpg": b"x",
    }

    parcel = unpacked(hostile.archive(files))

    assert Sheet.objects.get().name == "works.csv"
    assert story() == {"a.jpg": ""}
    assert (parcel.litter, parcel.refused) == (2, 0)
    assert len(kept_files()) == 1


@pytest.mark.parametrize(
    ("data", "taken", "refused"),
    [
        (
            hostile.archive({"a.zip": b"PK", "b.tar.gz": b"x", "c.jpg": picture(1)}),
            ["c.jpg"],
            {"a.zip": "an archive inside an archive", "b.tar.gz": "an archive inside an archive"},
        ),
        (
            hostile.encrypted({"a.jpg": picture(1), "b.jpg": picture(2)}, "a.jpg"),
            ["b.jpg"],
            {"a.jpg": "It is encrypted"},
        ),
        (
            hostile.damaged({"a.jpg": picture(1), "b.jpg": picture(2)}, "a.jpg"),
            ["b.jpg"],
            {"a.jpg": "It is damaged in the archive"},
        ),
        (hostile.with_link("/etc/passwd"), ["a.jpg"], {"link.jpg": "It is a link"}),
        (
            hostile.zip_bomb(1, 200 * 2**20),
            [],
            {"0.bmp": "It has 200 MB; at most 100 MB are allowed"},
        ),
        (hostile.archive({}), [], {"all.zip": "There is no file to take"}),
        (hostile.archive({".DS_Store": b"x"}), [], {"all.zip": "There is no file to take"}),
        (b"", [], {"all.zip": "damaged or cut off"}),
        (b"this is no archive at all", [], {"all.zip": "damaged or cut off"}),
        (hostile.archive({"a.jpg": picture(1)})[:-30], [], {"all.zip": "damaged or cut off"}),
    ],
    ids=[
        *("nested", "encrypted", "damaged", "link", "bomb", "empty", "litter", "nothing"),
        *("text", "truncated"),
    ],
)
def test_what_cannot_be_taken_is_told_and_the_rest_is_kept(
    data: bytes, taken: list[str], refused: Mapping[str, str]
) -> None:
    unpacked(data)

    assert [name for name, reason in story().items() if not reason] == taken
    reasons = {name: reason for name, reason in story().items() if reason}
    assert reasons.keys() == refused.keys()
    assert all(refused[name] in reason for name, reason in reasons.items())
    assert len(kept_files()) == len(taken)


def test_no_name_leads_out_of_the_folder() -> None:
    unpacked(hostile.archive({name: b"x" for name in hostile.TRICKS if name.isprintable()}))

    names = set(story())
    assert "etc/passwd.jpg" in names
    assert not {name for name in names if name.startswith(("/", "..")) or "\\" in name}
    originals = storages["originals"].path("")
    assert all(str(path).startswith(originals) for path in kept_files())


def test_a_bomb_of_many_files_ends_where_too_much_came_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(unpacking, "GRACE", 10 * 2**20)

    parcel = unpacked(hostile.zip_bomb(60, 2**20))

    assert parcel.state == Parcel.State.DONE
    assert 10 <= parcel.taken <= 30
    assert "too much comes of so small an archive" in story()["all.zip"]
    assert sum(path.stat().st_size for path in kept_files()) <= 30 * 2**20


def test_an_archive_that_lists_a_hundred_thousand_files_is_refused_unread() -> None:
    end = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 46, 0, 0)
    end64 = struct.pack(
        "<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 100_000, 100_000, 46 * 100_000, 0
    )
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1)

    parcel = unpacked(end64 + locator + end)

    assert parcel.state == Parcel.State.REFUSED
    assert "holds 100,000 files; at most 50,000" in story()["all.zip"]


def test_an_archive_that_hides_how_much_it_lists_is_refused_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(unpacking, "MOST_ENTRIES", 5)
    data = bytearray(hostile.archive({f"{number}.jpg": b"x" for number in range(9)}))
    end = data.rfind(b"PK\5\6")
    data[end + 8 : end + 12] = struct.pack("<HH", 1, 1)

    unpacked(bytes(data))

    assert "holds 9 files; at most 5" in story()["all.zip"]


def _at_its_very_end() -> bytes:
    """A list of contents whose address looks like a second, cut-off end."""
    return struct.pack("<4sHHHHL4sH", b"PK\5\6", 0, 0, 1, 1, 2**31, b"PK\5\6", 0)


def _in_its_comment() -> bytes:
    """A long form of the end, and another, harmless one in the comment."""
    harmless = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, 46, 0)
    true = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, 2**40, 0)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1)
    end = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, 1, 1, 46, 0, len(harmless))
    return true + locator + end + harmless


@pytest.mark.parametrize("end", [_at_its_very_end(), _in_its_comment()], ids=["end", "comment"])
def test_no_second_end_hides_how_long_the_list_of_contents_is(end: bytes) -> None:
    parcel = unpacked(bytes(100) + end)

    assert parcel.state == Parcel.State.REFUSED
    assert "list of contents is too long" in story()["all.zip"]


@pytest.mark.parametrize("kind", [ZIP_BZIP2, ZIP_LZMA])
def test_a_file_that_could_not_be_unpacked_piece_by_piece_is_refused(kind: int) -> None:
    unpacked(hostile.archive({"a.jpg": picture(1)}, kind=kind))

    assert "compressed in a way that is not known here" in story()["a.jpg"]
    assert not kept_files()


def test_unpacking_leaves_room_on_the_disk_to_the_rest_of_the_site(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(staging, "free_bytes", lambda: SPARE_BYTES)

    parcel = unpacked(hostile.archive({"a.jpg": picture(1)}))

    assert parcel.taken == 0
    assert "no room left on the server's disk" in story()["all.zip"]


def test_names_in_utf8_that_do_not_say_so_are_read() -> None:
    data = bytearray(hostile.archive({"écran.jpg": picture(1)}))
    for start, at in ((b"PK\3\4", 7), (b"PK\1\2", 9)):
        data[data.find(start) + at] &= ~8

    unpacked(bytes(data))

    assert list(story()) == ["écran.jpg"]


def test_what_a_killed_worker_left_is_deleted_and_nothing_is_doubled() -> None:
    parcel = receive(hostile.archive({f"{number}.jpg": picture(number) for number in range(5)}))
    left = [storages["originals"].save(staging.new_name(), ContentFile(b"x")) for _ in range(3)]
    Parcel.objects.update(pending=left, attempts=1, claimed_until=timezone.now())

    run()
    run()

    parcel.refresh_from_db()
    assert parcel.state == Parcel.State.DONE
    assert Item.objects.count() == 5
    assert len(kept_files()) == 5


def test_a_worker_that_lost_the_archive_keeps_nothing() -> None:
    parcel = receive(b"x")
    parcels.reserve(parcel.pk, ["incoming/mine"])
    storages["originals"].save("incoming/mine", ContentFile(b"y"))
    Parcel.objects.update(pending=["incoming/of-another"])

    outcome = parcels.Outcome(1, taken=[("a.jpg", "incoming/mine")])
    with TestCase.captureOnCommitCallbacks(execute=True):
        noted = parcels.note(parcel.pk, ["incoming/mine"], outcome)

    assert not noted
    assert not Item.objects.exists()
    assert [path.read_bytes() for path in kept_files()] == [b"x"]


def test_an_archive_that_ends_its_worker_is_given_up() -> None:
    parcel = receive(hostile.archive({"a.jpg": picture(1)}))
    past = timezone.now() - timedelta(seconds=1)
    Parcel.objects.update(attempts=claims.MAX_ATTEMPTS, claimed_until=past)

    run()

    parcel.refresh_from_db()
    assert parcel.state == Parcel.State.REFUSED
    assert "The worker ended each time" in story()["all.zip"]


def test_an_archive_whose_file_is_gone_says_so() -> None:
    parcel = receive(b"x")
    storages["originals"].delete(parcel.stored)

    run()

    assert "no longer there" in story()["all.zip"]


def test_an_archive_of_a_deleted_batch_is_no_trouble() -> None:
    receive(hostile.archive({"a.jpg": picture(1)}))
    Batch.objects.all().delete()

    run()

    assert not Item.objects.exists()
