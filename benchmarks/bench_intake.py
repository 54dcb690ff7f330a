"""Ten thousand files through the upload while web and worker are killed: rate, memory, losses.

`python -m benchmarks.bench_intake [--files N] [--every SECONDS]` draws small JPEGs, one in twenty
of them broken, hostile or doubled, and sends them by the site's own protocol in four lanes to a
site of its own, whose web server and worker are killed in turn. In the batch's report each file
must stand once, with its right end and reason. Rates are told as ratios, measured on the same
machine in the same run: to copying the same files bare, and to embedding them alone.
Memory is that of all processes of a kind together.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import io
import json
import math
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import psutil

from artrec.features import load_extractor
from artrec.images import open_image
from benchmarks.mixed_files import GOOD, Row, draw, wrongs
from benchmarks.tus_client import TOKEN, Account

ROOT: Final = Path(__file__).parent.parent
PIECE: Final = 1 << 20
LANES: Final = 4
MOMENT: Final = 0.5
KINDS: Final = {"web": "gunicorn", "worker": "workers.app"}


@dataclass
class Watch:
    """The processes of a site: how much memory they take, and their sudden ends."""

    supervisor: psutil.Process
    every: float
    """Seconds from one sudden end to the next, in the mean; 0 for none."""
    taken: list[dict[str, int]] = field(default_factory=list)
    """Bytes by kind of process, at one moment after the other."""
    killed: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Sample until the end; kill web and worker in turn at moments of chance."""
        moments = random.Random(0)
        due = time.monotonic() + self._pause(moments)
        while not self.ended.wait(MOMENT):
            self.taken.append({name: sum(map(_memory, self.of(name))) for name in KINDS})
            if time.monotonic() > due:
                for process in self.of("web" if self.killed % 2 else "worker"):
                    with suppress(psutil.NoSuchProcess):
                        process.kill()
                self.killed += 1
                due = time.monotonic() + self._pause(moments)

    def peaks(self, name: str) -> list[int]:
        """Return the most bytes in the first half of the time, and in the second."""
        half = len(self.taken) // 2
        return [max(each[name] for each in part) for part in (self.taken[:half], self.taken[half:])]

    def of(self, name: str) -> list[psutil.Process]:
        """Return the processes of the web server, or of the worker."""
        return [each for each in self.supervisor.children(recursive=True) if _is(each, name)]

    def _pause(self, moments: random.Random) -> float:
        return moments.uniform(0.5, 1.5) * self.every if self.every else math.inf


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=500, help="how many (default 500)")
    told = "seconds between sudden ends, in the mean; 0 for none (default 20)"
    parser.add_argument("--every", type=float, default=20, help=told)
    options = parser.parse_args()

    (ROOT / "var").mkdir(exist_ok=True)
    var = Path(tempfile.mkdtemp(prefix="bench-", dir=ROOT / "var"))
    var.chmod(0o755)  # PostgreSQL may be another user
    try:
        ends = draw(var / "files", options.files)
        copying = copied(ends, var / "copies")
        embedding = embedded([path for path, end in ends.items() if end == GOOD][:64])
        with site(var) as (port, process):
            watch = Watch(psutil.Process(process.pid), options.every)
            looking = threading.Thread(target=watch.look)
            looking.start()
            try:
                sent, ended, rows = upload(ends, Account(port, signed_in(port, var)))
            finally:
                watch.ended.set()
                looking.join()
    finally:
        shutil.rmtree(var, ignore_errors=True)
    tell(watch, copying, embedding, sent, ended, rows)
    if wrong := wrongs(ends, rows):
        raise SystemExit("\n".join(("Not every file came to its right end:", *wrong[:20])))


