"""The key of a step: what its result depends on, and nothing else.

In it: program and its digest, arguments with their files by content, values of decisions, the text
of the step's files with the machine's holes left open, and the part of the environment that can
change results. Not in it: paths, thread numbers, comments, origins, names of steps. Inputs count by
content, so a step that ran again with the same bytes as result makes no later step run again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sweepwright.emit.spell import SPELLERS
from sweepwright.model.plan import PLAN_VERSION, Argument, FileRef, Filled, Hole, LineTable, Step
from sweepwright.records.digest import sha256_json

KEY_VERSION = 1


def key_parts(
    step: Step,
    inputs: Sequence[Sequence[str]],
    decisions: Mapping[str, Any],
    environment: Mapping[str, str],
    tool: Mapping[str, str],
) -> dict[str, Any]:
    """What the key is made from, small enough to keep: texts of files stand by digest.

    ``inputs`` are the digests of the files taken for each of ``step.references``.
    """
    return {
        "version": f"{KEY_VERSION}.{PLAN_VERSION}",
        "program": step.program,
        "tool": dict(tool),
        "argv": [_argument(item, decisions) for item in step.argv] + _stdin(step),
        "inputs": [
            {"name": reference.name, "link": reference.link, "sha256": list(digests)}
            for reference, digests in zip(step.references, inputs, strict=True)
        ],
        "decisions": {hole.decision: decisions.get(str(hole.decision)) for hole in step.holes
                      if hole.decision},
        "files": {table.name: sha256_json(_text(table, decisions)) for table in step.files},
        "outputs": [output.name for output in step.outputs],
        "judge": step.judge,
        "environment": dict(environment),
    }  # fmt: skip


def step_key(parts: Mapping[str, Any]) -> str:
    """The key from its parts."""
    return sha256_json(parts)


def changed_parts(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """What differs between two keys, named for people: ``files: XDS.INP``, ``inputs: a.expt``."""
    changed: list[str] = []
    for part in after:
        old, new = before.get(part), after[part]
        if old == new:
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            names: Iterable[str] = (k for k in {**old, **new} if old.get(k) != new.get(k))
        elif part == "inputs" and isinstance(old, list) and len(old) == len(new):
            names = (b["name"] for a, b in zip(old, new, strict=True) if a != b)
        else:
            names = ()
        named = ", ".join(dict.fromkeys(names))
        changed.append(f"{part}: {named}" if named else part)
    return tuple(changed)


def _stdin(step: Step) -> list[Any]:
    return [] if step.stdin is None else [{"stdin": step.stdin}]


def _argument(item: Argument, decisions: Mapping[str, Any]) -> Any:
    if isinstance(item, FileRef):
        return {"file": item.name}
    if isinstance(item, Hole):
        return _open(item, decisions)
    return item.text if isinstance(item, Filled) else item


def _text(table: LineTable, decisions: Mapping[str, Any]) -> list[list[Any]]:
    """The lines as they matter to the program: pieces of text joined, comment lines dropped.

    So is a line that tells names of nodes: where parts are computed changes no number.
    """
    lines = ([_open(p, decisions) if isinstance(p, Hole) else p for p in line]
             for line in table.lines if not any(map(_names_nodes, line)))  # fmt: skip
    joined = (_joined(line) for line in lines)
    return [line for line in joined if not _is_comment(line, table.comment)]


def _names_nodes(piece: Any) -> bool:
    return isinstance(piece, Hole) and piece.resource == "nodes"


def _open(hole: Hole, decisions: Mapping[str, Any]) -> Any:
    if hole.decision is None:
        return {"at run": hole.resource, "style": hole.style}
    if hole.decision not in decisions:
        return {"undecided": hole.decision}
    return SPELLERS[hole.style](decisions[hole.decision])


def _joined(pieces: Iterable[Any]) -> list[Any]:
    """Neighbouring texts as one, so that it does not matter where a template was cut."""
    line: list[Any] = []
    for piece in pieces:
        text = piece.text if isinstance(piece, Filled) else piece
        if isinstance(text, str) and line and isinstance(line[-1], str):
            line[-1] += text
        else:
            line.append(text)
    return line


def _is_comment(line: Sequence[Any], comment: str) -> bool:
    first = line[0] if line else ""
    return bool(comment) and isinstance(first, str) and first.lstrip().startswith(comment)
