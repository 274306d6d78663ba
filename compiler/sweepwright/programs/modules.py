"""Environment modules: what ``module load`` makes of an environment, by the machine's own command.

Both Environment Modules and Lmod define a function of the shell; where the shell that we were started
from does not hand it on, their own file that defines it is read.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence

_SECONDS = 60
_NONE, _FAILED = 97, 98
_LOAD = f"""
for init in "$MODULESHOME/init/bash" "$LMOD_PKG/init/bash" \\
    /usr/share/modules/init/bash /usr/share/lmod/lmod/init/bash \\
    /etc/profile.d/modules.sh /etc/profile.d/lmod.sh /etc/profile.d/z00_lmod.sh
do
    type module >/dev/null 2>&1 && break
    [ -r "$init" ] && . "$init" >/dev/null 2>&1
done
type module >/dev/null 2>&1 || exit {_NONE}
module load "$@" >&2 || exit {_FAILED}
env -0
"""


class ModulesError(Exception):
    """The modules cannot be loaded; the text says why."""


def with_modules(modules: Sequence[str], outside: Mapping[str, str]) -> dict[str, str]:
    """The environment ``outside`` after ``module load MODULES``. Raises ModulesError."""
    if not modules:
        return dict(outside)
    try:
        done = subprocess.run(
            ["bash", "-c", _LOAD, "bash", *modules], env=dict(outside), capture_output=True,
            stdin=subprocess.DEVNULL, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ModulesError(f"'module load' did not end within {_SECONDS} s") from None
    except OSError as problem:
        raise ModulesError(f"bash cannot be started: {problem.strerror}") from problem
    if done.returncode == _NONE:
        raise ModulesError("this machine has no command 'module'")
    said = done.stderr.decode(errors="replace")
    made = dict(_variables(done.stdout))
    absent = [name for name in modules if not _is_loaded(name, made.get("LOADEDMODULES", ""))]
    # old releases fail with exit code 0, and an alias is loaded under another name
    if done.returncode or (absent and said.strip()):
        raise ModulesError(_first(said) or f"'module load {' '.join(modules)}' failed")
    return made


def _variables(written: bytes) -> list[tuple[str, str]]:
    """What ``env -0`` writes, without the functions of the shell."""
    texts = (part.decode(errors="surrogateescape") for part in written.split(b"\0") if part)
    pairs = (text.partition("=") for text in texts)
    return [(name, value) for name, _, value in pairs if not name.startswith("BASH_FUNC_")]


def _is_loaded(name: str, loaded: str) -> bool:
    """Whether a module, or a version of it, is in LOADEDMODULES."""
    return any(one == name or one.startswith(f"{name}/") for one in loaded.split(":"))


def _first(said: str) -> str:
    """The first line of a message that says something, without its mark."""
    lines = (line.strip().removeprefix("ERROR:").strip() for line in said.splitlines())
    return next((line for line in lines if line and not line.startswith("Loading ")), "")
