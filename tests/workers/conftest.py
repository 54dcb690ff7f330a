"""Real workers in processes of their own, on the tests' database and files."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from pytest_django import Settings

from tests import programs
from tests.waiting import PATIENCE, wait_until
from tests.webapp.ingest.sources.museum import Museum, offered
from webapp import jobs
from webapp.accounts.models import User

READY = re.compile(rb"\S+@\S+ ready\.")
"""What a worker writes when it listens."""
ROOT = Path(__file__).parent.parent.parent


@dataclass
class Stack:
    """The environment of workers and commands, and the workers that run in it."""

    env: dict[str, str]
    log: Path
    processes: list[ForkServerProcess] = field(default_factory=list)

    def start_worker(self, application: str = "workers.app") -> ForkServerProcess:
        """Start a worker with its timer, and return when it listens."""
        return self._start(application, "--beat")

    def start_trainer(self, application: str = "workers.trainer") -> ForkServerProcess:
        """Start a worker for trainings alone, and return when it listens."""
        return self._start(application, "-Q", "gpu", "--hostname", "trainer@%h")

    def _start(self, application: str, *options: str) -> ForkServerProcess:
        """Start a worker in a process group of its own."""
        before = self.log.stat().st_size if self.log.exists() else 0
        command = ["celery", "-A", application, "worker", *options]
        command += ["--loglevel", "INFO", "--without-mingle"]
        process = programs.start(*command, env=self.env, output=self.log)
        self.processes.append(process)

        def listens() -> bool:
            said = self.log.read_bytes()[before:] if self.log.exists() else b""
            assert process.is_alive(), said.decode()
            return bool(READY.search(said))

        wait_until(listens, what=f"{application} listens")
        return process

    def kill(self, process: ForkServerProcess) -> None:
        """Kill -9 a worker with its children."""
        assert process.pid is not None
        with suppress(ProcessLookupError):  # it has ended by itself
            os.killpg(process.pid, signal.SIGKILL)
        process.join()

    def end(self, process: ForkServerProcess) -> None:
        """Ask a worker to end, and wait until it has."""
        process.terminate()
        process.join(PATIENCE)
        assert process.exitcode == 0

    @contextmanager
    def pausing(self, step: str) -> Iterator[None]:
        """Have the workers of `tests.workers.pausing` stop at a step while the block runs."""
        mark = self.log.parent / "pauses" / step
        mark.parent.mkdir(exist_ok=True)
        mark.touch()
        yield
        mark.unlink()

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a management command to its end."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=600,
        )

    def stop(self) -> None:
        """Kill every worker that still runs: each is made to survive it, and nobody waits."""
        for process in self.processes:
            if process.is_alive():
                self.kill(process)


@pytest.fixture
def stack(transactional_db: None, tmp_path: Path) -> Iterator[Stack]:
    """Offer workers on the filesystem broker."""
    made = make_stack(tmp_path)
    yield made
    made.stop()


def make_stack(var: Path, **extra: str) -> Stack:
    # The same files that the tests' own storages use: see tests/conftest.py.
    env = {**os.environ, "ARTREC_VAR": str(var), "DATABASE_URL": _database_url(), **extra}
    env |= {"ARTREC_EXTRACTOR": "handmade", "ARTREC_PLAIN_HTTP": "1", "ARTREC_DOWNLOAD": "0"}
    env |= {"DJANGO_SETTINGS_MODULE": "webapp.settings", "OMP_NUM_THREADS": "1"}
    return Stack(env, var / "worker.log")


def _database_url() -> str:
    """Return the address of the very database the test is connected to."""
    address = urlsplit(settings.DATABASE_URL)
    return address._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


@pytest.fixture(autouse=True)
def _no_broker_for_the_test_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the test process rings for is noted by nobody; workers have a broker of their own."""
    monkeypatch.setattr(jobs, "send", lambda *_message: None)


@pytest.fixture
def no_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests within one transaction: the thread that keeps a lease has a connection of its own,
    does not see their rows and would take them for lost."""
    monkeypatch.setattr("workers.leases.BEAT_SECONDS", 600.0)


@pytest.fixture
def museum(settings: Settings) -> Iterator[Museum]:
    """All museums, played by a server on this machine; the settings let workers ask it."""
    with offered(settings) as made:
        yield made


@pytest.fixture
def ada(db: None) -> User:
    """Who asks museums."""
    return User.objects.create_user("ada")
