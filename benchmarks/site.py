"""A whole site of its own for a benchmark: web process, workers, database, some works."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
START_SECONDS: Final = 180


@contextmanager
def running(data: Path | None, works: int) -> Iterator[str]:
    """Serve `works` works of a folder with `images/` and `artworks.csv`, else of the demo; yield
    the address. All of it is gone afterwards."""
    (ROOT / "var").mkdir(exist_ok=True)
    # Not the system's folder for what is temporary: PostgreSQL may be another user.
    var = Path(tempfile.mkdtemp(prefix="bench-", dir=ROOT / "var"))
    var.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "ARTREC_VAR": str(var), "ARTREC_PLAIN_HTTP": "1"}
    env |= {"ARTREC_EXTRACTOR": "handmade", "ARTREC_LOG_LEVEL": "WARNING"}
    env.pop("DATABASE_URL", None)
    process = subprocess.Popen([sys.executable, "manage.py", "serve", "--port", str(port)], env=env)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{url}/health/")
        folder = _some_of(data, works, var / "some") if data else _drawn(works, var / "demo", env)
        command = [sys.executable, "manage.py", "import_folder", str(folder / "images")]
        command += ["--metadata", str(folder / "artworks.csv"), "--source", "bench"]
        subprocess.run(command, env=env, check=True)
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        shutil.rmtree(var, ignore_errors=True)


def _some_of(data: Path, works: int, folder: Path) -> Path:
    """Copy the first works of a folder."""
    (folder / "images").mkdir(parents=True)
    with (data / "artworks.csv").open(newline="") as stream:
        rows = [row for row, _ in zip(csv.DictReader(stream), range(works), strict=False)]
    for row in rows:
        shutil.copy(data / "images" / row["file"], folder / "images")
    with (folder / "artworks.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return folder


def _drawn(works: int, folder: Path, env: dict[str, str]) -> Path:
    command = [sys.executable, "-m", "artrec", "demo", str(folder), "--works", str(works)]
    subprocess.run(command, env=env, check=True)
    return folder


def _wait(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise SystemExit(f"{url} did not answer within {START_SECONDS} s; see the lines above.")
