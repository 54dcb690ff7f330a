"""Every model on one real data set, warm and item cold start: the tables of docs/results.md.

    python -m benchmarks.bench_models --data ratings.csv --features mobilenet [--pixels pixels]
        [--more NAME=STORE ...] [--tables warm cold ablation-warm ablation-cold ...]

`--data` is a file of choices that `python -m artrec compare` reads, `--features` and `--pixels` are
stores written by `python -m artrec extract`. Data sets may not be copied into a project, so there
is none by default. Measured models are kept in `--out`, and an interrupted run goes on from there.

- warm: each user's last choice among everything the user has not chosen.
- cold: a fifth of the items hidden with all that was chosen of them, ranked among themselves; the
  regime of a gallery of one-of-a-kind works. Early stopping holds out whole items likewise.
- pixels: DVBPR, trained from pictures of 64 x 64.
- ablation: CuratorNet plus, one ingredient changed at a time, without controls.
- splits: the visual models on four other draws of hidden items, and their means over all four.
- families: the visual models on `--more` families of features beside the first, against themselves
  on the first alone: on the draws of splits, averaged user by user, or warm. `families.json` weighs
  one store called `handmade`.
- guidelines: triplets by the published guidelines against random ones, for CuratorNet and VBPR, the
  seeds of one model averaged user by user.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from benchmarks import families

HERE: Final = Path(__file__).parent
PROTOCOLS: Final = {"warm": "leave-last", "cold": "cold-items"}
VALIDATION: Final = {"warm": "last-item", "cold": "cold-items"}
TABLES: Final = (
    *(
        f"{kind}{name}"
        for kind in ("", "pixels-", "ablation-", "families-", "guidelines-")
        for name in PROTOCOLS
    ),
    "splits-cold",
)
SPLITS: Final = (1, 2, 3, 4)
"""Seeds of the draws of hidden items; the main table has 0."""
SHOWN: Final = ("auc", "recall@20", "ndcg@20", "recall@100")
"""Metrics whose means over the draws are printed."""
TRAINED: Final = frozenset(
    {"bpr-mf", "vbpr", "acf", "acf-content", "dvbpr", "curatornet", "curatornet-plus"}
)
GUIDED: Final = {
    "curatornet": {"mode": "paper", "runs": 3},
    # Models that know users by id have no use for artificial profiles of one item.
    "vbpr": {"mode": "paper", "runs": 3, "shares": {"1": 0.25, "2": 0.25, "3": 0.25, "4": 0.25}},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="file of choices")
    parser.add_argument("--format", help="of the data, where it is not clear")
    parser.add_argument("--features", type=Path, required=True, metavar="STORE")
    parser.add_argument("--pixels", type=Path, metavar="STORE", help="for DVBPR")
    parser.add_argument(
        "--more", nargs="+", metavar="NAME=STORE", default=[], help="further families of features"
    )
    parser.add_argument("--out", type=Path, default=Path("var/bench/models"))
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=TABLES)
    parser.add_argument("--seeds", type=int, default=3, help="of the guidelines (default 3)")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for table in options.tables:
        kind, _, split = table.rpartition("-")
        tables = {
            "": compare_all,
            "pixels": from_pixels,
            "ablation": ablate,
            "guidelines": guide,
            "splits": split_again,
            "families": see_more,
        }
        tables[kind](options, split)


def compare_all(options: argparse.Namespace, split: str) -> None:
    """Every model that learns from choices and features, with its control."""
    _compare(options, split, split, _read("models.json"), "--baseline", "visrank, average")


def from_pixels(options: argparse.Namespace, split: str) -> None:
    """DVBPR, which needs pictures, beside VisRank on features."""
    if options.pixels is None:
        sys.stdout.write(f"pixels-{split}: left out, since there is no --pixels\n")
        return
    plan = _read(f"dvbpr-{split}.json")
    more = ("--baseline", "visrank, average", "--pixels", str(options.pixels))
    _compare(options, f"pixels-{split}", split, plan, *more)


def ablate(options: argparse.Namespace, split: str) -> None:
    """CuratorNet plus, one ingredient changed at a time."""
    plan = _read("ablation.json")
    _compare(
        options, f"ablation-{split}", split, plan, "--baseline", "curatornet-plus", "--no-controls"
    )


def guide(options: argparse.Namespace, split: str) -> None:
    """Guided against random triplets, one table per model, so that the test is between the two."""
    for model, guided in GUIDED.items():
        plan = [
            {"name": f"{model}, guided", "model": model, "config": {"sampling": guided}},
            {
                "name": f"{model}, random",
                "model": model,
                "config": {"sampling": {"mode": "random"}},
            },
        ]
        _compare(
            options,
            f"guidelines-{split}-{model}",
            split,
            plan,
            *("--baseline", f"{model}, random", "--no-controls", "--seeds", str(options.seeds)),
        )


def split_again(options: argparse.Namespace, split: str) -> None:
    """The visual models on other draws of hidden items."""
    found: dict[str, list[dict[str, float]]] = {}
    for seed in SPLITS:
        name = _draw(options, split, seed)
        report = json.loads((options.out / name / "report.json").read_text(encoding="utf-8"))
        for row in report["rows"]:
            means = {metric: each["mean"] for metric, each in row["intervals"].items()}
            found.setdefault(row["model"], []).append(means)
    lines = [
        "| model | AUC by split | AUC | R@20 | nDCG@20 | R@100 |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for model, rows in sorted(found.items(), key=lambda each: -fmean(r["auc"] for r in each[1])):
        by_split = ", ".join(f"{row['auc']:.3f}" for row in rows)
        shown = [fmean(row[name] for row in rows) for name in SHOWN]
        lines.append(
            f"| {model} | {by_split} | " + " | ".join(f"{each:.4f}" for each in shown) + " |"
        )
    text = "\n".join([*lines, ""])
    (options.out / f"splits-{split}.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)


def _draw(options: argparse.Namespace, split: str, seed: int) -> str:
    """Measure the visual models on another draw of hidden items; the folder's name."""
    name = f"splits-{split}-{seed}"
    more = ("--baseline", "visrank, average", "--no-controls", "--seed", str(seed))
    _compare(options, name, split, _read("splits.json"), *more)
    return name


