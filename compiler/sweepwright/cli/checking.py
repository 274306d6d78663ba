"""What ``check`` does with each job, and how it is told to people, machines and GitHub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sweepwright.api.front import Options, check_tools, compose_job, resolve_job
from sweepwright.cli.show import Format, diagnostics, json_out, out, say
from sweepwright.language.folders import user_folder
from sweepwright.language.text import loads
from sweepwright.model.diagnostic import Diagnostic, Severity, has_errors
from sweepwright.model.job_resolved import ResolvedJob

if TYPE_CHECKING:
    from sweepwright.cli.mending import Change


@dataclass(frozen=True)
class Checked:
    """A job file with everything there is to say about it.

    ``change`` is what fixes make of it; ``refused`` says why they were not written.
    """

    path: Path
    job: ResolvedJob | None
    found: tuple[Diagnostic, ...]
    sources: Mapping[str, str]
    change: Change | None = None
    refused: str | None = None

    @property
    def failed(self) -> bool:
        """Whether the job is wrong, or was not mended as asked."""
        return has_errors(self.found) or self.refused is not None


def checked(path: Path, options: Options) -> Checked:
    """A job as it stands; what is said of its file in the order of the file."""
    front = resolve_job(path, options)
    tools = [] if front.job is None else _as_warnings(check_tools(front.job))
    found = sorted((*front.diagnostics, *tools), key=lambda item: _order(item, str(path)))
    return Checked(path, front.job, tuple(found), front.sources)


def checked_language(path: Path, options: Options) -> Checked:
    """What the language alone says of a job: images and programs may be elsewhere."""
    read = compose_job(path, options, look=False)
    found = sorted(read.diagnostics, key=lambda item: _order(item, str(path)))
    return Checked(path, None, tuple(found), read.sources)


def mended(path: Path, options: Options, safe_only: bool, write: bool) -> Checked:
    """A job with its fixes in the file; or as it stands, with what the fixes would make of it."""
    from sweepwright.cli.mending import change, contents

    before = contents(path)
    now = checked(path, options)
    made = change(path, before, now.found, lambda text: _said(text, path, options), safe_only)
    if made is None or not write:
        return replace(now, change=made)
    refused = made.write()
    if refused is not None:
        return replace(now, change=made, refused=refused)
    return replace(checked(path, options), change=made)


def tell(results: Sequence[Checked], form: Format, difference: bool) -> None:
    """The results for people (with the difference instead of an overview), machines or GitHub."""
    if form is Format.JSON:
        json_out([_to_json(one) for one in results])
        return
    if form is Format.GITHUB:
        _annotate(results)
        return
    for one in results:
        _tell_change(one, difference)
        diagnostics(one.found, one.sources, places=(one.path, one.path.parent, user_folder()))
        if one.job is not None and not difference:
            from sweepwright.cli.overview import overview

            out(overview(one.job))
    found = [item for one in results for item in one.found]
    if found:
        from sweepwright.cli.rendering.people import tally

        say(tally(found))


def _tell_change(one: Checked, difference: bool) -> None:
    if one.change is None:
        return
    if difference:
        out(one.change.diff().removesuffix("\n"))
        return
    if one.refused is not None:
        say(f"{one.path}: not mended: {one.refused}")
        return
    for item in one.change.mended.applied:
        assert item.fix is not None
        say(f"mended: {item.fix.span}: {item.code}: {item.fix.message}")


def _annotate(results: Sequence[Checked]) -> None:
    from sweepwright.cli.rendering.github import annotation
    from sweepwright.cli.rendering.people import limited

    shown, more = limited(item for one in results for item in one.found)
    for item in shown:
        out(annotation(item))
    for code, number in more.items():
        out(f"::notice title={code}::... and {number} more of {code}")


def _to_json(one: Checked) -> dict[str, object]:
    data: dict[str, object] = {
        "job": str(one.path),
        "diagnostics": [item.to_json() for item in one.found],
    }
    if one.change is not None:
        data["mended"] = [item.to_json() for item in one.change.mended.applied]
    if one.refused is not None:
        data["not_mended"] = one.refused
    return data


def _order(item: Diagnostic, name: str) -> tuple[int, int, int]:
    if item.span is None or item.span.file != name:
        return (1, 0, 0)
    return (0, item.span.line, item.span.column)


def _said(text: str, path: Path, options: Options) -> list[Diagnostic]:
    """What is said of a text that would stand in the file."""
    loaded, found = loads(text, str(path))
    return found if loaded is None else list(resolve_job(path, options, loaded).diagnostics)


def _as_warnings(found: list[Diagnostic]) -> list[Diagnostic]:
    """A missing engine stops a run, not a check."""
    return [
        Diagnostic(item.code, Severity.WARNING, item.message, item.span, item.help)
        for item in found
    ]
