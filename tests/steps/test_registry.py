"""Every step function of the registry is there."""

from importlib import import_module

import pytest

from sweepwright.steps.registry import _MODULES, FUNCTIONS


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_registered_function_stands_in_its_module(name: str) -> None:
    assert callable(getattr(import_module(f"sweepwright.steps.{_MODULES[name]}"), name))
