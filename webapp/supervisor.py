"""Run the whole stack on one machine: web, worker and trainer as children, restarted if they die.

`manage.py serve` is the caller. Every child gets a process group of its own, so that one Ctrl-C
reaches us alone and we stop them in order.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

log = logging.getLogger(__name__)

STOP_SECONDS: Final = 15.0
"""A child that has not ended this long after SIGTERM is killed."""
SETTLED_SECONDS: Final = 30.0
"""A child that lived this long starts again at once; others wait longer each time."""

STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class StackError(Exception):
    """The stack cannot start; the message says why and what to do."""


@dataclass
class Child:
    """One process that shall always run."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    log_file: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    wait_until: float = 0.0

    def start(self) -> None:
        """Start the process, its output appended to `log_file`."""
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 (our own command lines)
                self.command,
                env={**os.environ, **self.env},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started = time.monotonic()

    def keep_alive(self) -> None:
        """Start the process again when it has died, with a growing pause if it dies at once."""
        if self.process is None or self.process.poll() is None:
            if self.process is None and time.monotonic() >= self.wait_until:
                self.start()
            return
        self._end_group()
        lived = time.monotonic() - self.started
        self.failures = 0 if lived > SETTLED_SECONDS else self.failures + 1
        self.wait_until = time.monotonic() + min(2**self.failures - 1, 30)
        log.warning("%s ended with %s; starting it again", self.name, self.process.returncode)
        self.process = None

    def ask_to_end(self) -> None:
        """Ask the process to end, and do not wait for it."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """Wait for the process that was asked to end, and kill what is left of its group."""
        if self.process is None:
            return
        if self.process.poll() is None:
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                log.warning("%s did not stop in %.0f s; killing it", self.name, STOP_SECONDS)
        self._end_group()
        self.process.wait()

    def _end_group(self) -> None:
        """Leave no orphans: a killed parent's children go on in its process group."""
        if self.process is not None:
            with suppress(ProcessLookupError):  # the whole group may have ended by itself
                os.killpg(self.process.pid, signal.SIGKILL)


def check_port(host: str, port: int) -> None:
    """Raise StackError with advice when `host:port` cannot be listened on."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as error:
        raise StackError(
            f"Cannot listen on {host}:{port} ({error}). Is another copy running? "
            f"Choose another port, for example: make demo PORT={min(port, 65000) + 1}"
        ) from error


def children(*, host: str, port: int, logs: Path) -> list[Child]:
    """Describe the processes of the stack."""
    python = sys.executable
    env = {"PYTHONUNBUFFERED": "1"}
    web = [python, "-m", "gunicorn", "webapp.wsgi", "--bind", f"{host}:{port}"]
    web += ["--workers", "1", "--threads", "8", "--worker-class", "gthread"]
    web += ["--timeout", "120", "--no-control-socket"]
    # The timer lives in the one worker; a process of its own would hold a second torch.
    worker = [python, "-m", "celery", "-A", "workers.app", "worker", "--beat"]
    worker += ["--concurrency", "1", "--loglevel", "INFO", "--without-mingle"]
    # It waits beside the worker, so that works go on appearing while a model is trained.
    trainer = [python, "-m", "celery", "-A", "workers.trainer", "worker", "--queues", "gpu"]
    trainer += ["--hostname", "trainer@%h", "--concurrency", "1"]
    trainer += ["--loglevel", "INFO", "--without-mingle"]
    # Eight requests at once are parallel enough. The threads that BLAS would add to each fight
    # those of the others: with two, the heads of models were ten times slower than with one.
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return [
        Child("web", web, env | one_thread, logs / "web.log"),
        Child("worker", worker, env, logs / "worker.log"),
        Child("trainer", trainer, env, logs / "trainer.log"),
    ]


@contextmanager
def running(stack: Sequence[Child]) -> Iterator[None]:
    """Start the children; stop them together, however the block ends."""
    # A shell that starts us in the background leaves Ctrl-C ignored; we listen all the same.
    previous = {number: signal.signal(number, _interrupt) for number in STOP_SIGNALS}
    try:
        for child in stack:
            child.start()
        yield
    finally:
        for number in STOP_SIGNALS:  # a second Ctrl-C must not leave orphans behind
            signal.signal(number, signal.SIG_IGN)
        for child in stack:  # Celery's workers take seconds to end, so all of them at once
            child.ask_to_end()
        for child in reversed(stack):
            child.stop()
        for number, handler in previous.items():
            signal.signal(number, handler)


def wait_for_web(url: str, web: Child, *, seconds: float = 60.0) -> None:
    """Return once `url` answers; raise StackError when the process ends or time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if web.process is not None and web.process.poll() is not None:
            raise StackError(f"The web server ended at once; its log is {web.log_file}")
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 (our own address)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise StackError(f"The web server did not answer in {seconds:.0f} s; its log is {web.log_file}")


def supervise(stack: Sequence[Child], also: Callable[[], None]) -> None:
    """Keep the children alive until interrupted, calling `also` once a second."""
    while True:
        for child in stack:
            child.keep_alive()
        also()
        time.sleep(1.0)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
