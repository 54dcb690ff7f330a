"""Python programs in processes of their own, forked from one that has read torch and its like.

Reading them takes a core for seconds, and tests start workers and trainings by the dozen to kill
them. Only libraries are read beforehand: settings, applications and arguments are a program's own.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import runpy
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path

LIBRARIES = [
    "pytest",  # what the standard library reads again for a child of pytest
    "artrec.atlas.projection",
    "artrec.atlas.quality",
    "artrec.cli.fitting",
    "artrec.features",
    "artrec.images.fingerprints",
    "artrec.images.matching",
    "artrec.models.registry",
    "artrec.training.loop",
    "celery.bin.celery",
    "django.contrib.postgres.fields",
    "django.core.management",
    "openpyxl",
    "psycopg",
    "pydantic",
]
"""And what knows of no settings of ours."""
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(LIBRARIES)


def start(module: str, *arguments: str, env: Mapping[str, str], output: Path) -> ForkServerProcess:
    """Run `python -m module` in a process group of its own, and append what it says to a file."""
    process = _CONTEXT.Process(target=_run, args=(module, arguments, dict(env), output))
    process.start()
    atexit.register(process.kill)  # else the tests' own end would wait for it if its test failed
    return process


def _run(module: str, arguments: tuple[str, ...], env: dict[str, str], output: Path) -> None:
    os.setsid()
    os.environ.clear()
    os.environ.update(env)
    with output.open("ab") as stream:
        for descriptor in (1, 2):
            os.dup2(stream.fileno(), descriptor)
    sys.argv = [module, *arguments]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        atexit._run_exitfuncs()  # which the standard library leaves out in such a child
