"""The metrics once more, one query at a time and by sorting, as the reference code has them."""

from __future__ import annotations

import math


def places(
    scores: list[float], candidates: list[int], relevant: list[int]
) -> tuple[list[float], int]:
    """0-based places of the relevant items: mean over best and worst order of ties with others."""
    others = [scores[c] for c in candidates if c not in relevant]
    found = []
    for seen, score in enumerate(sorted((scores[r] for r in relevant), reverse=True)):
        better = sum(1 for other in others if other > score)
        equal = sum(1 for other in others if other == score)
        found.append(better + equal / 2 + seen)
    return found, len(candidates)


def auc(idx: list[float], m: int) -> float:
    n = len(idx)
    if m == n:
        return 1.0
    return sum(((m - i - 1) - (n - r)) / (m - n) for r, i in enumerate(idx, start=1)) / n


def hits(idx: list[float], k: int) -> int:
    return sum(1 for i in idx if i < k)


def dcg(idx: list[float], k: int) -> float:
    return sum(1 / math.log2(i + 2) for i in idx if i < k)


def ndcg(idx: list[float], k: int) -> float:
    return dcg(idx, k) / dcg([float(i) for i in range(min(k, len(idx)))], k)


def ndcg_ref(idx: list[float], k: int) -> float:
    made = hits(idx, k)
    return dcg(idx, k) / dcg([float(i) for i in range(made)], k) if made else 0.0


def average_precision_sum(idx: list[float], k: int) -> float:
    return sum(place / (i + 1) for place, i in enumerate(idx, start=1) if i < k)


def all_metrics(idx: list[float], m: int, k: int, n_items: int) -> dict[str, float]:
    n, made = len(idx), hits(idx, k)
    return {
        "auc": auc(idx, m),
        "auc_ref": auc(idx, n_items),
        "rr": 1 / (1 + idx[0]),
        f"recall@{k}": made / n,
        f"precision@{k}": made / k,
        f"f1@{k}": 2 * (made / k) * (made / n) / (made / k + made / n) if made else 0.0,
        f"hit_rate@{k}": float(made > 0),
        f"ndcg@{k}": ndcg(idx, k),
        f"ndcg_ref@{k}": ndcg_ref(idx, k),
        f"map@{k}": average_precision_sum(idx, k) / min(n, k),
        f"map_ref@{k}": average_precision_sum(idx, k) / k,
    }
