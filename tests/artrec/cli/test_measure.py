"""What happens to a model in a process of its own."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from artrec.cli import results
from artrec.cli.dataset import add_data_arguments, load
from artrec.cli.measure import Job, measure, shuffled
from artrec.cli.protocols import Protocol
from artrec.models.contract import Content
from artrec.models.popularity import PopularityConfig
from tests.artrec.cli.conftest import Files


@dataclass(frozen=True)
class Deadly:
    """Settings that end the process that receives them, as a lack of memory would."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (9,)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("config", [PopularityConfig(), Deadly()])
def test_a_process_that_dies_is_a_sentence(files: Files, tmp_path: Path, config: object) -> None:
    parser = argparse.ArgumentParser()
    add_data_arguments(parser)
    job = Job(
        name="it",
        model="popularity",
        config=config,
        shuffled=False,
        prepared=load(parser.parse_args(files.data)),
        protocol=Protocol("leave-last"),
        device="cpu",
        key="k",
        out=tmp_path / "it.json",
        checkpoints=tmp_path,
    )

    failure = measure(job)

    kept = results.read(job.out, "k", "it")
    if isinstance(config, Deadly):
        assert failure is not None
        assert "its process ended without a word" in failure
        assert kept is None
    else:
        assert failure is None
        assert kept is not None
        assert float(kept.details[results.PEAK]) > 10


def test_shuffled_features_are_the_same_rows_on_other_items() -> None:
    rows = np.arange(40, dtype=np.float32).reshape(20, 2)
    content = Content({"deep": rows, "twice": 2 * rows}, artists=np.arange(20))

    control = shuffled(content)

    deep = control.features["deep"]
    assert sorted(deep[:, 0].tolist()) == rows[:, 0].tolist()
    assert (deep[:, 0] != rows[:, 0]).mean() > 0.7
    np.testing.assert_array_equal(control.features["twice"], 2 * deep)
    assert control.artists is content.artists
