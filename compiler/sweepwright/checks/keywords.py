"""Keywords that go straight through to a program are those that it knows, with values it can read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sweepwright.language.layers import Layers, LayerText
from sweepwright.language.nodes import Key
from sweepwright.model.diagnostic import Diagnostic, Fix, Severity, error

_KEY = re.compile(r"keywords\[(?P<program>[^\]]*)\](?:\.(?P<name>.*))?", re.DOTALL)
#: programs that work on one sweep; the others work on groups, so only a job can speak to them
_OF_SWEEPS = frozenset(
    "xds xds.xycorr xds.init xds.colspot xds.idxref xds.defpix xds.integrate xds.correct "
    "dials.import dials.generate_mask dials.find_spots dials.search_beam_position dials.index "
    "dials.refine dials.integrate".split()
)


def keyword_of(key: str) -> tuple[str, str] | None:
    """Program and keyword of a leaf ``keywords[PROGRAM].NAME``; the name is empty for lines."""
    match = _KEY.fullmatch(key)
    return None if match is None else (match["program"], match["name"] or "")


def check_keywords(layers: Layers) -> Iterator[Diagnostic]:
    """SW-L050: an unknown program. SW-L051: what it cannot take. SW-L052: not for one sweep."""
    for text in layers.texts:
        job = text.patch.job
        yield from _of_place(text, (), job.keywords or {})
        for index, sweep in enumerate(job.sweeps or ()):
            path = ("sweeps", index)
            for program in sweep.keywords or {}:
                if program not in _OF_SWEEPS:
                    key = text.patch.text.root.key((*path, "keywords", program))
                    message = f"{program} works on all sweeps of a group, one cannot steer it"
                    help_ = "Move it to 'keywords:' of the job."
                    yield error("SW-L052", message, key.span, help=help_)
            yield from _of_place(text, path, sweep.keywords or {})


def _of_place(
    text: LayerText, path: tuple[Key, ...], keywords: Mapping[str, Any]
) -> Iterator[Diagnostic]:
    if not keywords:
        return
    from sweepwright.programs import keywords as tables

    root = text.patch.text.root
    for program, given in keywords.items():
        at = (*path, "keywords", program)
        unknown = tables.program_problem(program)
        if unknown is not None:
            yield _diagnostic("SW-L050", unknown, root.key(at).span)
        elif isinstance(given, Mapping):
            for name, value in given.items():
                for problem in tables.check_keyword(program, name, value):
                    yield _diagnostic("SW-L051", problem, root.key((*at, name)).span)
        else:
            for index, line in enumerate(given):
                for problem in tables.check_line(program, line):
                    span = root.find((*at, index)).span
                    yield _diagnostic("SW-L051", problem, span, quote='"')


def _diagnostic(code: str, problem: Any, span: Any, quote: str = "") -> Diagnostic:
    text = f"{quote}{problem.fix}{quote}"
    fix = Fix(f"write '{problem.fix}'", span, text, safe=True) if problem.fix else None
    return Diagnostic(
        code, Severity(problem.severity), problem.message, span, problem.help, fix=fix
    )
