"""A small data set that several test modules read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from simulated import Simulated, specification

from sweepwright.simulate import simulate


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Simulated]:
    """Simulates a specification into a new folder."""

    def made(**changes: Any) -> Simulated:
        folder = tmp_path_factory.mktemp("simulated")
        return folder, simulate(specification(**changes), folder)

    return made


@pytest.fixture(scope="session")
def plain(make: Callable[..., Simulated]) -> Simulated:
    """One sweep of three images without faults."""
    return make(sweeps=[{"name": "a", "images": 3, "start": 10, "first_image": 5}])
