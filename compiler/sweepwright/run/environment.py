"""The environment of programs is built, never inherited: fixed values, and an allow-list."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

#: the same on every machine; part of a step's key
FIXED = {
    "LANG": "C.UTF-8",
    "LC_ALL": "C",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",
    "PYTHONUNBUFFERED": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "BLIS_NUM_THREADS": "1",
}
#: set to the number of threads that the step was given; in no key
THREADS = ("OMP_NUM_THREADS",)
#: set to the folder of the attempt: names of CCP4's scratch files collide between steps
SCRATCH = ("CCP4_SCR", "BINSORT_SCR")
#: handed on as they are: where things are on this machine, in no key
PLACES = frozenset(
    "PATH HOME USER LOGNAME SHELL TMPDIR LD_LIBRARY_PATH DYLD_LIBRARY_PATH PYTHONPATH VIRTUAL_ENV "
    "CONDA_PREFIX CONDA_DEFAULT_ENV HDF5_PLUGIN_PATH LM_LICENSE_FILE SCRATCH SSH_AUTH_SOCK "
    "CBIN CLIB CLIBD CLIBD_MON CETC CINCL CHTML CLIBS CRANK CEXAM CPROG MMCIFDIC SYMINFO "
    "MODULEPATH LOADEDMODULES".split()
)
PLACE_PREFIXES = ("CCP4", "LIBTBX", "CCTBX", "DXTBX_", "DIALS_", "DIALS")
#: handed on, and part of the key: they change what a program does
MATTERS = frozenset("OPENBLAS_CORETYPE MKL_CBWR HDF5_USE_FILE_LOCKING".split())
MATTER_PREFIXES = ("XDS",)


def passed_on(environment: Mapping[str, str]) -> dict[str, str]:
    """The part of an environment that programs get, with the fixed values."""
    places = {
        name: value
        for name, value in environment.items()
        if name in PLACES or name.startswith(PLACE_PREFIXES)
    }
    return places | keyed(environment)


def keyed(environment: Mapping[str, str]) -> dict[str, str]:
    """The part that can change results: fixed values, and those variables that matter."""
    matters = {
        name: value
        for name, value in environment.items()
        if name in MATTERS or name.startswith(MATTER_PREFIXES)
    }
    return dict(sorted((matters | FIXED).items()))


def for_threads(threads: int) -> dict[str, str]:
    """The variables that tell a program how many threads it has."""
    return dict.fromkeys(THREADS, str(threads))


def for_folder(folder: Path) -> dict[str, str]:
    """The variables that keep scratch files in the folder of an attempt."""
    return dict.fromkeys(SCRATCH, str(folder))


def cores() -> int:
    """The cores of the allocation: of the affinity mask, less where a cgroup allows less."""
    affinity = getattr(os, "sched_getaffinity", None)
    number = len(affinity(0)) if affinity else os.cpu_count() or 1
    with suppress(OSError, ValueError):
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        number = min(number, max(1, int(quota) // int(period)))
    return int(number)


def memory_mb(share: float = 1.0) -> int:
    """The memory of the machine in MiB, less where a cgroup allows less, times ``share``."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(OSError, ValueError):
        total = min(total, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return int(total * share) >> 20
