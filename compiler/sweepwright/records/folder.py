"""The run folder as the compiler writes it, and where the images are on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sweepwright.emit.write import json_bytes, write_file, write_folder
from sweepwright.model.plan import Plan

LOCK = "job.lock.json"
PLAN = "plan.json"
JOURNAL = "journal.jsonl"
#: where the links of the folder point to on this machine
ROOTS = "roots.json"


def plan_bytes(plan: Plan) -> bytes:
    """``plan.json``: one step a line, so that a difference can be read."""
    head = plan.model_dump_json(exclude_defaults=True, exclude={"steps"})
    lines = ",\n".join(step.model_dump_json(exclude_defaults=True) for step in plan.steps)
    version = f'"sweepwright_plan":{plan.sweepwright_plan}'
    return f'{{{version},{head[1:-1]},\n"steps":[\n{lines}\n]}}\n'.encode()


def files_of_run(
    plan: bytes,
    job: bytes,
    lock: Mapping[str, Any],
    origins: Mapping[str, Any],
    previews: Mapping[str, str],
    run_sh: str,
) -> dict[str, bytes]:
    """Every file of a freshly compiled run folder by its name in it."""
    files = {name: text.encode() for name, text in previews.items()}
    return files | {
        "job.yaml": job,
        LOCK: json_bytes(lock),
        "origins.json": json_bytes(origins),
        PLAN: plan,
        "run.sh": run_sh.encode(),
    }


def write_run(folder: Path, files: Mapping[str, bytes], links: Mapping[str, str]) -> None:
    """Writes the run folder whole; ``links`` are paths in it, with what they point to."""
    write_folder(folder, {**files, ROOTS: json_bytes(dict(links))}, links)


def bind(folder: Path, links: Mapping[str, str]) -> None:
    """Points the links of an existing run folder to other places (another machine)."""
    for name, place in links.items():
        link = folder / name
        link.parent.mkdir(parents=True, exist_ok=True)
        fresh = link.with_name(f".{link.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(place)
        fresh.replace(link)
    write_file(folder / ROOTS, json_bytes(dict(links)))


def is_run(folder: Path) -> bool:
    """Whether a folder holds a plan."""
    return (folder / PLAN).is_file()


def same_run(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Whether a run folder was compiled to the same lock and the same plan."""
    return all(_read(folder / name) == files[name] for name in (LOCK, PLAN))


def has_run(folder: Path) -> bool:
    """Whether anything was ever run in the folder."""
    return (folder / JOURNAL).exists()


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
