"""An export, imported into an installation of its own: the same gallery and recommendations."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tests.webapp.transfer.galleries import make_gallery, seen
from webapp.transfer import postgres
from webapp.transfer.exporting import Wanted, export

ROOT = Path(__file__).parent.parent.parent.parent
LOOK = (
    "import json, django; django.setup(); from tests.webapp.transfer.galleries import seen; "
    "print(json.dumps(seen()))"
)


@pytest.fixture
def other(db: None, tmp_path: Path) -> Iterator[Installation]:
    """An installation without works: a database and a folder of files beside those of the tests."""
    name = f"other_{connection.settings_dict['NAME']}"
    address = urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
    _on_server(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}"')
    # What the test has written is not committed, so the dump is of an empty site.
    postgres.dump(tmp_path / "empty.dump")
    fill = [postgres.tool("pg_restore"), "--no-owner", f"--dbname={address}"]
    subprocess.run([*fill, str(tmp_path / "empty.dump")], check=True)
    yield Installation(tmp_path / "other", address)
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


@pytest.mark.slow
def test_an_empty_installation_shows_the_same_gallery_and_the_same_recommendations(
    other: Installation, rng: np.random.Generator, tmp_path: Path
) -> None:
    works = make_gallery(rng)
    export(tmp_path / "all.zip", Wanted([work.pk for work in works], "All", people=True))
    before = json.loads(json.dumps(seen()))

    first = other.take(tmp_path / "all.zip")
    second = other.take(tmp_path / "all.zip")

    assert other.seen() == before
    assert "works: 12 taken over, 0 here before" in first
    assert "people/events: 0 taken over, 6 here before" in second
    assert [line for line in second.splitlines() if ": 0 taken over" not in line] == []
    assert before["for_you"]["mara"]
