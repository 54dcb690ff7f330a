"""Models on several families of features against themselves on one: the table, with its tests.

The draws of hidden items share their users, so values are averaged user by user over the draws, and
the test is between those means.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from artrec.evaluation.intervals import holm, paired_permutation

SHOWN: Final = {"auc": "AUC", "recall@20": "R@20", "ndcg@20": "nDCG@20", "recall@100": "R@100"}
TESTED: Final = ("auc", "ndcg@20")


def table(folders: Sequence[tuple[Path, Path]], models: Sequence[str]) -> str:
    """Markdown of `models`, by pairs of folders of `compare`: on one family and on several.

    Raises FileNotFoundError for a model that one of them did not measure.
    """
    before = {name: _means([one for one, _ in folders], name) for name in models}
    after = {name: _means([more for _, more in folders], name) for name in models}
    tests = {
        metric: [paired_permutation(after[name][metric], before[name][metric]) for name in models]
        for metric in TESTED
    }
    corrected = {metric: holm([each.p_value for each in tests[metric]]) for metric in TESTED}
    heads = [*SHOWN.values(), *(f"Δ {SHOWN[each]} | p" for each in TESTED)]
    columns = len(SHOWN) + 2 * len(TESTED)
    lines = [f"| model | families | {' | '.join(heads)} |", "|---|---|" + "---:|" * columns]
    for place, name in enumerate(models):
        cells = []
        for metric in TESTED:
            gain = tests[metric][place].difference
            p_value = corrected[metric][place]
            cells.append(f"{gain.mean:+.4f} [{gain.low:+.3f}, {gain.high:+.3f}]")
            cells.append(f"{p_value:.3f}".removeprefix("0"))
        lines.append(f"| {name} | one | {_shown(before[name])} |" + " – |" * (2 * len(TESTED)))
        lines.append(f"| {name} | several | {_shown(after[name])} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _shown(values: Mapping[str, NDArray[np.float64]]) -> str:
    return " | ".join(f"{values[metric].mean():.4f}" for metric in SHOWN)


def _means(folders: Sequence[Path], name: str) -> dict[str, NDArray[np.float64]]:
    """Each metric by user, averaged over the draws that ask something of the user."""
    results = [_result(folder, name) for folder in folders]
    users = np.concatenate([np.array(each["users"]) for each in results])
    _, rows = np.unique(users, return_inverse=True)
    counts = np.bincount(rows)
    return {
        metric: np.bincount(rows, np.concatenate([each["values"][metric] for each in results]))
        / counts
        for metric in SHOWN
    }


def _result(folder: Path, name: str) -> Any:
    """What `compare` kept of a model under the settings it has in the folder's plan."""
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    means = {row["model"]: row["intervals"]["auc"]["mean"] for row in report["rows"]}
    for path in sorted((folder / "models").glob("*.json")):
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["model"] == name and np.isclose(
            np.mean(kept["values"]["auc"]), means.get(name, np.nan)
        ):
            return kept
    raise FileNotFoundError(f"{folder} holds no result of {name!r}; measure it again.")
