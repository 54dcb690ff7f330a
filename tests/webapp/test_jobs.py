"""Ringing for workers."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from celery import Celery

from webapp import jobs
from webapp.jobs import Job


def test_a_message_that_cannot_be_put_is_told_and_breaks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "in").mkdir()
    producer = Celery("full", broker="filesystem://localhost", set_as_current=False)
    producer.conf.broker_transport = "webapp.broker:Transport"
    producer.conf.broker_transport_options = {
        "data_folder_in": str(tmp_path / "in"),
        "data_folder_out": str(tmp_path / "missing"),  # as on a disk that is full
        "control_folder": str(tmp_path / "control"),
    }
    monkeypatch.setattr(jobs, "_producer", producer)

    with caplog.at_level(logging.WARNING, logger="webapp.jobs"):
        jobs.send(Job.TRAIN, {})

    assert "could not ring for workers.train" in caplog.text
