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
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from pytest_django import Settings
from xdist.scheduler import LoadScopeScheduling

from webapp import embedded
from webapp.catalog import palette
from webapp.feed import impressions, served
from webapp.quiz import pool

MADE_BY_MIGRATIONS = (
    *("django_migrations", "django_content_type"),
    *("auth_permission", "auth_group", "auth_group_permissions"),
)


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


@pytest.fixture(scope="session", autouse=True)
def _quick_flush() -> Iterator[None]:
    """Empty the database behind tests that commit, far sooner than Django does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _flush)
        yield


def _flush(_test: TransactionTestCase) -> None:
    """Leave what migrations made, which Django would delete and make again, and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(format('%%I', relname), ', ') FROM pg_class"
            " WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace AND relname <> ALL(%s)",
            [list(MADE_BY_MIGRATIONS)],
        )
        cursor.execute(f"TRUNCATE {cursor.fetchone()[0]}")
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname ~ '^vectors_space_[0-9]'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {name}")


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
def _fresh_process() -> Iterator[None]:
    """Let the process keep nothing of works that are gone when the next test begins."""
    yield
    cache.clear()
    served.forget()
    palette.forget()
    pool.forget()
    impressions.discard()


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
