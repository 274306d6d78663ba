"""The whole XDS.INP of a sweep, for people: to read, or to run by hand in its folder.

It says all that the steps index, integrate and correct are told, once, as far as it is known before
the run. What a step of ours decides is left out: the group is then found by CORRECT.
"""

from __future__ import annotations

from collections.abc import Iterator

from sweepwright.model.plan import Hole, Line, LineTable, Plan

_STAGES = ("index", "integrate", "correct")
_INPUT = "XDS.INP"
_TITLE = (
    "! The whole input of a sweep, to read or to run by hand here; the run itself goes step by step"
)


def whole_inputs(plan: Plan) -> dict[str, LineTable]:
    """The files by their paths below the run folder; as deep as an attempt, so that paths hold."""
    by_id = {step.id: step for step in plan.steps}
    found = {}
    for sweep in (id_.partition("@")[2] for id_ in by_id if id_.startswith("index@")):
        steps = [by_id[f"{stage}@{sweep}"] for stage in _STAGES if f"{stage}@{sweep}" in by_id]
        tables = [table for step in steps for table in step.files if table.name == _INPUT]
        if tables:
            lines = ((_TITLE,), _jobs(tables), *_once(tables))
            folder = f"{steps[0].folder.rpartition('/')[0]}/whole/by-hand"
            found[f"{folder}/{_INPUT}"] = tables[0].model_copy(update={"lines": lines})
    return found


def _jobs(tables: list[LineTable]) -> Line:
    said = (line for table in tables for line in table.lines if line[:1] == ("JOB= ",))
    return ("JOB= ", " ".join(_text(line[1:]) for line in said))


def _once(tables: list[LineTable]) -> Iterator[Line]:
    """The lines of all files, each keyword as the first file says it, under the comments above it."""
    said = {"JOB"}
    keywords: dict[int, str] = {}  # by the id of a line: the files share most of them
    for table in tables:
        here: set[str] = set()
        above: list[Line] = []
        for line in table.lines[1:]:
            keyword = keywords.get(id(line))
            if keyword is None:
                keyword = keywords[id(line)] = _keyword(line)
            if not keyword:
                above = [] if not line else [*above, line]
            elif keyword not in said and not any(isinstance(piece, Hole) for piece in line):
                yield from ((), *above) if above else ()
                yield line
                above = []
                here.add(keyword)
        said |= here


def _keyword(line: Line) -> str:
    """The first keyword of a line; nothing for a comment."""
    first = line[0] if line else ""
    text = first if isinstance(first, str) and "=" in first else _text(line)
    return "" if text.lstrip().startswith("!") else text.partition("=")[0].strip()


def _text(line: Line) -> str:
    return "".join(
        piece if isinstance(piece, str) else getattr(piece, "text", "") for piece in line
    )
