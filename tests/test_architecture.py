"""The import rules of CONTRIBUTING.md, as tests."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("artrec", "webapp", "workers")
TORCH = {"torch", "torchvision", "timm"}
DJANGO_SIDE = {"django", "celery", "pgvector", "psycopg", "webapp", "workers"}
NUMPY_ONLY = {"numpy", "artrec"} | set(sys.stdlib_module_names)
APPS = (
    *("accounts", "catalog", "vectors", "feed", "quiz", "mine", "exhibitions"),
    *("ingest", "intake", "museums", "duplicates"),
    *("lab", "studio", "selections", "insight", "quality"),
    *("home", "api", "transfer", "operations", "desk"),
)
"""From the ground up: an app may import those before it, never those after it."""
WEB_MAY_USE = ("artrec.serving", "artrec.online", "artrec.errors", "artrec.images")
LAYERS = {
    "models": set(),
    "forms": {"models"},
    "queries": {"models"},
    "actions": {"models", "queries"},
    "views": {"models", "queries", "actions", "forms"},
}
"""What the four modules of an app may import of each other."""


def _sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        path = ROOT / folder
        yield from [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))


def _imports(path: Path) -> set[str]:
    """Return every module a file imports, `from a import b` both as `a` and as `a.b`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _roots(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in _imports(path)}


def _within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def _forbidden(folders: tuple[str, ...], roots: set[str]) -> set[str]:
    return {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in _sources(*folders)
        for name in _roots(path) & roots
    }


def test_r1_the_library_knows_nothing_of_the_site() -> None:
    assert not _forbidden(("artrec",), DJANGO_SIDE)


@pytest.mark.parametrize("folder", ["artrec/serving", "artrec/online", "artrec/errors.py"])
def test_r2_what_runs_in_a_request_needs_numpy_only(folder: str) -> None:
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in _sources(folder)
        for name in _roots(path) - NUMPY_ONLY
    }

    assert not wrong


def test_r3_serving_does_not_look_back_at_training() -> None:
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in _sources("artrec/serving")
        for name in _imports(path)
        if _within(name, ("artrec",))
        and not _within(name, ("artrec.serving", "artrec.errors"))
        and name != "artrec"
    }

    assert not wrong


def test_r4_the_web_side_uses_the_light_part_of_the_library_only() -> None:
    heavy = _forbidden(("webapp",), TORCH | {"workers"})
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in _sources("webapp")
        for name in _imports(path)
        if _within(name, ("artrec",)) and not _within(name, WEB_MAY_USE)
    }

    assert not heavy | wrong


def test_r5_workers_leave_pages_alone() -> None:
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in _sources("workers")
        for name in _imports(path)
        if _within(name, ("webapp",)) and {"views", "forms", "urls"} & set(name.split("."))
    }

    assert not wrong


@pytest.mark.parametrize("app", APPS)
def test_r6_inside_an_app_views_come_before_actions_before_models(app: str) -> None:
    wrong = set()
    for layer, allowed in LAYERS.items():
        path = ROOT / "webapp" / app / f"{layer}.py"
        if path.exists():
            others = {f"webapp.{app}.{other}" for other in LAYERS.keys() - allowed - {layer}}
            wrong |= {f"{app}.{layer} imports {name}" for name in _imports(path) & others}

    assert not wrong


@pytest.mark.parametrize("app", APPS)
def test_r7_apps_import_in_one_direction(app: str) -> None:
    later = tuple(f"webapp.{name}" for name in APPS[APPS.index(app) + 1 :])
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in _sources(f"webapp/{app}")
        for name in _imports(path)
        if _within(name, later)
    }

    assert not wrong


def test_r8_only_the_settings_read_the_environment() -> None:
    allowed = {"webapp/settings.py"}
    wrong = set()
    for path in _sources(*PACKAGES, "manage.py"):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            # Entry points may set defaults; children inherit the whole environment unread.
            rest = line.replace("os.environ.setdefault(", "").replace("{**os.environ", "")
            if re.search(r"\bos\.(environ|getenv)\b", rest):
                wrong.add(f"{path.relative_to(ROOT)}:{number}")
    wrong = {place for place in wrong if place.partition(":")[0] not in allowed}

    assert not wrong


def test_a_started_web_process_has_no_torch_in_memory() -> None:
    code = (
        "import sys, webapp.wsgi\n"
        "from django.urls import get_resolver\n"
        "get_resolver().url_patterns\n"
        "heavy = {'torch', 'torchvision', 'timm', 'scipy', 'sklearn', 'pyarrow', 'workers'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
    )

    assert done.returncode == 0, done.stderr


def test_no_module_is_a_heap() -> None:
    long = {
        f"{path.relative_to(ROOT)}: {lines} lines"
        for path in _sources(*PACKAGES, "tests", "benchmarks")
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > 400
    }

    assert not long
