"""Files arrive while the web process and the worker are killed: none is lost, none comes twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.db.models import Count

from benchmarks.tus_client import Account, RefusedError
from tests.ports import free_port
from tests.waiting import PATIENCE, wait_until
from tests.webapp.ingest.pictures import picture
from tests.webapp.intake import hostile
from tests.webapp.intake.senders import signed_in
from tests.workers.conftest import ROOT, Stack, make_stack
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.ingest.models import Item
from webapp.intake.models import Parcel, Upload

pytestmark = pytest.mark.slow

GOOD = 90
ZIPPED = 40
PIECE = 2000
KILLS = 6
HOSTILE = {
    "text.jpg": (b"this is no picture", "This is a text file"),
    "drawing.svg": (hostile.SVG, "This is an SVG drawing"),
    "cut off.jpg": (hostile.cut_off(), "The JPEG file is damaged or cut off"),
    "bomb.png": (hostile.bomb(), "pixels"),
    "empty.jpg": (b"", "empty"),
    "not a.zip": (b"PK\3\4", "The archive is damaged or cut off"),
}


@dataclass
class Web:
    """The web process of a test, on a port of its own."""

    env: dict[str, str]
    log: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    stopped: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "webapp.wsgi", "--no-control-socket"]
        command += ["--bind", f"127.0.0.1:{self.port}", "--worker-class", "gthread"]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [*command, "--workers", "1", "--threads", "4"],
                cwd=ROOT,
                env=self.env,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def answers(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/health/live", timeout=60):
                return True
        except OSError:
            return False

    def kill_now_and_then(self, seed: int) -> None:
        """Kill the process some times, at moments of chance after it has begun to answer."""
        moments = random.Random(seed)
        for _ in range(KILLS):
            while not self.answers() and not self.stopped.wait(0.1):
                pass
            if self.stopped.wait(moments.uniform(0.2, 1.5)):
                return
            self.kill()
            self.start()


@pytest.fixture
def stack(transactional_db: None, tmp_path: Path) -> Iterator[Stack]:
    made = make_stack(tmp_path, ARTREC_SECRET_KEY=settings.SECRET_KEY)
    yield made
    made.stop()


@pytest.fixture
def web(stack: Stack, tmp_path: Path) -> Iterator[Web]:
    made = Web(stack.env, tmp_path / "web.log", free_port())
    made.start()
    yield made
    made.stopped.set()
    made.kill()


def test_no_file_is_lost_or_doubled_while_web_and_worker_are_killed(
    stack: Stack, web: Web, tmp_path: Path
) -> None:
    client = signed_in()
    account = Account(web.port, client.cookies["sessionid"].value)
    worker = stack.start_worker("tests.workers.hurried")
    wait_until(web.answers, what="the web process answers")
    files = {f"good/{number}.jpg": picture(number) for number in range(GOOD)}
    files |= {name: data for name, (data, _reason) in HOSTILE.items()}
    zipped = {f"zipped/{number}.jpg": picture(1000 + number) for number in range(ZIPPED)}
    files["all.zip"] = hostile.archive({**zipped, "inner.zip": b"PK", ".DS_Store": b"x"})
    files["again.jpg"] = files["good/0.jpg"]
    files["good/both.jpg"] = hostile.polyglot()
    sending = account.begin(len(files), sum(map(len, files.values())))["sending"]
    killer = threading.Thread(target=web.kill_now_and_then, args=(7,))
    killer.start()

    with ThreadPoolExecutor(4) as lanes:
        sent = [lanes.submit(account.send, sending, *file, piece=PIECE) for file in files.items()]
        wait_until(lambda: Item.objects.count() >= 20, what="some have arrived")
        stack.kill(worker)
        worker = stack.start_worker("tests.workers.hurried")
        for each in sent:
            each.result(PATIENCE)
    web.stopped.set()
    killer.join()
    with pytest.raises(RefusedError, match=r"huge\.tif has 1,024 MB"):
        account.send(sending, "huge.tif", b"", size=2**30, piece=PIECE)
    wait_until(lambda: Artwork.objects.count() >= 20, what="some are checked and stored")
    stack.kill(worker)
    stack.start_worker("tests.workers.hurried")
    wait_until(_settled, what="every file has its end")

    assert set(Upload.objects.values_list("state", flat=True)) == {"done", "refused"}
    stories = dict(Item.objects.values_list("name", "state"))
    twice = Item.objects.values("name").annotate(times=Count("pk")).filter(times__gt=1)
    assert not list(twice)
    assert stories.keys() == {*files, *zipped, "inner.zip", "huge.tif"} - {"all.zip"}
    visible = {name for name, state in stories.items() if state == "visible"}
    twins = {name for name, state in stories.items() if state == "duplicate"}
    assert visible | twins == {*zipped, *_good(files), "again.jpg"}
    assert len(twins) == 1
    assert twins <= {"again.jpg", "good/0.jpg"}
    for name, (_data, reason) in HOSTILE.items():
        item = Item.objects.get(name=name)
        assert item.state == Item.State.REFUSED
        assert reason in item.reason
    originals = {path.name for path in (tmp_path / "originals/incoming").iterdir()}
    named = ArtworkImage.objects.values_list("original", flat=True)
    assert {name.rpartition("/")[2] for name in named} <= originals
    assert Artwork.objects.filter(state=Artwork.State.VISIBLE).count() == GOOD + 1 + ZIPPED


def _good(files: Iterable[str]) -> set[str]:
    return {name for name in files if name.startswith("good/")}


def _settled() -> bool:
    unpacking = Parcel.objects.filter(state=Parcel.State.WAITING).exists()
    return not unpacking and not Item.objects.filter(finished=None).exists()
