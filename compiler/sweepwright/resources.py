"""Finds what ships beside the code: templates, site data, examples.

In a checkout (or an editable install) they stand at the top of the repository, where an expert who
never reads Python finds them; a wheel carries them in ``sweepwright/data``. One function knows both.
"""

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_REPOSITORY = _PACKAGE.parents[1]


@cache
def _folder(name: str) -> Path:
    for place in (_PACKAGE / "data" / name, _REPOSITORY / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(
        f"sweepwright is installed without its folder '{name}'; install it again"
    )


def templates_folder() -> Path:
    """The folder with ``xds/``, ``ccp4/``, ``dials/`` and ``report/``."""
    return _folder("templates")


def sites_folder() -> Path:
    """The folder with the open site database."""
    return _folder("sitedb")


def macros_folder() -> Path:
    """The folder with the macros that come with the program."""
    return _folder("macros")


def examples_folder() -> Path:
    """The folder with example jobs and simulations."""
    return _folder("examples")
