"""Another installation beside the one of the tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.db import connection

from webapp.transfer import postgres

ROOT = Path(__file__).parent.parent.parent.parent
LOOK = (
    "import json, django; django.setup(); from tests.webapp.transfer.seeing import seen; "
    "print(json.dumps(seen()))"
)


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    """Make an installation without works: a database and a folder of files. To be called before
    the test writes anything."""
    name = f"other_{connection.settings_dict['NAME']}"
    address = urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
    _on_server(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}"')
    # What the test has written is not committed, so the dump is of an empty site.
    postgres.dump(folder / "empty.dump")
    fill = [postgres.tool("pg_restore"), "--no-owner", f"--dbname={address}"]
    subprocess.run([*fill, str(folder / "empty.dump")], check=True)
    try:
        yield Installation(folder / "other", address)
    finally:
        _on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


def _on_server(*statements: str) -> None:
    with psycopg.connect(settings.DATABASE_URL, dbname="postgres", autocommit=True) as server:
        for statement in statements:
            server.execute(statement)


class Installation:
    """Runs commands of its own in processes of their own."""

    def __init__(self, var: Path, address: str) -> None:
        self.env = {**os.environ, "ARTREC_VAR": str(var), "DATABASE_URL": address}
        self.env |= {"DJANGO_SETTINGS_MODULE": "webapp.settings", "OMP_NUM_THREADS": "1"}

    def python(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def take(self, path: Path) -> str:
        return self.python("manage.py", "import_export", str(path), "--with-people")

    def seen(self) -> Any:
        return json.loads(self.python("-c", LOOK))
