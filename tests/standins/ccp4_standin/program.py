"""The main program of each stand-in: banner, environment, input, work, and how it ends."""

from __future__ import annotations

import logging
import os
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

from ccp4_standin import inputs, logs
from ccp4_standin.inputs import Given
from ccp4_standin.logs import StopError, child

Work = Callable[[Given, ElementTree.Element], None]
_SYNTAX = 2
_FATAL = 4
#: these two share their words and codes, the others end in the way of the library
_TALKATIVE = ("pointless", "aimless")


def main(program: str) -> int:
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    started = time.perf_counter()
    print(logs.banner(program))
    scratch = os.environ.get("CCP4_SCR")
    if scratch is not None and not Path(scratch).is_dir():
        print(f" CCP4 library signal ccp4_general:Cannot use CCP4_SCR {scratch} (Error)")
        return 1
    if program == "ctruncate":
        from ccp4_standin import ctruncate

        return ctruncate.main(sys.argv[1:])
    root = logs.root(program)
    # where the XML goes, even if nothing can be understood
    given = Given({name.upper(): path for name, path in pairwise(sys.argv[1:])})
    try:
        given = inputs.read(program, sys.argv[1:])
        print(logs.echo(given.lines))
        if not given.entries and not given.files:
            return 0
        if os.environ.get("CCP4_STANDIN_FAIL") == program:
            raise StopError("Failure on request")
        work: Work = import_module(f"ccp4_standin.{program}").run
        work(given, root)
        status = 0
    except inputs.InputError as problem:
        status = _complain(program, root, str(problem), _SYNTAX)
    except StopError as problem:
        status = _complain(program, root, str(problem), problem.status)
    except Exception as problem:
        traceback.print_exc()
        status = _complain(program, root, f"the stand-in itself failed: {problem}", _FATAL)
    return _end(program, root, given, status, time.perf_counter() - started)


def _complain(program: str, root: ElementTree.Element, text: str, status: int) -> int:
    if program not in _TALKATIVE:
        print(f" {program.upper()}:   *** {text} ***")
        return 1
    if status == _SYNTAX:
        print(f"\n**** SYNTAX ERROR: {text} ****\n")
    else:
        print(f"\n{'=' * 60}\n\nFATAL ERROR message: \n{text}\n\n{'=' * 60}\n")
    child(root, "FatalErrorMessage", text)
    return status


def _end(program: str, root: ElementTree.Element, given: Given, status: int, elapsed: float) -> int:
    if program in _TALKATIVE:
        if path := given.file("XMLOUT"):
            logs.write_xml(path, root)
        if program == "aimless":
            cpu = time.process_time()
            print(
                f"End of aimless job, total time: cpu time: {cpu:.2f} secs,"
                f" elapsed time: {elapsed:.1f} secs"
            )
    elif status == 0:
        print(f" {program.upper()}:  Normal termination")
        print(f"Times: User: {time.process_time():9.1f}s System:    0.0s Elapsed: 0:00")
    return status
