"""``fmt``, ``diff``, ``upgrade``, ``schema`` and ``cheatsheet``: the job file as a text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from sweepwright.cli import options as o
from sweepwright.cli.show import diagnostics, json_out, out, say
from sweepwright.model.diagnostic import ExitCode

if TYPE_CHECKING:
    from sweepwright.api.editing import Rewritten
    from sweepwright.cli.mending import Change

#: what git gives to a command that shows differences: path, then file, digest and mode of both
#: states, and for a renamed file its new path and how similar it is (gitdiff-core, GIT_EXTERNAL_DIFF)
_GIT_WORDS = (1, 7, 9)
_NOWHERE = "/dev/null"

Files = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Job files (YAML).", show_default=False)
]
Check = Annotated[bool, typer.Option("--check", help="Write nothing; exit code 1 for a change.")]
Diff = Annotated[bool, typer.Option("--diff", help="Write nothing; show what would change.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    for command in (fmt, diff, upgrade, schema, cheatsheet):
        app.command()(command)


def fmt(
    files: Files,
    check: Check = False,
    show: Diff = False,
    expand: Annotated[
        bool,
        typer.Option(
            "--expand", help="Write out sweeps that are patterns, folders or short forms."
        ),
    ] = False,
    bind: o.Bind = None,
) -> None:
    """Write job files and macros in canonical form; every comment is kept.

    Keys stand in the order of the language, indented by two blanks; what was written on one line
    stays on one while it fits in 100 columns; text is in quotes only where it must be. The file
    means what it meant; one with errors is not touched.

    Example: sweepwright fmt --check jobs/*.yaml
    """
    from sweepwright.api.editing import format_file
    from sweepwright.cli.mending import contents

    places = o.options(None, None, bind).bind
    failed = False
    for path in files:
        before = contents(path)
        made = _change(path, before, format_file(path, expand, places))
        if made is None:
            failed = True
        elif made.after != before:
            failed |= _tell(made, check, show, "formatted")
    raise typer.Exit(ExitCode.WRONG_INPUT if failed else ExitCode.GOOD)


def upgrade(files: Files, check: Check = False, show: Diff = False) -> None:
    """Rewrite jobs of an older version of the language in today's.

    Comments are kept, and the file is formatted. It is written only when the job is proved to mean
    the same and, where its images are, to compile to the same plan.

    Example: sweepwright upgrade jobs/*.yaml
    """
    from sweepwright.api.editing import upgrade_file
    from sweepwright.cli.mending import contents

    failed = False
    for path in files:
        before = contents(path)
        rewritten = upgrade_file(path)
        made = _change(path, before, rewritten)
        if made is None:
            failed = True
        elif made.after == before:
            out(f"{path}: is in today's version")
        else:
            for note in rewritten.notes:
                out(note)
            failed |= _tell(made, check, show, "upgraded", f": {rewritten.proof}")
    raise typer.Exit(ExitCode.WRONG_INPUT if failed else ExitCode.GOOD)


def _change(path: Path, before: bytes, rewritten: Rewritten) -> Change | None:
    """The change of a file; None, and what is wrong is told, where there can be none."""
    from sweepwright.cli.mending import Change
    from sweepwright.language.fixes import Mended

    diagnostics(rewritten.diagnostics, rewritten.sources, places=(path,))
    if rewritten.after is None:
        return None
    return Change(path, before, Mended(rewritten.after, (), ()))


def _tell(made: Change, check: bool, show: bool, done: str, more: str = "") -> bool:
    """Writes a change, or tells it; whether that is a failure."""
    if show:
        out(made.diff().removesuffix("\n"))
    if check and not show:
        out(f"{made.path}: would be {done}{more}")
    if check or show:
        return check
    refused = made.write()
    if refused is not None:
        say(f"{made.path}: not written: {refused}")
        return True
    out(f"{made.path}: {done}{more}")
    return False


def diff(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="A B", help="Two jobs, two job.lock.json, or two XDS.INP.", show_default=False
        ),
    ],
    git: Annotated[
        bool, typer.Option("--git", help="Take the arguments that git gives to a diff driver.")
    ] = False,
    json: o.Json = False,
) -> None:
    """Show what two jobs, locks or XDS.INP say differently; exit code 1 when they do.

    Jobs are compared by what all their layers come to, sweeps by name: order, comments, spelling of
    ranges and units, and the layer that says a value make no difference. Of inputs of XDS the last
    line of a keyword counts, numbers are compared as numbers, and geometry in whatever frame.

    git shows these differences after: git config diff.sweepwright.command 'sweepwright diff --git',
    and a line '*.yaml diff=sweepwright' in .gitattributes.

    Example: sweepwright diff old.yaml new.yaml
    """
    from sweepwright.api.comparing import compare

    if git:
        _git(files)
    if len(files) != 2:
        say("error: name two files to compare")
        raise typer.Exit(ExitCode.WRONG_USE)
    old, new = map(Path, files)
    told = compare(old, new)
    if json:
        json_out({"changes": [change.to_json() for change in told.changes],
                  "diagnostics": [item.to_json() for item in told.diagnostics]})  # fmt: skip
    else:
        diagnostics(told.diagnostics, told.sources, places=(old, new))
        for change in told.changes:
            out(str(change))
    if not told.pair:
        raise typer.Exit(ExitCode.WRONG_USE)
    raise typer.Exit(ExitCode.WRONG_INPUT if told.changes or told.diagnostics else ExitCode.GOOD)


def _git(words: list[str]) -> NoReturn:
    """What git shows of a job in two states. It takes any exit code but 0 for a failure."""
    from sweepwright.api.comparing import compare_in_place

    if len(words) not in _GIT_WORDS:
        say("error: with --git come the seven arguments of a diff driver of git")
        raise typer.Exit(ExitCode.WRONG_USE)
    place = words[0]
    if len(words) == 1:
        out(f"{place}: unmerged")
        raise typer.Exit(ExitCode.GOOD)
    old, new = (None if words[at] == _NOWHERE else Path(words[at]) for at in (1, 4))
    now = words[7] if len(words) > 7 else place
    out(place if now == place else f"{place} -> {now}")
    told = compare_in_place(old, new, Path(now))
    if told is None or told.diagnostics:
        for line in _as_text(old, new, place, now):
            out(line)
    else:
        for change in told.changes:
            out(f"  {change}")
        if not told.changes:
            out("  says the same in another way")
    raise typer.Exit(ExitCode.GOOD)


def _as_text(old: Path | None, new: Path | None, place: str, now: str) -> Iterator[str]:
    """A difference of lines, for what is no job in one of its states."""
    from difflib import unified_diff

    before, after = (
        path.read_text(encoding="utf-8", errors="replace").splitlines() if path else []
        for path in (old, new)
    )
    names = (f"a/{place}" if old else _NOWHERE, f"b/{now}" if new else _NOWHERE)
    yield from unified_diff(before, after, *names, lineterm="")


def schema() -> None:
    """Print the JSON Schema of a job file, for editors.

    An editor with a YAML language server explains and completes keys when the job begins with
    '# yaml-language-server: $schema=job.schema.json', the file that this prints.

    Example: sweepwright schema > job.schema.json
    """
    from sweepwright.language.schema import job_schema

    json_out(job_schema())


def cheatsheet() -> None:
    """Print the job language on one page.

    Example: sweepwright cheatsheet | less
    """
    out(cheatsheet_page().rstrip("\n"))


def cheatsheet_page() -> str:
    """The page with all commands, as Markdown."""
    from typer.main import get_command

    from sweepwright.cli.main import application
    from sweepwright.language.cheatsheet import cheatsheet as page

    return page(list(_commands(get_command(application()))))


def _commands(group: Any, above: str = "") -> Iterator[tuple[str, str]]:
    """Every command that is not hidden with the first line of its help."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{above}{name} ")
        elif not command.hidden:
            yield above + name, (command.help or "").partition("\n")[0]
