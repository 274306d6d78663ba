"""Observe: which programs this machine has, of what version, and which engine ``auto`` means.

What a program said of itself is remembered until the file that starts it changes.
"""

from __future__ import annotations

import datetime
import os
import re
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from sweepwright.model.facts import EngineFacts, ToolFacts
from sweepwright.programs.memory import remembered

Environment = Mapping[str, str]
Ask = Callable[[str, Environment], str]

DIALS_PROGRAMS = (
    "dials.import dials.find_spots dials.index dials.refine dials.integrate dials.symmetry "
    "dials.cosym dials.scale dials.merge dials.export"
).split()
XDS_PROGRAMS = ("xds_par", "xscale_par")
#: the script of XDS that starts jobs, here or on other nodes
FORKXDS = "forkxds"
#: used with XDS where they are here
CCP4_PROGRAMS = ("pointless", "aimless", "ctruncate")
_SECONDS = 60
_LICENCE = re.compile(r"licensed until\s+(\d{1,2})-(\w{3})-(\d{4})", re.IGNORECASE)
_CCP4 = re.compile(r"#+ *CCP4[^\n:]*: *\S+ +version +(\S+)", re.IGNORECASE)
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_BUILT_ON = re.compile(
    rf"VERSION\s+({'|'.join(_MONTHS)})[a-z]*\s+(\d{{1,2}}),\s*(\d{{4}})", re.IGNORECASE
)
#: as XDS greets: ``VERSION Jun 30, 2023  BUILT=20230630``
_VERSION = re.compile(r"VERSION\s+[^\n()]+?(?:BUILT=\d{8}|(?=\s*[()]))")


def probe(
    wanted: str, environment: Environment = os.environ, today: datetime.date | None = None
) -> EngineFacts:
    """The engine that ``wanted`` (auto, xds, dials) means here, with its programs and the reason.

    ``environment`` is the one that the programs are to run in.
    """
    if wanted == "dials":
        return EngineFacts("dials", "asked for", _dials(environment))
    tools = _xds_and_ccp4(environment)
    banner = _cached("xds_par", _greeting, environment)
    usable, reason = _xds_usable(tools, banner, today or datetime.date.today())
    if usable or wanted == "xds":
        return EngineFacts("xds", reason, tools, build_of(banner))
    return EngineFacts("dials", reason, _dials(environment))


def missing(facts: EngineFacts) -> list[str]:
    """Programs of the engine that are not on PATH."""
    wanted = DIALS_PROGRAMS if facts.engine == "dials" else XDS_PROGRAMS
    return [program for program in wanted if program not in facts.tools]


def _xds_usable(tools: Collection[str], banner: str, today: datetime.date) -> tuple[bool, str]:
    absent = [program for program in XDS_PROGRAMS if program not in tools]
    if absent:
        return False, f"{absent[0]} is not on PATH"
    end = licence_end(banner)
    if end is None:
        return False, "xds_par does not tell a valid licence"
    if end < today:
        return False, f"the licence of XDS ended on {end.isoformat()}"
    return True, f"XDS is here, licensed until {end.isoformat()}"


def licence_end(banner: str) -> datetime.date | None:
    """The day until which XDS says it is licensed, if its first lines say so."""
    found = _LICENCE.search(banner)
    if found is None:
        return None
    return datetime.date(int(found[3]), _MONTHS.index(found[2].title()) + 1, int(found[1]))


def build_of(banner: str) -> int | None:
    """The date of a build: ``BUILT=``, or that of the version, which is all that old builds tell."""
    built = re.search(r"BUILT=(\d{8})", banner)
    if built:
        return int(built[1])
    version = _BUILT_ON.search(banner)
    if version is None:
        return None
    month = _MONTHS.index(version[1].title()) + 1
    return int(version[3]) * 10000 + month * 100 + int(version[2])


def _dials(environment: Environment) -> dict[str, ToolFacts]:
    return _tools(DIALS_PROGRAMS, _dials_version, environment)


def _xds_and_ccp4(environment: Environment) -> dict[str, ToolFacts]:
    """CCP4's programs tell their versions each for itself."""
    found = _tools((*XDS_PROGRAMS, FORKXDS), _greeting, environment)
    for program in CCP4_PROGRAMS:
        found |= _tools((program,), _greeting, environment)
    return found


def _which(program: str, environment: Environment) -> str | None:
    return shutil.which(program, path=environment.get("PATH", ""))


def _tools(programs: Sequence[str], version: Ask, environment: Environment) -> dict[str, ToolFacts]:
    """Those of the programs that are here, which come together: the first one tells the version."""
    here = {program: path for program in programs if (path := _which(program, environment))}
    shown = version_in(_cached(programs[0], version, environment)) if here else ""
    return {
        program: ToolFacts(program, path, shown, _digest(Path(path)))
        for program, path in here.items()
    }


def version_in(banner: str) -> str:
    """What a program says of its version and build, else its first line."""
    if version := _CCP4.search(banner):
        return version[1]
    if build := _VERSION.search(banner):
        return " ".join(build[0].removeprefix("VERSION").split())
    return (banner.strip().splitlines() or [""])[0][:80]


def _digest(path: Path) -> str:
    """Programs have tens of megabytes, so it is remembered."""
    import hashlib

    return remembered(path, "sha256", lambda: hashlib.sha256(path.read_bytes()).hexdigest())


def _dials_version(_program: str, environment: Environment) -> str:
    return _say(["dials.version"], environment)


def _greeting(program: str, environment: Environment) -> str:
    """XDS and CCP4 greet with version (and licence) before they miss their input in an empty folder."""
    import tempfile

    with tempfile.TemporaryDirectory() as empty:
        return _say([program], environment, empty)


def _say(command: list[str], environment: Environment, folder: str | None = None) -> str:
    import subprocess  # programs are asked once, their answers are cached

    executable = _which(command[0], environment)
    if executable is None:
        return ""
    try:
        done = subprocess.run(
            [executable, *command[1:]], env=dict(environment), cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False,
            stdin=subprocess.DEVNULL, errors="replace",
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout[:4000]


def _cached(program: str, ask: Ask, environment: Environment) -> str:
    """What a program says of itself, asked anew when its file changed."""
    path = _which(program, environment)
    if path is None:
        return ""
    return remembered(Path(path), program, lambda: ask(program, environment))
