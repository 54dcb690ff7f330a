"""An export, imported into an installation of its own: the same gallery and recommendations."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.webapp.transfer.galleries import make_gallery, seen
from webapp.transfer.exporting import Wanted, export

ROOT = Path(__file__).parent.parent.parent.parent
LOOK = (
    "import json, django; from webapp import embedded; django.setup(); "
    "server = embedded.start_if_needed(); from tests.webapp.transfer.galleries import seen; "
    "print(json.dumps(seen()))"
)


class Installation:
    """A database and a folder of files beside those of the tests."""

    def __init__(self, var: Path) -> None:
        hidden = {"DATABASE_URL", "PYTEST_XDIST_WORKER"}
        self.env = {name: value for name, value in os.environ.items() if name not in hidden}
        self.env |= {"ARTREC_VAR": str(var), "DJANGO_SETTINGS_MODULE": "webapp.settings"}
        self.env |= {"ARTREC_PLAIN_HTTP": "1", "OMP_NUM_THREADS": "1"}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def manage(self, *arguments: str) -> str:
        done = self.run("manage.py", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def seen(self) -> Any:
        done = self.run("-c", LOOK)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.django_db
def test_an_empty_installation_shows_the_same_gallery_and_the_same_recommendations(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    works = make_gallery(rng)
    export(tmp_path / "all.zip", Wanted([work.pk for work in works], "All", people=True))
    before = json.loads(json.dumps(seen()))
    other = Installation(tmp_path / "other")
    other.manage("migrate", "--verbosity=0")

    first = other.manage("import_export", str(tmp_path / "all.zip"), "--with-people")
    second = other.manage("import_export", str(tmp_path / "all.zip"), "--with-people")

    assert other.seen() == before
    assert "works: 12 taken over, 0 here before" in first
    assert "works: 0 taken over, 12 here before" in second
    assert "people/events: 0 taken over, 6 here before" in second
    assert before["for_you"]["mara"]
