"""The real parts every test stands on: PostgreSQL with pgvector, storage of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connection
from pytest_django import DjangoDbBlocker, Settings
from xdist.scheduler import LoadScopeScheduling

from webapp import embedded


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores, for many tests wait: for workers, for a browser."""
    return min(4, (os.cpu_count() or 1) + 1)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal tests out by files, which share what is costly to make, in the order of collection.

    Those of the browser go together, for they share a running site; those that wait for processes
    of their own go one by one. The plugin's own way to say so, a mark, does nothing under this
    pytest: https://github.com/pytest-dev/pytest-xdist/issues/1386
    """
    config.option.loadscopereorder = False
    scheduler = LoadScopeScheduling(config, log)
    scheduler._split_scope = _scope
    return scheduler


def _scope(nodeid: str) -> str:
    if nodeid.startswith("tests/browser/"):
        return "browser"
    if nodeid.startswith("tests/workers/"):
        return nodeid
    return nodeid.partition("::")[0]


@pytest.hookimpl(trylast=True)  # after the order of chance
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that at the end no process waits for another."""
    items.sort(key=lambda item: ("browser" not in item.keywords, "slow" not in item.keywords))


@pytest.fixture(scope="session", autouse=True)
def _database_server() -> None:
    """Start the embedded server once, unless DATABASE_URL names another.

    What is in it need not outlive the machine, so nothing waits for a disk.
    """
    if django_settings.EMBEDDED_PGDATA:
        server = embedded.start(django_settings.EMBEDDED_PGDATA)
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(autouse=True)
def _storage(settings: Settings, tmp_path: Path) -> None:
    """Give each test empty folders for media and originals."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.RUNS_ROOT = tmp_path / "runs"
    settings.STORAGES = {
        **settings.STORAGES,
        "originals": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "originals", "base_url": None},
        },
        "models": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "models", "base_url": None},
        },
        # Tests render pages without a collectstatic before them.
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def _nothing_committed_stays(
    request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Remove what Django leaves behind a test that commits: it empties only its own tables.

    Files are dealt out one by one, so the next may look at impressions or at indexes of spaces.
    """
    yield
    marker = request.node.get_closest_marker("django_db")
    commits = "transactional_db" in request.fixturenames
    if not commits and not (marker and marker.kwargs.get("transaction")):
        return
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE feed_impression")
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname ~ '^vectors_space_[0-9]'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX IF EXISTS {name}")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
