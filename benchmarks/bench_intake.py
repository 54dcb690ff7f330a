"""Ten thousand files through the upload while web and worker are killed: rate, memory, losses.

Small JPEGs drawn here, one in twenty broken, sent by the site's own protocol in four lanes. Rates
are told as ratios, measured on the same machine in the same run: to copying the same files bare,
and to the network's forward pass alone.
"""

from __future__ import annotations

import argparse
import http.client
import json
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
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import numpy as np
import psutil
from PIL import Image

from artrec.errors import ImageError
from artrec.features import load_extractor
from artrec.images import open_image
from benchmarks.tus_client import TOKEN, Account

ROOT: Final = Path(__file__).parent.parent
BROKEN_EVERY: Final = 20
PIECE: Final = 1 << 20
LANES: Final = 4
MOMENT: Final = 0.5
KINDS: Final = {"web": "gunicorn", "worker": "workers.app"}


@dataclass
class Watch:
    """The processes of a site: how much memory they take, and their sudden ends."""

    supervisor: psutil.Process
    kills: int
    peak: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    killed: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Sample until the end; kill web and worker in turn at moments of chance."""
        moments = random.Random(0)
        due = time.monotonic() + moments.uniform(5, 15)
        while not self.ended.wait(MOMENT):
            for name in KINDS:
                self.peak[name] = max(self.peak[name], sum(map(_memory, self.of(name))))
            if self.killed < self.kills and time.monotonic() > due:
                for process in self.of("web" if self.killed % 2 else "worker"):
                    with suppress(psutil.NoSuchProcess):
                        process.kill()
                self.killed += 1
                due = time.monotonic() + moments.uniform(5, 15)

    def of(self, name: str) -> list[psutil.Process]:
        """Return the processes of the web server, or of the worker."""
        return [each for each in self.supervisor.children(recursive=True) if _is(each, name)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=500, help="how many (default 500)")
    parser.add_argument("--kills", type=int, default=6, help="sudden ends (default 6)")
    options = parser.parse_args()

    (ROOT / "var").mkdir(exist_ok=True)
    var = Path(tempfile.mkdtemp(prefix="bench-", dir=ROOT / "var"))
    var.chmod(0o755)  # PostgreSQL may be another user
    try:
        files = draw(var / "files", options.files)
        copying = copied(files, var / "copies")
        forward = forward_only([path for path in files[1:65] if path.suffix == ".jpg"])
        with site(var) as (port, process):
            watch = Watch(psutil.Process(process.pid), options.kills)
            looking = threading.Thread(target=watch.look)
            looking.start()
            try:
                sent, ended, counts = upload(files, Account(port, signed_in(port, var)))
            finally:
                watch.ended.set()
                looking.join()
    finally:
        shutil.rmtree(var, ignore_errors=True)
    tell(options.files, watch, copying, forward, sent, ended, counts)


def tell(
    count: int,
    watch: Watch,
    copying: float,
    forward: float,
    sent: float,
    ended: float,
    counts: dict[str, int],
) -> None:
    """Print what was measured, as Markdown."""
    broken = -(-count // BROKEN_EVERY)
    lost = count - sum(counts.values())
    print("## Intake\n")
    print(f"{count:,} files, {broken:,} of them broken; {watch.killed} sudden ends.\n")
    print("| | |")
    print("|---|---|")
    print(f"| arrived, files/s | {count / sent:.0f} |")
    print(f"| arrived, over bare copying | {count / sent / copying:.3f} |")
    print(f"| in the gallery or refused, files/s | {count / ended:.1f} |")
    print(f"| in the gallery or refused, over the forward pass | {count / ended / forward:.4f} |")
    for name, peak in watch.peak.items():
        print(f"| memory of the {name} at most, MB | {peak / 1e6:.0f} |")
    print(f"| ends | {', '.join(f'{number:,} {state}' for state, number in counts.items())} |")
    print(f"| lost or doubled | {abs(lost)} |\n")
    if lost or counts.get("refused") != broken:
        raise SystemExit("Not every file came to its right end.")


def draw(folder: Path, count: int) -> list[Path]:
    """Draw small pictures no two of which are alike; one in twenty is none."""
    folder.mkdir()
    generator = np.random.default_rng(0)
    paths = []
    for number in range(count):
        path = folder / f"{number:06}.jpg"
        buffer = BytesIO()
        fields = generator.integers(0, 256, (12, 16, 3), np.uint8)
        Image.fromarray(fields).resize((640, 480)).save(buffer, "JPEG", quality=88)
        data = buffer.getvalue()
        path.write_bytes(data[: len(data) // 2] if number % BROKEN_EVERY == 0 else data)
        paths.append(path)
    return paths


def copied(files: list[Path], folder: Path) -> float:
    """Files per second of copying alone, each safe on the disk."""
    folder.mkdir()
    start = time.perf_counter()
    for path in files:
        with path.open("rb") as source, (folder / path.name).open("wb") as target:
            shutil.copyfileobj(source, target)
            os.fsync(target.fileno())
    return len(files) / (time.perf_counter() - start)


def forward_only(files: list[Path]) -> float:
    """Pictures per second of the site's extractor alone, from pictures ready in memory."""
    extractor = load_extractor("handmade")
    opened = []
    for path in files:
        with suppress(ImageError):  # every twentieth is broken
            opened.append(extractor.prepare(open_image(path).pixels))
    start = time.perf_counter()
    extractor.extract(opened)
    return len(opened) / (time.perf_counter() - start)


def upload(files: list[Path], account: Account) -> tuple[float, float, dict[str, int]]:
    """Send all files; return the seconds until they had arrived, until each had its end, and how
    many came to which end."""
    start = time.perf_counter()
    sending = account.begin(len(files), sum(path.stat().st_size for path in files))
    with ThreadPoolExecutor(LANES) as lanes:
        list(lanes.map(lambda path: _send(account, sending["sending"], path), files))
    sent = time.perf_counter() - start
    told: dict[str, Any] = {"finished": False}
    while not (told["finished"] and told["total"] >= len(files)):
        time.sleep(MOMENT)
        told = account.ask_for(sending["progress"])
    return sent, time.perf_counter() - start, {e["state"]: e["count"] for e in told["counts"]}


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
