"""No runner outlives its test."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from tiny import RUNNERS


@pytest.fixture(autouse=True)
def no_runner_is_left() -> Iterator[None]:
    yield
    while RUNNERS:
        runner = RUNNERS.pop()
        if runner.poll() is None:
            runner.send_signal(signal.SIGTERM)
            runner.communicate(timeout=20)
