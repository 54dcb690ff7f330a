"""Follow promotions at the command line, step by step, until they end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from webapp.jobs import workers_answer
from webapp.lab.models import Promotion

_POLL_SECONDS: Final = 0.3


def follow(promotions: Sequence[Promotion], say: Callable[[str], object]) -> bool:
    """Tell each step as it ends; return whether all promotions ended well."""
    if any(row.state in Promotion.OPEN for row in promotions) and not workers_answer():
        say("No worker answers yet; it goes on as soon as one runs.")
    ended = [_to_its_end(row, say) for row in promotions]
    return all(ended)


def _to_its_end(promotion: Promotion, say: Callable[[str], object]) -> bool:
    told: set[str] = set()
    while True:
        promotion.refresh_from_db()
        for step in promotion.steps:
            if step["name"] not in told:
                told.add(step["name"])
                say(f"  {step['name']}: {step['note']} ({step['seconds']} s)")
        if promotion.state not in Promotion.OPEN:
            break
        time.sleep(_POLL_SECONDS)
    for check in promotion.gate.get("checks", []):
        say(f"  {'passed' if check['passed'] else 'FAILED'}  {check['name']}: {check['note']}")
    say(f"{promotion}: {promotion.get_state_display()}. {promotion.reason}".strip())
    return promotion.state == Promotion.State.DONE
