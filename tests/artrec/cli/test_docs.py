"""The commands of the documentation, run in its order on small files of the formats it names."""

from __future__ import annotations

import csv
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artrec.__main__ import main
from artrec.cli.measure import run_here
from artrec.data.writers import write_embeddings

DOCS = Path(__file__).parents[3] / "docs"
# Enough for each kind of training to run; how well it does is measured elsewhere.
BRIEF = {"epochs": 1, "batch": 64}
BRIEFLY = {"compare": ["--seeds", "1"]}


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """("sh", command) and (file name, JSON) in the order of the page."""
    text = (DOCS / page).read_text(encoding="utf-8")
    for found in re.finditer(r"(?:`(\S+\.json)`:\n\n *)?```(sh|json)\n(.*?)```", text, re.DOTALL):
        name, kind, content = found.groups()
        if kind == "json":
            yield name, content
            continue
        for line in content.strip().splitlines():
            yield "sh", line.strip()


def run_page(page: str) -> list[str]:
    """Run all of a page in the current folder; the commands that were run."""
    commands = []
    for kind, content in blocks(page):
        if kind != "sh":
            plan = json.loads(content)
            for entry in plan:
                if entry["model"] in ("vbpr", "curatornet"):
                    training = entry.setdefault("config", {}).setdefault("training", {})
                    training.update(BRIEF)
            Path(kind).write_text(json.dumps(plan))
            continue
        words = shlex.split(content)
        assert words[:3] == ["python", "-m", "artrec"]
        assert main([*words[3:], *BRIEFLY.get(words[3], [])]) == 0, content
        commands.append(words[3])
    return commands


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare each model a process of its own, which `test_compare` covers, and its start."""
    monkeypatch.setattr("artrec.cli.compare.measure", run_here)


def camps(rng: np.random.Generator) -> Iterator[tuple[int, list[list[int]]]]:
    """30 users of two camps, and three baskets of two works each, of 40."""
    for user in range(30):
        own = rng.permutation(np.arange(user % 2, 40, 2))[:6].tolist()
        yield user, [own[:2], own[2:4], own[4:]]


def looks(rng: np.random.Generator) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    vectors = 0.3 * rng.normal(size=(40, 16))
    vectors[:, 0] += 1 - 2 * (np.arange(40) % 2)
    return vectors.astype(np.float32)


def test_the_examples_of_the_command_line_work(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    with (tmp_path / "choices.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["user_id", "item_id", "artist_id", "timestamp"])
        for user, baskets in camps(rng):
            for time, basket in enumerate(baskets):
                writer.writerows([f"u{user}", item, item % 6, 1000 * time] for item in basket)
    (tmp_path / "pictures").mkdir()
    for item in range(40):
        grain = rng.integers(0, 90, (48, 48, 3), np.uint8)
        colour = np.array((160, 20, 20) if item % 2 else (20, 20, 160), np.uint8)
        Image.fromarray(grain + colour).save(tmp_path / "pictures" / f"{item}.png")

    commands = run_page("command-line.md")

    report = json.loads((tmp_path / "report/report.json").read_text())
    assert set(commands) == {
        "extract", "train", "evaluate", "compare", "recommend", "sample-report", "atlas",
    }  # fmt: skip
    assert "visrank, mean of three (shuffled features)" in {row["model"] for row in report["rows"]}
    assert not report["failed"]
    assert json.loads((tmp_path / "figures.json").read_text())["rows"][0]["model"] == "curatornet"
    assert (tmp_path / "triplets.csv").read_text().startswith("profile,pi,ni,ui\n")


def test_the_recipe_leads_to_both_tables(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    _write_ugallery(tmp_path / "ugallery", rng)
    _write_wikimedia(tmp_path / "wikimedia", rng)

    run_page("reproduce.md")

    for name, method in (("ugallery", "CuratorNet, L2 1e-4"), ("wikimedia", "DVBPR")):
        report = json.loads((tmp_path / f"{name}-report/report.json").read_text())
        markdown = (tmp_path / f"{name}-report/report.md").read_text()
        assert not report["failed"]
        assert f"| published | {method} |" in markdown
        assert re.search(r"\| ours \| curatornet, .* \|", markdown)


def _write_ugallery(folder: Path, rng: np.random.Generator) -> None:
    """The hashed files of CuratorNet; times are ordinals."""
    folder.mkdir()
    names = [f"{item:032x}" for item in range(40)]
    with (folder / "purchases.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["user_id_hash", "purchase_timestamp", "purchased_artwork_ids_hash"])
        for user, baskets in camps(rng):
            for time, basket in enumerate(baskets, start=1):
                bought = [names[item] for item in basket]
                writer.writerow([f"{1000 + user:032x}", 100 * time + user, str(bought)])
    with (folder / "inventory.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["artwork_id_hash", "artist_id_hash", "upload_timestamp"])
        writer.writerows([name, f"{row % 6:032x}", row] for row, name in enumerate(names))
    clusters = {name: row % 8 for row, name in enumerate(names)}
    (folder / "clusters.json").write_text(json.dumps(clusters))
    write_embeddings(names, looks(rng), folder / "resnet_embeddings.npy")


def _write_wikimedia(folder: Path, rng: np.random.Generator) -> None:
    """The CSV of the tutorial, with a choice made twice."""
    folder.mkdir()
    lines = ["user_id,item_id,timestamp"]
    for user, baskets in camps(rng):
        chosen = [item for basket in baskets for item in basket]
        lines += [f"{user},{200500000 + i},{t}" for t, i in enumerate([chosen[0], *chosen])]
    (folder / "wikimedia.csv").write_text("\n".join(lines) + "\n")
    names = [f"{200500000 + item}.jpg" for item in range(40)]
    write_embeddings(names, looks(rng), folder / "embedding-resnet50.npy")
