"""The real parts every test stands on: PostgreSQL with pgvector, storage of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings as django_settings
from pytest_django import Settings
from xdist.scheduler import LoadScopeScheduling

from webapp import embedded


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores, for many tests wait: for workers, for a browser."""
    return min(4, (os.cpu_count() or 1) + 1)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal tests out one by one, but those of the browser as one: they share a running site.

    The plugin's own way to say so, a mark, does nothing under this pytest:
    https://github.com/pytest-dev/pytest-xdist/issues/1386
    """
    scheduler = LoadScopeScheduling(config, log)
    scheduler._split_scope = _scope
    return scheduler


def _scope(nodeid: str) -> str:
    return "browser" if nodeid.startswith("tests/browser/") else nodeid


@pytest.fixture(scope="session", autouse=True)
def _database_server() -> None:
    """Start the embedded server once, unless DATABASE_URL names another."""
    if django_settings.EMBEDDED_PGDATA:
        embedded.start(django_settings.EMBEDDED_PGDATA)


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


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
