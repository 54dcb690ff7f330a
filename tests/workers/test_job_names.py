from __future__ import annotations

import pytest

from webapp.jobs import Job
from workers.app import app


@pytest.mark.parametrize("job", Job)
def test_every_job_has_a_task(job: Job) -> None:
    app.loader.import_default_modules()

    assert job.value in app.tasks


def test_the_timer_rings_only_for_jobs_that_exist() -> None:
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(Job)


def test_what_is_over_at_once_stands_behind_nothing_long() -> None:
    queues = {job: app.amqp.router.route({}, job.value)["queue"].name for job in Job}

    quick = {job for job, queue in queues.items() if queue == "quick"}

    assert quick == {Job.RING_AGAIN, Job.READ_QUERIES}
    assert queues[Job.FIND_DUPLICATES] == queues[Job.COMPLETE_VARIANTS] == "background"
    assert queues[Job.CHECK_ITEMS] == "celery"
