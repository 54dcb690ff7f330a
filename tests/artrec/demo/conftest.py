"""One small collection for all tests of the demo."""

from __future__ import annotations

from pathlib import Path

import pytest

from artrec.demo.command import make_collection
from artrec.demo.plan import Work, plan_works

WORKS = 192
SEED = 7


@pytest.fixture(scope="session")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "collection"
    make_collection(folder, works=WORKS, seed=SEED, jobs=1, size=128)
    return folder


@pytest.fixture(scope="session")
def works() -> list[Work]:
    return plan_works(WORKS, SEED, size=128)