def tell(
    watch: Watch, copying: float, embedding: float, sent: float, ended: float, rows: Sequence[Row]
) -> None:
    """Print what was measured, as Markdown."""
    count = len(rows)
    print("## Intake\n")
    print(f"{count:,} files; {watch.killed} sudden ends in {ended:,.0f} seconds.\n")
    print("| | |")
    print("|---|---:|")
    print(f"| arrived, files/s | {count / sent:.0f} |")
    print(f"| arrived, over bare copying | {count / sent / copying:.3f} |")
    print(f"| came to their end, files/s | {count / ended:.1f} |")
    print(f"| came to their end, over embedding alone | {count / ended / embedding:.4f} |")
    for name in KINDS:
        first, second = watch.peaks(name)
        print(f"| memory of the {name} at most, MB, in the first half | {first / 1e6:.0f} |")
        print(f"| in the second half | {second / 1e6:.0f} |")
    for state, number in Counter(row["state"] for row in rows).most_common():
        print(f"| {state} | {number:,} |")
    print(f"| tried more than once | {sum(int(row['attempts']) > 1 for row in rows):,} |")


def copied(files: Collection[Path], folder: Path) -> float:
    """Files per second of copying alone, each safe on the disk."""
    folder.mkdir()
    start = time.perf_counter()
    for path in files:
        with path.open("rb") as source, (folder / path.name).open("wb") as target:
            shutil.copyfileobj(source, target)
            os.fsync(target.fileno())
    return len(files) / (time.perf_counter() - start)


def embedded(files: Collection[Path]) -> float:
    """Pictures per second of the site's extractor alone, from pictures open in memory."""
    extractor = load_extractor("handmade")
    opened = [open_image(path).pixels for path in files]
    start = time.perf_counter()
    extractor.extract([extractor.prepare(image) for image in opened])
    return len(opened) / (time.perf_counter() - start)


def upload(files: Collection[Path], account: Account) -> tuple[float, float, list[Row]]:
    """Send all files; return the seconds until they had arrived, those until each had its end, and
    the batch's report."""
    start = time.perf_counter()
    sending = account.begin(len(files), sum(path.stat().st_size for path in files))
    with ThreadPoolExecutor(LANES) as lanes:
        list(lanes.map(lambda path: _send(account, sending["sending"], path), files))
    sent = time.perf_counter() - start
    told: dict[str, Any] = {"finished": False}
    while not (told["finished"] and told["total"] >= len(files)):
        time.sleep(MOMENT)
        told = json.loads(account.ask_for(sending["progress"]))
    ended = time.perf_counter() - start
    report = account.ask_for(f"{sending['batch']}report.csv").decode("utf-8-sig")
    return sent, ended, list(csv.DictReader(io.StringIO(report)))


def signed_in(port: int, var: Path) -> str:
    """Sign in as the demo's admin and return the session."""
    people = json.loads((var / "demo-people.json").read_text())
    admin = next(person for person in people if person["role"] == "admin")
    form = {"username": admin["name"], "password": admin["password"]}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(
        "POST",
        "/sign-in/",
        urlencode({**form, "csrfmiddlewaretoken": TOKEN}),
        {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={TOKEN}"},
    )
    cookies = connection.getresponse().headers.get_all("Set-Cookie") or []
    sessions = [each.split(";")[0] for each in cookies if each.startswith("sessionid=")]
    return sessions[0].removeprefix("sessionid=")


@contextmanager
def site(var: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Serve an empty gallery with people in it; yield its port and its supervisor."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "ARTREC_VAR": str(var), "ARTREC_PLAIN_HTTP": "1"}
    env |= {"ARTREC_EXTRACTOR": "handmade", "ARTREC_LOG_LEVEL": "WARNING"}
    env.pop("DATABASE_URL", None)
    command = [sys.executable, "manage.py"]
    process = subprocess.Popen([*command, "serve", "--port", str(port)], env=env, cwd=ROOT)
    try:
        while _away(port):
            time.sleep(MOMENT)
        subprocess.run([*command, "make_people"], env=env, cwd=ROOT, check=True)
        yield port, process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _send(account: Account, sending: int, path: Path) -> None:
    account.send(sending, path.name, path.read_bytes(), piece=PIECE)


def _away(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _is(process: psutil.Process, name: str) -> bool:
    with suppress(psutil.NoSuchProcess):
        return KINDS[name] in " ".join(process.cmdline())
    return False


def _memory(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        return int(process.memory_info().rss)
    return 0


if __name__ == "__main__":
    main()
