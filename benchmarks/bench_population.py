"""How many visitors it takes an experiment to tell a better model from a worse one.

`python -m benchmarks.bench_population [--people N]` fills a scratch database with synthetic works
of four camps and lets visitors of known camps click through the whole site: For you, artwork pages,
looks and likes by its own forms. Two models are compared: VisRank over what the works look like,
and the same with part of its vectors shuffled among the works. Printed are the visits after which
interleaving and an A/B test were sure, whether either ever erred with two equal models, and what
the sample-ratio check said of a sound and of a broken split. Markdown.
"""

from __future__ import annotations

import argparse
from unittest.mock import patch

import django
import numpy as np
from django.core.management import call_command

from benchmarks.bench_queries import scratch_database


def compare(people: int, rounds: int, spoilt: float) -> None:
    from django.core.cache import cache

    from tests.webapp.crowds import make_gallery, make_people, visit
    from webapp.feed import impressions
    from webapp.feed.models import Experiment
    from webapp.lab.experiment_results import Results, results
    from webapp.lab.experiments import start, stop

    rng = np.random.default_rng(0)
    gallery = make_gallery(160, rng, spoilt=spoilt)
    crowd = make_people(gallery, people)

    def run(name: str, kind: str, *, equal: bool) -> tuple[int | None, Results, bool]:
        """Let people come in turn; return after how many visits the experiment was sure."""
        cache.clear()
        made = Experiment.objects.create(
            name=name,
            kind=kind,
            space_b=None if equal else gallery.shuffled,
            salt=name,
        )
        start(made)
        made.refresh_from_db()
        sure, alarm, visits = None, False, 0
        for _ in range(rounds):
            for number in rng.permutation(people):
                visit(crowd[int(number)], gallery, rng, marks=False, eager=0.4)
                visits += 1
                if visits % 10 == 0:
                    impressions.flush()
                    found = results(made)
                    alarm = alarm or found.ratio.alarm
                    if sure is None and found.measures[0].winner:
                        sure = visits
        stop(made)
        return sure, found, alarm

    total = people * rounds
    print("\n## A population with known tastes\n")
    print(f"{people} visitors come {rounds} times, 160 works; {spoilt:.0%} of B's vectors are")
    print("shuffled; looked at after every tenth visit\n")
    print("| experiment | models | sure after | says | clicks A : B | split | alarm |")
    print("|---|---|---:|---|---:|---:|---|")
    for kind in ("interleaving", "ab"):
        for equal in (False, True):
            sure, found, alarm = run(f"{kind} {equal}", kind, equal=equal)
            clicks = found.measures[0]
            says = f"{clicks.winner.upper()} is better" if clicks.winner else "nothing sure"
            print(
                f"| {kind} | {'equal' if equal else 'A is better'}"
                f" | {f'{sure} of {total} visits' if sure else '-'} | {says}"
                f" | {clicks.counts[0]} : {clicks.counts[1]}"
                f" | {found.ratio.a} : {found.ratio.b} | {'yes' if alarm else 'no'} |",
                flush=True,
            )
    with patch("webapp.feed.experiments.side_of", _broken):
        sure, found, alarm = run("broken", "ab", equal=False)
    split, told = f"{found.ratio.a} : {found.ratio.b}", "yes" if alarm else "no"
    print(f"| ab, split broken | A is better | - | - | - | {split} | {told} |")


def _broken(salt: str, unit: int, *, share: float) -> str:
    """A split that sends too many to A."""
    from artrec.online.split import position

    return "a" if position(f"{salt}/side", unit) < 0.75 * share else "b"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--spoilt", type=float, default=0.5)
    options = parser.parse_args()
    django.setup()
    call_command("collectstatic", interactive=False, verbosity=0)
    with scratch_database():
        compare(options.people, options.rounds, options.spoilt)


if __name__ == "__main__":
    main()
