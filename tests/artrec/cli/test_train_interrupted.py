"""`train` of a model that learns by gradient: Ctrl-C, and going on from a checkpoint."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from artrec.__main__ import main
from artrec.models.registry import load_model
from tests.artrec.cli.conftest import PROGRAM, Files

TRAIN = ["train", "curatornet", "--set", "training.batch=32", "sampling.mode=random"]


def test_ctrl_c_keeps_the_best_so_far_and_says_so(files: Files, tmp_path: Path) -> None:
    endless = ["training.epochs=100000", "training.patience=100000", "training.lr_min=0"]
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *TRAIN, *endless, *files.featured,
         "--out", str(tmp_path / "m.npz"), "--device", "cpu"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        for line in process.stderr:
            if "epoch 2 " in line:
                process.send_signal(signal.SIGINT)
                break
        out, err = process.communicate(timeout=600)

    assert process.returncode == 0
    assert "Stopped by Ctrl-C; the best so far is kept." in err
    assert "curatornet was fitted on 180 choices" not in out  # i0 has no picture
    assert "curatornet was fitted on" in out
    assert load_model(tmp_path / "m.npz").n_items == 24


def test_training_goes_on_from_its_checkpoint(files: Files, tmp_path: Path) -> None:
    place = ["--checkpoints", str(tmp_path / "c"), "--device", "cpu"]
    given = [*TRAIN, "training.epochs=3", *files.featured, *place]
    main([*given, "--out", str(tmp_path / "whole.npz")])

    status = main([*given, "--out", str(tmp_path / "again.npz"), "--resume"])

    first, second = (load_model(tmp_path / name) for name in ("whole.npz", "again.npz"))
    assert status == 0
    assert (first.item_vectors() == second.item_vectors()).all()
