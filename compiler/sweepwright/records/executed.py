"""A run as plain POSIX shell: ``run.sh`` before it, ``run-executed.sh`` of what was done.

Neither holds an absolute path of ours: both find the run folder by their own place.
"""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from sweepwright.model.plan import Plan, Step
from sweepwright.records.ends import EndRecord, end_of

OWN = "sweepwright:"
_HERE = 'run=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 1\n'

_RUN = """\
#!/bin/sh
# Runs {name} step by step. 'sweepwright run' does the same, side by side where it can.
set -u
{here}failed=0
step() {{
    sweepwright step "$run" "$1"
    case $? in
        0) ;;
        4) exit 4 ;;
        *) failed=3 ;;
    esac
}}

{steps}
sweepwright report "$run"
exit "$failed"
"""

_EXECUTED = """\
#!/bin/sh
# What was done for {name}: every accepted attempt, with its filled files, in order.
# sh run-executed.sh [OUT] does it again in OUT (rerun beside this script), a new or empty folder.
set -u
{here}out=${{1:-$run/rerun}}
mkdir -p -- "$out" || exit 1
out=$(CDPATH= cd -- "$out" && pwd) || exit 1
if [ -n "$(ls -A -- "$out")" ]; then
    echo "$out is not empty" >&2
    exit 2
fi
if [ -e "$run/roots" ]; then
    ln -s -- "$run/roots" "$out/roots" || exit 1
fi
{exports}
enter() {{ # FOLDER: make it and go there
    at=$1
    echo "$at"
    mkdir -p -- "$out/$at" && cd -- "$out/$at" || exit 1
}}
take() {{ # FILE: a filled file of the run
    mkdir -p -- "$(dirname -- "$1")" && cp -- "$run/$at/$1" "$1" && chmod u+w -- "$1" || exit 1
}}
link() {{ # TARGET NAME
    mkdir -p -- "$(dirname -- "$2")" && ln -s -- "$1" "$2" || exit 1
}}
ended() {{ # CODE-NOW CODE-THEN: some programs end well with another code than 0
    if [ "$1" -ne 0 ] && [ "$1" -ne "$2" ]; then
        echo "$at ended with exit code $1, see its stdout and stderr" >&2
        exit 3
    fi
}}
result() {{ # FILE NAME
    mkdir -p -- "$out/$(dirname -- "$2")" && cp -- "$out/$1" "$out/$2" || exit 1
}}

{steps}"""


def run_sh(plan: Plan) -> str:
    """The script that runs a plan step by step; it goes on after a failure as the runner does."""
    steps = "\n".join(f"step {shlex.quote(step.id)}" for step in plan.steps)
    return _RUN.format(name=_comment(plan.name), here=_HERE, steps=steps)


def run_executed_sh(folder: Path, plan: Plan) -> str:
    """The script that does again what was accepted, without the runner and without decisions.

    Own functions are called as ``sweepwright call FUNCTION INPUT...`` in the attempt's folder.
    """
    ended = {step.id: end_of(folder, step) for step in plan.steps}
    done = {name: end for name, end in ended.items() if end is not None and end.usable}
    shared = _shared([end.environment for end in done.values()])
    steps = [
        "\n".join(_step(step, done[step.id], shared)) + "\n"
        for step in plan.steps
        if step.id in done
    ]
    results = [
        f"result {shlex.quote(f'{done[result.step].place}/{result.name}')} "
        f"{shlex.quote(result.path)}\n"
        for result in plan.results
        if result.step in done and result.name in done[result.step].made
    ]
    exports = "".join(f"export {_set(name, value)}\n" for name, value in shared.items())
    body = "\n".join(steps) + ("\n" + "".join(results) if results else "")
    return _EXECUTED.format(name=_comment(plan.name), here=_HERE, exports=exports, steps=body)


def _step(step: Step, end: EndRecord, shared: Mapping[str, str]) -> Iterator[str]:
    yield f"# {step.id}{': ' if step.title else ''}{_comment(step.title)}"
    yield f"enter {shlex.quote(end.place)}"
    yield from (f"take {shlex.quote(name)}" for name in end.files)
    for name, target in end.links.items():
        yield f"link {shlex.quote(target)} {shlex.quote(name)}"
    for output in step.outputs:
        if posixpath.dirname(output.name):
            yield f"mkdir -p -- {shlex.quote(posixpath.dirname(output.name))}"
    own = [_set(name, value) for name, value in end.environment.items() if name not in shared]
    taken = shlex.quote(step.stdin or "/dev/null")
    yield " ".join([*own, shlex.join(_words(end)), f"<{taken} >stdout 2>stderr"])
    yield f'ended "$?" {end.exit_code if end.exit_code >= 0 else 128 - end.exit_code}'


def _words(end: EndRecord) -> list[str]:
    program, *rest = end.command
    if program.startswith(OWN):
        return ["sweepwright", "call", program.removeprefix(OWN), *rest]
    return [program, *rest]


def _shared(environments: list[Mapping[str, str]]) -> Mapping[str, str]:
    """The variables that every step had with the same value."""
    if not environments:
        return {}
    items = set(environments[0].items())
    for environment in environments[1:]:
        items &= set(environment.items())
    return dict(sorted(items))


def _set(name: str, value: str) -> str:
    return f"{name}={shlex.quote(value)}"


def _comment(text: str) -> str:
    return " ".join(text.split())
