"""A small data set on disk as researchers have them: a CSV, and features with ids."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from artrec.features.store import write_store

USERS, ITEMS = 30, 24
# As from a terminal, also where the tests themselves were started with Ctrl-C ignored.
PROGRAM = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "from artrec.__main__ import main; sys.exit(main(sys.argv[1:]))"
)


@dataclass(frozen=True)
class Files:
    """Users of one camp choose items of one parity; the features show the camp of an item."""

    choices: Path
    """`user_id,item_id,artist_id,timestamp`, the tutorial's CSV."""
    store: Path
    """Written as by `extract`, with keys such as `images/i3.jpg`; i0 has no picture, `new` is
    a picture that nobody chose."""

    @property
    def data(self) -> list[str]:
        return ["--data", str(self.choices)]

    @property
    def featured(self) -> list[str]:
        return [*self.data, "--features", str(self.store)]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    rng = np.random.default_rng(0)
    lines = ["user_id,item_id,artist_id,timestamp"]
    for user in range(USERS):
        own = [item for item in range(ITEMS) if item % 2 == user % 2]
        for place, item in enumerate(rng.permutation(own)[:6]):
            lines.append(f"u{user},i{item},{item % 4},{100 * place + user}")
    (tmp_path / "choices.csv").write_text("\n".join(lines) + "\n")
    looks = 0.2 * rng.normal(size=(ITEMS, 6)).astype(np.float32)
    looks += (1 - 2 * (np.arange(ITEMS) % 2))[:, None]
    rows = [(f"images/i{item}.jpg", looks[item]) for item in range(1, ITEMS)]
    write_store(
        tmp_path / "store",
        [*rows, ("images/new.jpg", looks[0])],
        capacity=ITEMS,
        extractor="made",
        families=[("deep", 0, 6)],
    )
    return Files(tmp_path / "choices.csv", tmp_path / "store")
