"""What visitors see when parts die, and that everything comes back by itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import suppress

import psutil
import pytest

from tests.browser.conftest import ROOT, Site
from tests.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_killed_database_is_a_clear_page_and_comes_back(site: Site) -> None:
    assert site.status() == 200
    postmaster = int((site.var / "postgres" / "postmaster.pid").read_text().split()[0])
    answers: list[int] = []
    pages: list[str] = []

    os.kill(postmaster, signal.SIGKILL)

    def recovered() -> bool:
        try:
            with urllib.request.urlopen(site.url, timeout=60) as answer:
                answers.append(answer.status)
        except urllib.error.HTTPError as error:
            answers.append(error.code)
            pages.append(error.read().decode())
        return 503 in answers and answers[-1] == 200

    wait_until(recovered, what="the site recovers from a killed database")
    assert set(answers) <= {200, 503}
    assert "Artrec" in pages[0]


def test_a_killed_web_server_and_worker_are_started_again(site: Site) -> None:
    before = _parts(site)
    assert before.keys() == {"gunicorn", "worker"}

    for process in before.values():
        process.kill()

    def replaced() -> bool:
        now = _parts(site)
        return now.keys() == before.keys() and all(now[part] != before[part] for part in now)

    wait_until(lambda: replaced() and site.status() == 200, what="the parts return")


def _parts(site: Site) -> dict[str, psutil.Process]:
    """Return the web server and the worker among the children of `serve`."""
    found: dict[str, psutil.Process] = {}
    for process in psutil.Process(site.process.pid).children():
        with suppress(psutil.Error):  # it has just ended
            words = process.cmdline()
            found |= {part: process for part in ("gunicorn", "worker") if part in words}
    return found


def test_a_taken_port_is_a_clear_message(site: Site) -> None:
    port = site.url.rstrip("/").rpartition(":")[2]

    done = subprocess.run(
        [sys.executable, "manage.py", "serve", "--port", port],
        cwd=ROOT,
        env=site.env,
        capture_output=True,
        text=True,
        timeout=600,
    )

    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "make demo PORT=" in done.stderr
