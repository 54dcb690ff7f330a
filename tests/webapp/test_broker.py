"""The broker in a folder, used by many at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection
from kombu.utils.json import loads

MANY = 8


@pytest.fixture
def connect(tmp_path: Path) -> Callable[[], Any]:
    (tmp_path / "messages").mkdir()
    options = {
        "data_folder_in": str(tmp_path / "messages"),
        "data_folder_out": str(tmp_path / "messages"),
        "control_folder": str(tmp_path / "control"),
    }

    def channel() -> Any:
        connection = Connection(
            "filesystem://localhost",
            transport="webapp.broker:Transport",
            transport_options=options,
        )
        return connection.channel()

    return channel


def at_once(*tasks: Callable[[], None]) -> list[BaseException]:
    """Run in threads; return what they raised."""
    raised: list[BaseException] = []

    def guarded(task: Callable[[], None]) -> None:
        try:
            task()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=guarded, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_every_message_arrives_once_and_whole(connect: Callable[[], Any]) -> None:
    got: list[int] = []
    done = threading.Event()

    def put(first: int) -> None:
        channel = connect()
        for number in range(first, first + 100):
            channel._put("gpu", {"number": number, "body": "x" * 5000})

    def get() -> None:
        channel = connect()
        while True:
            over = done.is_set()
            try:
                got.append(channel._get("gpu")["number"])
            except Empty:
                if over:
                    return

    reader_errors: list[BaseException] = []
    readers = threading.Thread(target=lambda: reader_errors.extend(at_once(get, get)))
    readers.start()
    writer_errors = at_once(*(lambda first=n * 100: put(first) for n in range(4)))
    done.set()
    readers.join()

    assert (writer_errors, reader_errors) == ([], [])
    assert sorted(got) == list(range(400))


def test_queues_bound_at_once_are_all_known(connect: Callable[[], Any], tmp_path: Path) -> None:
    for exchange in range(10):
        errors = at_once(
            *(
                lambda queue=f"q{n}", name=f"e{exchange}": connect()._queue_bind(
                    name, queue, "", queue
                )
                for n in range(MANY)
            )
        )

        assert errors == []
        table = loads((tmp_path / "control" / f"e{exchange}.exchange").read_text())
        assert sorted(row[2] for row in table) == [f"q{n}" for n in range(MANY)]
    assert not list((tmp_path / "control").glob("*.partial"))


def test_a_queue_sees_only_its_own_messages(connect: Callable[[], Any]) -> None:
    channel = connect()

    channel._put("gpu", {"for": "gpu"})

    with pytest.raises(Empty):
        channel._get("celery")
    assert channel._get("gpu") == {"for": "gpu"}
