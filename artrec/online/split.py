"""Who takes part in an experiment, and on which side: a hash, so nothing is stored or asked for."""

from __future__ import annotations

from hashlib import sha256
from typing import Final, Literal

Side = Literal["a", "b"]
_PARTS: Final = 2**64


def position(salt: str, unit: int | str) -> float:
    """Return where a unit stands in [0, 1), the same for ever, uniform over units and over salts.

    SHA-256 of salt and unit, as Kohavi, Tang & Xu ask of a split ("Trustworthy online controlled
    experiments", 2020, chapter 4): experiments of other salts split independently of this one.

    Args:
        salt: Of one experiment; never used again.
        unit: Who is split, for us the id of a visitor.
    """
    digest = sha256(f"{salt}\0{unit}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / _PARTS


def side_of(salt: str, unit: int | str, *, share: float = 1.0) -> Side | None:
    """Return the side of a unit, None for those who do not take part.

    Half of those who take part are on each side. Who is on which side does not depend on the
    share, so a larger share only adds to both.

    Args:
        salt: See `position`.
        unit: See `position`.
        share: Of all units, how many take part, from 0 to 1.
    """
    if position(f"{salt}/part", unit) >= share:
        return None
    return "a" if position(f"{salt}/side", unit) < 0.5 else "b"
