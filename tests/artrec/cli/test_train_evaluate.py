"""`train`, `evaluate` and `recommend` on a data set small enough to know the answer."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from artrec.__main__ import main
from artrec.models.registry import load_model
from tests.artrec.cli.conftest import Files

COLD = ["--protocol", "cold-items", "--share", "0.3"]


def train(files: Files, out: Path, *more: str) -> Path:
    assert main(["train", "visrank", *files.featured, "--out", str(out), *more]) == 0
    return out


def test_a_model_that_sees_the_pictures_finds_hidden_works(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = train(files, tmp_path / "vis.npz", *COLD)

    status = main(
        ["evaluate", str(model), *files.featured, *COLD, "--json", str(tmp_path / "e.json")]
    )

    printed = capsys.readouterr()
    auc = json.loads((tmp_path / "e.json").read_text())["rows"][0]["intervals"]["auc"]
    assert status == 0
    assert auc["low"] > 0.7  # only the camp can be known, and chance is .5
    assert f"| auc | {auc['mean']:.4f} | {auc['low']:.4f} to {auc['high']:.4f} |" in printed.out
    assert "1 of 24 items have no features and leave" in printed.err
    assert "1 items with features that nobody chose" in printed.err
    assert "leaving out what cold-items with share 0.3 and seed 0 hides" in printed.out


def test_the_saved_model_is_one_the_library_reads(files: Files, tmp_path: Path) -> None:
    path = train(files, tmp_path / "vis.npz")

    model = load_model(path)
    ids = json.loads((tmp_path / "vis.items.json").read_text())["item_ids"]

    assert model.n_items == len(ids) == 24
    assert ids[-1] == "new"
    assert "i0" not in ids


def test_settings_come_from_a_file_and_are_overruled_one_by_one(
    files: Files, tmp_path: Path
) -> None:
    (tmp_path / "c.json").write_text('{"factors": 3, "sweeps": 2}')

    status = main(
        ["train", "als", *files.data, "--out", str(tmp_path / "als.npz"),
         "--config", str(tmp_path / "c.json"), "--set", "factors=5", "alpha=2"]
    )  # fmt: skip

    config = load_model(tmp_path / "als.npz").config  # type: ignore[attr-defined]
    assert status == 0
    assert (config.factors, config.sweeps, config.alpha) == (5, 2, 2.0)


def test_a_preset_is_where_settings_start(files: Files, tmp_path: Path) -> None:
    status = main(
        ["train", "vbpr", *files.featured, "--preset", "tutorial", "--set", "training.epochs=1",
         "--device", "cpu", "--out", str(tmp_path / "v.npz")]
    )  # fmt: skip

    config = load_model(tmp_path / "v.npz").config  # type: ignore[attr-defined]
    assert status == 0
    assert (config.latent_dim, config.training.batch, config.training.epochs) == (200, 42_000, 1)


@pytest.mark.parametrize(
    ("trained", "asked"),
    [([], ["--protocol", "leave-last"]), (COLD, [*COLD[:2], "--share", "0.4"])],
)
def test_a_model_is_not_asked_for_what_it_has_seen(
    files: Files,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    trained: list[str],
    asked: list[str],
) -> None:
    model = train(files, tmp_path / "vis.npz", *trained)

    status = main(["evaluate", str(model), *files.featured, *asked])

    assert status == 1
    assert "it has seen what" in capsys.readouterr().err


def test_other_features_may_hide_other_choices(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = train(files, tmp_path / "vis.npz", "--protocol", "leave-last")

    status = main(["evaluate", str(model), *files.data, "--protocol", "leave-last"])

    assert status == 1
    assert "with other features, artists or items" in capsys.readouterr().err


def test_other_users_of_the_same_items_may_be_asked(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = train(files, tmp_path / "vis.npz")
    # The catalogue is ordered otherwise here: known items first, those nobody chose after.
    (tmp_path / "others.csv").write_text(
        "user_id,item_id,timestamp\n"
        + "".join(f"v{n},i{item},{item}\n" for n in range(4) for item in (21, 23, 3, 5))
    )
    others = ["--data", str(tmp_path / "others.csv"), "--features", str(files.store)]

    status = main(["evaluate", str(model), *others, "--json", str(tmp_path / "e.json")])

    row = json.loads((tmp_path / "e.json").read_text())["rows"][0]
    assert status == 0
    assert "other choices than these" in capsys.readouterr().err
    # 9 odd items rank above the 12 even ones; the answer is one of them.
    assert row["intervals"]["auc"]["mean"] > 0.5
    assert 0 < row["intervals"]["diversity@20"]["mean"] < 2


def test_items_the_model_does_not_know_are_named(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = train(files, tmp_path / "vis.npz")
    (tmp_path / "others.csv").write_text("user_id,item_id,timestamp\nv,i3,1\nv,strange,2\n")

    status = main(["evaluate", str(model), "--data", str(tmp_path / "others.csv")])

    assert status == 1
    assert "not 1 of those chosen in the data (strange)" in capsys.readouterr().err


def test_ids_of_another_model_are_refused(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = train(files, tmp_path / "first.npz")
    second = train(files, tmp_path / "second.npz", "--set", "top=2")
    first.replace(second)

    status = main(["recommend", str(second), "--profile", "i3"])

    assert status == 1
    assert "belongs to another model" in capsys.readouterr().err


def test_a_profile_gets_works_of_its_camp(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = train(files, tmp_path / "vis.npz")
    capsys.readouterr()

    main(["recommend", str(model), "--profile", "i3, i5", "-k", "4", "--json"])

    found = json.loads(capsys.readouterr().out)
    names = [each["item"] for each in found]
    assert len(names) == 4
    assert all(int(name[1:]) % 2 for name in names)
    assert not {"i3", "i5"} & set(names)
    assert found == sorted(found, key=lambda each: -each["score"])


def test_a_user_of_the_data_is_served_without_what_the_model_does_not_know(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = train(files, tmp_path / "vis.npz")
    (tmp_path / "one.csv").write_text("user_id,item_id,timestamp\nv,i3,1\nv,i0,2\n")
    capsys.readouterr()

    by_user = main(
        ["recommend", str(model), "--user", "v", "--data", str(tmp_path / "one.csv"), "-k", "3"]
    )
    first = capsys.readouterr()
    by_profile = main(["recommend", str(model), "--profile", "i3", "-k", "3"])

    assert by_user == by_profile == 0
    assert first.out == capsys.readouterr().out
    assert "1 of 2 choices are of items that the model does not know" in first.err


def test_similar_items_are_of_the_same_camp(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = train(files, tmp_path / "vis.npz")
    capsys.readouterr()

    main(["recommend", str(model), "--similar", "i4", "-k", "2"])

    rows = capsys.readouterr().out.splitlines()[2:]
    names = [row.split("|")[2].strip() for row in rows]
    assert len(names) == 2
    assert all(name == "new" or int(name[1:]) % 2 == 0 for name in names)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--profile", "i3,none"], "does not know 'none'"),
        (["--user", "u1"], "--user needs --data"),
        (["--user", "nobody", "--data", "CHOICES"], "no user 'nobody'"),
        (["--profile", ","], "at least one chosen item"),
    ],
)
def test_a_wish_that_cannot_be_met_is_one_sentence(
    files: Files,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    more: list[str],
    message: str,
) -> None:
    model = train(files, tmp_path / "vis.npz")
    capsys.readouterr()

    given = [str(files.choices) if each == "CHOICES" else each for each in more]
    status = main(["recommend", str(model), *given])

    printed = capsys.readouterr()
    assert status == 1
    assert message in printed.err
    assert not printed.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "vizrank", "DATA", "--out", "m.npz"], "no model 'vizrank'"),
        (["train", "visrank", "DATA", "--out", "m.npz"], "at least one family"),
        (["train", "als", "DATA", "--out", "m.npz", "--preset", "paper"], "has no preset 'paper'"),
        (["train", "als", "DATA", "--out", "m.npz", "--set", "factor=3"], "there are factors,"),
        (["train", "als", "DATA", "--out", "m.npz", "--set", "factors=few"], "a whole number"),
        (["train", "als", "DATA", "--out", "m.bin"], "--out must end in .npz"),
        (["train", "als", "DATA", "--out", "m.npz", "--resume"], "--resume needs --checkpoints"),
        (["evaluate", "gone.npz", "DATA"], "Cannot read the model gone.npz"),
        (["train", "als", "DATA", "--out", "m.npz", "--min-rating", "4"], "has no ratings"),
    ],
)
def test_bad_input_is_one_sentence_and_status_1(
    files: Files,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    place = arguments.index("DATA")

    status = main([*arguments[:place], *files.data, *arguments[place + 1 :]])

    assert status == 1
    assert message in capsys.readouterr().err
    assert not list(tmp_path.glob("m*"))


def test_training_again_gives_the_same_model(files: Files, tmp_path: Path) -> None:
    for name in ("a.npz", "b.npz"):
        main(["train", "als", *files.featured, "--out", str(tmp_path / name)])

    first, second = load_model(tmp_path / "a.npz"), load_model(tmp_path / "b.npz")

    np.testing.assert_array_equal(first.item_vectors(), second.item_vectors())
