from __future__ import annotations

import csv
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import redis
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Count

from tests.ports import free_port
from tests.waiting import wait_until
from tests.webapp.ingest.pictures import folder_of, picture
from tests.workers.conftest import Stack, make_stack
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.ingest.actions import Incoming, receive_files, start_batch
from webapp.ingest.models import Item
from webapp.vectors.models import Feature, Space, Vector

pytestmark = pytest.mark.slow

HURRIED = "tests.workers.hurried"
PAUSING = "tests.workers.pausing"


@pytest.fixture
def redis_stack(transactional_db: None, tmp_path: Path) -> Iterator[Stack]:
    """Offer workers on a Redis of their own."""
    server = shutil.which("redis-server")
    assert server, "redis-server is not installed; on Debian: apt-get install redis-server"
    port = free_port()
    address = f"redis://127.0.0.1:{port}/0"
    command = [server, "--port", str(port), "--save", "", "--bind", "127.0.0.1"]
    process = subprocess.Popen([*command, "--dir", str(tmp_path)], stdout=subprocess.DEVNULL)
    wait_until(lambda: _answers(address), what="Redis answers")
    made = make_stack(tmp_path, CELERY_BROKER_URL=address)
    yield made
    made.stop()
    process.terminate()
    process.wait()


def _answers(address: str) -> bool:
    with redis.Redis.from_url(address) as client, suppress(redis.ConnectionError):
        return bool(client.ping())
    return False


def visible() -> int:
    return Artwork.objects.filter(state=Artwork.State.VISIBLE).count()


def each_once(count: int) -> bool:
    """Tell whether `count` works have one feature and one vector in the live space each."""
    live = Space.objects.get(state=Space.State.LIVE)
    vectors = Vector.objects.filter(space=live).values("artwork").annotate(n=Count("pk"))
    features = Feature.objects.values("artwork").annotate(n=Count("pk"))
    return [row["n"] for row in vectors] == [1] * count and [row["n"] for row in features] == [
        1
    ] * count


def test_a_folder_ends_on_the_walls_and_a_broken_file_says_why(
    stack: Stack, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path / "my pictures", [f"süb {i % 2}/p {i}.jpg" for i in range(12)])
    (folder / "broken.jpg").write_bytes(picture(99)[:400])
    stack.start_worker()

    done = stack.manage("import_folder", str(folder))

    assert done.returncode == 1, done.stderr
    assert "12 added, 0 updated, 0 skipped, 1 failed" in done.stdout
    assert "broken.jpg: The JPEG file is damaged or cut off" in done.stderr
    assert visible() == 12
    assert each_once(12)
    for image in ArtworkImage.objects.all():
        for kind in image.formats:
            assert default_storage.exists(f"works/{image.key}/{image.widths[-1]}.{kind}")
    refused = Item.objects.get(state=Item.State.REFUSED)
    assert refused.reason.startswith("The JPEG file is damaged")
    (report,) = (tmp_path / "reports").glob("*.csv")
    with report.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert sorted(row["result"] for row in rows) == ["added"] * 12 + ["failed"]

    (folder / "broken.jpg").unlink()
    (folder / "süb 0/p 0.jpg").write_bytes(picture(500))
    again = stack.manage("import_folder", str(folder))

    assert again.returncode == 0, again.stderr
    assert "0 added, 1 updated, 11 skipped, 0 failed" in again.stdout
    assert visible() == 12
    assert each_once(12)
    assert ArtworkImage.objects.filter(original__contains="incoming/").count() == 12
    assert len(list((tmp_path / "originals/incoming").iterdir())) == 12


def test_a_killed_worker_leaves_every_picture_embedded_exactly_once(
    stack: Stack, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path / "many", [f"{i}.jpg" for i in range(90)])
    assert stack.manage("import_folder", str(folder), "--no-wait").returncode == 0

    with stack.pausing("checking"):
        worker = stack.start_worker(PAUSING)
        wait_until(lambda: Artwork.objects.count() >= 10, what="some are checked")
        stack.kill(worker)
    assert Item.objects.filter(state=Item.State.RECEIVED).exists()
    with stack.pausing("embedding"):
        worker = stack.start_worker(PAUSING)
        wait_until(lambda: visible() >= 1, what="some are embedded")
        stack.kill(worker)
    assert visible() < 90
    stack.start_worker(PAUSING)

    wait_until(lambda: visible() == 90, what="all are embedded")
    assert each_once(90)
    assert set(Item.objects.values_list("state", flat=True)) == {"visible"}
    keys = {path.name for path in (tmp_path / "media/works").iterdir()}
    assert keys == set(ArtworkImage.objects.values_list("key", flat=True))


def test_a_lost_message_is_rung_again(stack: Stack, tmp_path: Path) -> None:
    stack.start_worker(HURRIED)
    log = stack.log
    looked_around = re.compile(rb"ring_again\[\S+ succeeded")
    wait_until(lambda: bool(looked_around.search(log.read_bytes())), what="it looked around")

    # The row is written, and nobody is told.
    receive_files(
        batch=start_batch(source="test"), files=[Incoming("a.jpg", ContentFile(picture(1)))]
    )

    wait_until(lambda: visible() == 1, what="the timer rings")


def test_without_a_worker_the_command_says_so_and_the_files_wait(
    stack: Stack, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path / "f", ["a.jpg"])

    done = stack.manage("import_folder", str(folder))

    assert done.returncode == 0, done.stderr
    assert "No worker answers" in done.stderr
    assert "celery -A workers.app worker" in done.stderr
    assert "1 waiting" in done.stdout
    assert Item.objects.get().state == Item.State.RECEIVED


def test_a_dry_run_changes_nothing(stack: Stack, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "f", ["a.jpg", "b.jpg"])
    table = tmp_path / "table.csv"
    table.write_text("file,title,mood,year\na.jpg,A,calm,1900\nb.jpg,B,loud,then\n")

    done = stack.manage("import_folder", str(folder), "--metadata", str(table), "--dry-run")

    assert done.returncode == 1
    assert "Columns that are not used: mood" in done.stdout
    assert "Would add 1, update 0, skip 0; 1 cannot be taken." in done.stdout
    assert "table.csv:3:year: 'then' is not a year" in done.stderr
    assert not Item.objects.exists()


def test_the_same_import_runs_through_redis(redis_stack: Stack, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "f", [f"{i}.jpg" for i in range(5)])
    redis_stack.start_worker()

    done = redis_stack.manage("import_folder", str(folder))

    assert done.returncode == 0, done.stderr
    assert "5 added, 0 updated, 0 skipped, 0 failed" in done.stdout
    assert visible() == 5
    assert each_once(5)
