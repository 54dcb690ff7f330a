"""What to sample: the strategies of the guidelines, the modes and their settings.

The guidelines are those of Messina et al., "CuratorNet: Visually-aware Recommendation of Art
Images" (2020). Paper, TensorFlow code and both tutorials disagree on details; a mode stands for
one of these sources, and every setting it implies can be overruled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, get_args

from artrec.errors import ConfigError

Mode = Literal["paper", "reference", "icdm", "random"]


class Strategy(IntEnum):
    """How a triplet came about: 1-6 as numbered in the paper, 7 and 8 of the 2021 tutorial."""

    MISSING_IN_BASKET = 1
    NEXT_BASKET = 2
    FAVOURITE_ARTISTS = 3
    PROFILE_ITEMS = 4
    ONE_ITEM = 5
    ONE_ITEM_SAME_ARTIST = 6
    HYBRID_PROFILE = 7
    HYBRID_ONE_ITEM = 8


GUIDELINES = tuple(Strategy(number) for number in range(1, 7))
REAL_USER_SHARES: Mapping[Strategy, float] = dict.fromkeys(GUIDELINES[:4], 0.25)
"""Shares for models that know users by id (VBPR): no artificial one-item profiles."""


@dataclass(frozen=True)
class SamplingConfig:
    """Settings of a `TripletSampler` and of the visual clusters it works with.

    Raises ConfigError for an unknown mode or a value out of range.
    """

    mode: Mode = "paper"
    """`paper`: the six strategies as published, any negative the text allows equally likely.
    `reference`: as the TensorFlow code does it, with hard negatives. `icdm`: the hybrid scorer of
    the 2021 tutorial. `random`: the 2021 IUI tutorial, BPR with short profiles."""
    shares: Mapping[Strategy, float] | None = None
    """Share of the triplets by strategy, summing to 1. None: 1/6 each in `paper` and `reference`,
    strategies 4 and 7 by halves in `icdm`, strategy 4 alone in `random`."""
    hard_ratio: float | None = None
    """Probability that a negative of strategies 4-6 (all, in `icdm`) comes from the visual cluster
    of the positive (6: of the profile item). None: .6 in `reference`, .7 in `icdm`, else 0."""
    visual_margin: float | None = None
    """By how much the cosine of profile item and positive must exceed that of profile item and
    negative in strategy 6; in `icdm` the gap of hybrid scores. None: .1 in `reference`, .18 in
    `icdm`, no visual condition otherwise."""
    profile_cap: int | None = None
    """Longest profile of strategies 4 and 7, in items; strategy 4 then takes the items up to and
    with the positive. None: 10 in `icdm` and `random`, else no limit."""
    hide_positive: float = 0.0
    """Probability that strategy 4 leaves the positive out of its profile. 0 is what all sources
    do, and makes strategy 4 a copying task; a test profile never holds its target."""
    artist_boost: float = 0.2
    """What a shared artist adds to the cosine in the hybrid score of `icdm`."""
    near_duplicates: bool = True
    """Refuse a negative that looks the same as the positive (same cluster, cosine within 1e-7 of
    1), where the world has clusters and vectors. Never done in `random`."""
    max_tries: int = 20
    """Proposals per triplet before it is given up and reported as short."""
    pca_dim: int = 200
    """Principal components of the z-scored features in which clusters and cosines live."""
    clusters: int = 100
    """Number of visual clusters, k of k-means."""
    runs: int = 20
    """Independent k-means runs; the one with the best silhouette is kept."""

    def __post_init__(self) -> None:
        if self.mode not in get_args(Mode):
            known = ", ".join(get_args(Mode))
            raise ConfigError(f"Sampling mode {self.mode!r} is unknown; choose one of {known}.")
        for name in ("hard_ratio", "hide_positive"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise ConfigError(f"{name} is a probability, between 0 and 1; it is {value}.")
        for name in ("profile_cap", "max_tries", "pca_dim", "clusters", "runs"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ConfigError(f"{name} must be at least 1; it is {value}.")
        if self.shares is not None:
            _check_shares(self.shares, self.mode)


@dataclass(frozen=True)
class Rules:
    """A config with every None replaced by what the mode says."""

    shares: Mapping[Strategy, float]
    hard_ratio: float
    visual_margin: float | None
    profile_cap: int | None
    near_duplicates: bool
    cluster_first: bool
    """Negatives: first a uniform cluster, then a uniform item of it. False: a uniform item."""
    earlier_baskets: bool
    """Strategy 1's profile holds all earlier baskets too, not only the rest of this one."""
    hide_positive: float
    artist_boost: float


def rules_of(config: SamplingConfig) -> Rules:
    """What `config` comes to, mode defaults filled in."""
    mode = config.mode
    shares = config.shares if config.shares is not None else _MODE_SHARES[mode]
    margin = {"reference": 0.1, "icdm": 0.18}.get(mode)
    return Rules(
        shares={strategy: share for strategy, share in shares.items() if share > 0},
        hard_ratio=_first(config.hard_ratio, {"reference": 0.6, "icdm": 0.7}.get(mode, 0.0)),
        visual_margin=margin if config.visual_margin is None else config.visual_margin,
        profile_cap=(
            config.profile_cap
            if config.profile_cap is not None
            else {"icdm": 10, "random": 10}.get(mode)
        ),
        near_duplicates=config.near_duplicates and mode != "random",
        cluster_first=mode in ("reference", "icdm"),
        earlier_baskets=mode == "reference",
        hide_positive=config.hide_positive,
        artist_boost=config.artist_boost,
    )


_MODE_SHARES: Mapping[str, Mapping[Strategy, float]] = {
    "paper": dict.fromkeys(GUIDELINES, 1 / 6),
    "reference": dict.fromkeys(GUIDELINES, 1 / 6),
    "icdm": {Strategy.PROFILE_ITEMS: 0.5, Strategy.HYBRID_PROFILE: 0.5},
    "random": {Strategy.PROFILE_ITEMS: 1.0},
}

_MODE_STRATEGIES: Mapping[str, tuple[Strategy, ...]] = {
    "paper": GUIDELINES,
    "reference": GUIDELINES,
    "icdm": (
        Strategy.PROFILE_ITEMS,
        Strategy.ONE_ITEM,
        Strategy.HYBRID_PROFILE,
        Strategy.HYBRID_ONE_ITEM,
    ),
    "random": (Strategy.PROFILE_ITEMS,),
}


def _check_shares(shares: Mapping[Strategy, float], mode: str) -> None:
    strange = [strategy for strategy in shares if strategy not in _MODE_STRATEGIES[mode]]
    if strange:
        known = ", ".join(str(int(strategy)) for strategy in _MODE_STRATEGIES[mode])
        raise ConfigError(f"Mode {mode} has no strategy {strange[0]!r}; it has {known}.")
    if any(share < 0 for share in shares.values()) or abs(sum(shares.values()) - 1) > 1e-6:
        raise ConfigError(
            f"Shares must be at least 0 and sum to 1; they sum to {sum(shares.values()):g}."
        )


def _first(value: float | None, default: float) -> float:
    return default if value is None else value
