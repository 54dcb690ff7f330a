from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from webapp import supervisor

ROOT = Path(__file__).parent.parent.parent


def checked(var: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the deployment checks of a site with these variables, as an operator would."""
    clean = {name: value for name, value in os.environ.items() if name != "ARTREC_PLAIN_HTTP"}
    clean |= {"ARTREC_VAR": str(var), "DJANGO_SETTINGS_MODULE": "webapp.settings"}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(
        command, cwd=ROOT, env={**clean, **env}, capture_output=True, text=True, timeout=600
    )


def test_the_settings_of_a_new_site_are_fit_for_the_internet(tmp_path: Path) -> None:
    done = checked(tmp_path, ARTREC_LOG_FORMAT="json", ARTREC_BEHIND_PROXY="1")

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ARTREC_LOG_FORMAT", "xml", "ARTREC_LOG_FORMAT must be text or json, not 'xml'"),
        ("ARTREC_METRICS_NETWORKS", "10.0.0.1/8", "ARTREC_METRICS_NETWORKS: 10.0.0.1/8 has host"),
        ("ARTREC_BEHIND_PROXY", "perhaps", "ARTREC_BEHIND_PROXY must be 1 or 0"),
    ],
)
def test_a_setting_that_makes_no_sense_stops_the_start(
    tmp_path: Path, name: str, value: str, words: str
) -> None:
    done = checked(tmp_path, **{name: value})

    assert done.returncode != 0
    assert words in done.stderr


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_request_computes_on_one_thread_and_workers_on_as_many_as_there_are(
    tmp_path: Path,
) -> None:
    env = {
        child.name: child.env
        for child in supervisor.children(host="127.0.0.1", port=8000, logs=tmp_path)
    }

    assert env["web"]["OMP_NUM_THREADS"] == env["web"]["OPENBLAS_NUM_THREADS"] == "1"
    assert "OMP_NUM_THREADS" not in {**env["worker"], **env["trainer"]}
