"""Logs as XDS writes them: to NAME.LP and to the standard output alike."""

from __future__ import annotations

import time
from pathlib import Path

#: no version of XDS; the layouts of the logs are those of 2020 to 2023
VERSION = "VERSION Jan 1, 2021  BUILT=20210101"
NOTICE = "STAND-IN, NOT XDS"
STARS = " " + "*" * 78


class StopError(Exception):
    """The program ends here, with status 0; what there was to say has been said."""


def today() -> str:
    """`` 3-Sep-2024``, blank padded."""
    return time.strftime("%e-%b-%Y").rjust(11)


def banner(program: str) -> str:
    """The first lines of the standard output and of XSCALE.LP and XDSCONV.LP."""
    return (
        f"\n ***** {program} ***** ({VERSION}) {today()}\n"
        f" {NOTICE}: for tests of sweepwright alone, DIALS does the work\n"
        " Copy licensed until 31-Dec-2099 to\n"
        "  whoever tests; this is no part of the XDS package\n"
    )


def error_text(text: str) -> str:
    return f" !!! ERROR !!! {text}"


class Log:
    """One step's log. ``with Log("IDXREF") as log: log("text")``; timing lines come at the end."""

    def __init__(
        self, name: str, head: str | None = None, *, end: str = "", timed: bool = True
    ) -> None:
        self.name = name
        self._end = end
        self._timed = timed
        self._started = time.perf_counter(), time.process_time()
        self._path = Path(f"{name}.LP")
        self._path.write_text("", encoding="utf-8")
        self(head or f"\n ***** {name} ***** ({VERSION}) {today()}\n {NOTICE}\n")

    def __call__(self, text: str = "") -> None:
        print(text, flush=True)
        with self._path.open("a", encoding="utf-8") as file:
            print(text, file=file)

    def __enter__(self) -> Log:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and self._timed:
            self.timing()

    def timing(self) -> None:
        wall, cpu = self._started
        cpu_s, wall_s = time.process_time() - cpu, time.perf_counter() - wall
        if self.name == "INTEGRATE":
            self(f" total elapsed wall-clock time for INTEGRATE{wall_s:10.1f} sec\n")
            self(" TASK     cpu time (sec)    elapsed wall-clock time (sec)")
            self(f"   1{cpu_s:14.1f}{wall_s:24.1f}")
            return
        self(f"\n cpu time used{self._end}{cpu_s:21.1f} sec")
        self(f" elapsed wall-clock time{wall_s:11.1f} sec")

    def error(self, text: str, *, after_timing: bool = False) -> StopError:
        """Says an error; ``raise log.error(...)`` ends the program."""
        if after_timing:
            self.timing()
        self(error_text(text))
        return StopError(text)

    def title(self, text: str) -> None:
        self(f"\n\n{STARS}\n{text:^79}".rstrip() + f"\n{STARS}\n")