def see_more(options: argparse.Namespace, split: str) -> None:
    """The visual models on more families of features, against themselves on the first alone."""
    if not options.more:
        sys.stdout.write(f"families-{split}: left out, since there is no --more\n")
        return
    plan = _read("families.json")
    fixed = ("--baseline", "visrank, average", "--no-controls")
    pairs = []
    if split == "warm":
        compare_all(options, split)
        _compare(options, "families-warm", split, plan, *fixed, also=options.more)
        pairs.append((split, "families-warm"))
    else:
        for seed in SPLITS:
            name = f"families-{split}-{seed}"
            seeded = (*fixed, "--seed", str(seed))
            _compare(options, name, split, plan, *seeded, also=options.more)
            pairs.append((_draw(options, split, seed), name))
    text = families.table(
        [(options.out / one, options.out / more) for one, more in pairs],
        [entry["name"] for entry in plan],
    )
    (options.out / f"families-{split}.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)


def _compare(
    options: argparse.Namespace,
    name: str,
    split: str,
    plan: list[dict[str, Any]],
    *more: str,
    also: Sequence[str] = (),
) -> None:
    folder = options.out / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "plan.json"
    chosen = [_validated(entry, VALIDATION[split]) for entry in plan]
    path.write_text(json.dumps(chosen, indent=2), encoding="utf-8")
    command = [sys.executable, "-m", "artrec", "compare", "--plan", str(path), *more]
    command += ["--data", str(options.data), "--features", f"deep={options.features}", *also]
    command += ["--protocol", PROTOCOLS[split], "--out", str(folder), "--title", name]
    if options.format:
        command += ["--format", options.format]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    sys.stdout.write(f"{name}: {folder / 'report.md'}\n")


def _validated(entry: dict[str, Any], validation: str) -> dict[str, Any]:
    """The entry with the epoch chosen in the regime of the table."""
    config = dict(entry.get("config", {}))
    if entry["model"] in TRAINED:
        config["training"] = config.get("training", {}) | {"validation": validation}
    if entry["model"] == "blend":
        config["validation"] = config.get("validation", {}) | {"validation": validation}
    return {**entry, "config": config}


def _read(name: str) -> Any:
    return json.loads((HERE / name).read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
