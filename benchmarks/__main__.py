"""`make bench`: run every benchmark of the site, one after the other, and print Markdown."""

from __future__ import annotations

import subprocess
import sys

BENCHMARKS = ("bench_pipeline", "bench_queries", "bench_pages", "bench_for_you")


def main() -> int:
    """Run each benchmark in a process of its own, so that none warms up another."""
    worst = 0
    for name in BENCHMARKS:
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False)
        worst = max(worst, done.returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())
