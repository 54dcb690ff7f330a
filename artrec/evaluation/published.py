"""Tables as others published them, to be read beside ours, never as ours.

The values are those of the papers and slides named. Splits, features and item sets of the authors
are not ours even on their files, so a difference of a few thousandths says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from artrec.evaluation.report import Report


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """One table of the literature, by the names that our metrics of the same definition have."""

    title: str
    source: str
    caution: str
    metrics: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float, ...]], ...]
    """Method and its values in the order of `metrics`."""


_UGALLERY: Final = PublishedTable(
    title="UGallery",
    source=(
        "Messina, Cartagena, Cerda, del Rio & Parra, CuratorNet, ComplexRec at RecSys 2020, "
        "https://arxiv.org/abs/2009.04426"
    ),
    caution=(
        "Published by others: ResNet50 features, replay in time over the inventory of their log. "
        "L2 is their regularisation."
    ),
    metrics=(
        "auc",
        "recall@20",
        "precision@20",
        "ndcg_ref@20",
        "recall@100",
        "precision@100",
        "ndcg_ref@100",
    ),
    rows=(
        ("Oracle", (1.0, 1.0, 0.0655, 1.0, 1.0, 0.0131, 1.0)),
        ("CuratorNet, L2 1e-4", (0.7204, 0.1683, 0.0106, 0.0966, 0.3200, 0.0040, 0.1246)),
        ("CuratorNet, L2 1e-3", (0.7177, 0.1566, 0.0094, 0.0895, 0.2937, 0.0037, 0.1160)),
        ("VisRank", (0.7151, 0.1521, 0.0093, 0.0956, 0.2765, 0.0034, 0.1195)),
        ("CuratorNet, L2 0", (0.7131, 0.1689, 0.0100, 0.0977, 0.3048, 0.0038, 0.1239)),
        ("CuratorNet, L2 1e-2", (0.7125, 0.1235, 0.0075, 0.0635, 0.2548, 0.0032, 0.0904)),
        ("VBPR, L2 1e-4", (0.6641, 0.1368, 0.0081, 0.0728, 0.2399, 0.0030, 0.0923)),
        ("VBPR, L2 0", (0.6543, 0.1287, 0.0078, 0.0670, 0.2077, 0.0026, 0.0829)),
        ("VBPR, L2 1e-3", (0.6410, 0.0830, 0.0047, 0.0387, 0.1948, 0.0024, 0.0620)),
        ("VBPR, L2 1e-2", (0.5489, 0.0101, 0.0005, 0.0039, 0.0506, 0.0006, 0.0118)),
        ("Random", (0.4973, 0.0103, 0.0006, 0.0041, 0.0322, 0.0005, 0.0098)),
    ),
)

_WIKIMEDIA: Final = PublishedTable(
    title="Wikimedia",
    source=(
        "Tutorial on Visual Recommendation Systems, IUI 2021, README and slides of session 2, "
        "https://github.com/ialab-puc/VisualRecSys-Tutorial-IUI2021"
    ),
    caution=(
        "Published by others: ResNet50 features, the last row of each user, candidates that "
        "include older items of the profile, and AUC over the whole catalogue."
    ),
    metrics=(
        "auc_ref",
        "rr",
        "recall@20",
        "precision@20",
        "ndcg_ref@20",
        "recall@100",
        "precision@100",
        "ndcg_ref@100",
    ),
    rows=(
        (
            "VisRank",
            (0.60491, 0.02788, 0.04267, 0.00213, 0.03020, 0.06215, 0.00062, 0.03376),
        ),
        (
            "CuratorNet",
            (0.66931, 0.01955, 0.03803, 0.00190, 0.02226, 0.07884, 0.00078, 0.02943),
        ),
        ("VBPR", (0.77846, 0.02169, 0.05565, 0.00278, 0.02684, 0.13821, 0.00138, 0.04105)),
        ("DVBPR", (0.83168, 0.04507, 0.12152, 0.00607, 0.05814, 0.25695, 0.00256, 0.08245)),
        ("ACF", (0.80409, 0.01594, 0.05473, 0.00273, 0.02127, 0.14935, 0.00149, 0.03781)),
    ),
)

TABLES: Final[Mapping[str, PublishedTable]] = {"ugallery": _UGALLERY, "wikimedia": _WIKIMEDIA}
"""By the name of the data set."""


def beside(table: PublishedTable, report: Report) -> str:
    """Markdown with the published rows first, then every model of `report` by the same metrics."""
    lines = [
        f"## {table.title} as published, and ours",
        "",
        f"{table.caution} Source: {table.source}.",
        "",
        "| by | method | " + " | ".join(table.metrics) + " |",
        "|---|---|" + "---:|" * len(table.metrics),
    ]
    for method, values in table.rows:
        cells = [f"{value:g}" for value in values]
        lines.append(f"| published | {method} | {' | '.join(cells)} |")
    for row in report.rows:
        cells = [
            f"{row.intervals[name].mean:.4f}" if name in row.intervals else "–"
            for name in table.metrics
        ]
        lines.append(f"| ours | {row.model} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
