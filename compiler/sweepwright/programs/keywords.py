"""Keywords that a job passes straight through to a program, checked against the program's table.

A program stands under ``keywords:`` by its name: ``xds``, ``xds.integrate`` (one step of it),
``xscale``, ``dials.scale`` take names with values; ``aimless`` and ``pointless`` take lines. Values
are text or lists of text. Tables are read when the first keyword is checked.

What passes cannot break out of its line: numbers and words are matched as a whole, free text is held
to letters and signs that mean nothing to the program, and what names a file or a machine is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from sweepwright.programs.keyword_tables import (
    LINE_PROGRAMS,
    PROGRAMS,
    XDS_STEPS,
    Keyword,
    table,
)
from sweepwright.programs.keyword_values import lines_of, shown, written, wrong_value

#: letters and signs of a line for AIMLESS or POINTLESS; no comment, path, quote or shell sign
_LINE = re.compile(r"[A-Za-z0-9_.,:+*=%() \[\]-]+")
_ADD = "If {program} knows it, ask for it to be added to the table, with where it is described."
_LIST = "`{program} -c -e3` lists its parameters."


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a keyword. ``fix`` is what to write for it, when only one can be meant."""

    message: str
    help: str | None = None
    severity: Literal["error", "warning"] = "error"
    fix: str | None = None


def programs() -> tuple[str, ...]:
    """All that may stand under ``keywords:``."""
    return ("xds", *(f"xds.{step}" for step in XDS_STEPS), *PROGRAMS[1:])


def program_problem(program: str) -> Problem | None:
    """Why a program cannot stand under ``keywords:``, if it cannot."""
    known = programs()
    if program in known:
        return None
    package = program.partition(".")[0]
    family = [other for other in known if other.partition(".")[0] == package]
    close = _close(program, family or known, 0.7)
    return Problem(
        f"no program '{shown(program)}' takes keywords",
        _did_you_mean(close) or f"Programs are {', '.join(PROGRAMS)}; steps are xds.integrate etc.",
        fix=close[0] if len(close) == 1 else None,
    )


def check_keyword(program: str, name: str, value: object) -> list[Problem]:
    """What is wrong with ``NAME: value`` for a program; nothing when it can be passed on."""
    unknown = program_problem(program)
    if unknown is not None:
        return [unknown]
    base, step = _split(program)
    if base in LINE_PROGRAMS:
        return [
            Problem(
                f"{base} takes lines, not names with values",
                f'Write {base}: ["{shown(name)} ..."].',
            )
        ]
    row = table(base).get(name)
    if row is None:
        return [_unknown(base, name)]
    if row.closed:
        return [_closed(row)]
    return list(_misuse(row, step, value)) or [*_owned(row), *_outdated(row)]


def check_line(program: str, line: str) -> list[Problem]:
    """What is wrong with a line for AIMLESS or POINTLESS; a fix is the whole line."""
    unknown = program_problem(program)
    if unknown is not None:
        return [unknown]
    base, _ = _split(program)
    if base not in LINE_PROGRAMS:
        return [Problem(f"{program} takes names with values, not lines", "Write NAME: value.")]
    odd = sorted(set(_LINE.sub("", line)))
    if odd or not line.strip():
        what = f"{odd[0]!r} cannot stand in a line for {base}" if odd else "the line is empty"
        return [Problem(what, "Comments, paths, quotes and continued lines are not passed on.")]
    first, *rest = line.split()
    if rest and rest[-1] == "-":
        return [Problem("a '-' at the end would continue the line", "Leave it out.")]
    name = spelled(base, first)
    row = table(base).get(name)
    if row is None:
        problem = _unknown(base, first)
        fix = problem.fix and " ".join([problem.fix, *rest])
        return [replace(problem, fix=fix)]
    if row.closed:
        return [_closed(row)]
    refused = [*_wrong_words(row, rest), *_wrong_form(base, row, line)]
    if any(problem.severity == "error" for problem in refused):
        return refused
    return [*refused, *_read_as(row, first), *_owned(row)]


def spelled(program: str, name: str) -> str:
    """The name as the program spells it, from any other spelling; unchanged when there is none.

    ``REFINEIDXREF``, ``FRIEDELS_LAW`` (as shells write them) for XDS, four letters for AIMLESS, the
    end of a dotted name for DIALS.
    """
    base, _ = _split(program)
    rows = table(base)
    if name in rows:
        return name
    if base in LINE_PROGRAMS:
        found = [known for known in rows if known[:4] == name.upper()[:4]]
    elif base.startswith("dials."):
        found = [known for known in rows if known.endswith("." + name)]
    else:
        found = [known for known in rows if _bare(known) == _bare(name)]
    return found[0] if len(found) == 1 else name


def values(program: str, name: str, value: object) -> tuple[str, ...]:
    """The value as text for each line that is written; for a keyword without problems.

    A list is one line with its items, for a keyword that repeats one line an item. An empty text is
    an empty list (``CORRECTIONS=``).
    """
    row = table(_split(program)[0])[name]
    return tuple(written(row, line) for line in lines_of(row, value))


def owner(program: str, name: str) -> str | None:
    """The key of the job language that says the same (``sweeps[].range`` for DATA_RANGE)."""
    row = table(_split(program)[0]).get(name)
    return row.owner or None if row is not None else None


def scope(program: str, name: str) -> str:
    """Where a keyword of XSCALE stands: ``general``, or after each ``output`` or ``input`` file."""
    return table(_split(program)[0])[name].scope


def names(program: str) -> tuple[str, ...]:
    """The keywords that a job may write for a program, or for a step of it."""
    base, step = _split(program)
    rows = table(base).values()
    return tuple(row.name for row in rows if not row.closed and (not step or step in row.reads))


def meaning(program: str, name: str) -> str:
    """What a keyword of a program means."""
    return table(_split(program)[0])[name].meaning


def _split(program: str) -> tuple[str, str]:
    """Program and step: ``xds.integrate`` is XDS and INTEGRATE, ``dials.scale`` is a program."""
    base, _, step = program.partition(".")
    return (base, step) if base == "xds" else (program, "")


def _misuse(row: Keyword, step: str, value: object) -> Iterator[Problem]:
    if step and step not in row.reads:
        where = " or ".join(f"'xds.{read}'" for read in row.reads)
        yield Problem(
            f"the step {step.upper()} does not read {row.name}", f"Write it under {where}."
        )
    wrong = wrong_value(row, value)
    if wrong:
        yield Problem(wrong, f"{row.name}: {row.meaning}")


def _outdated(row: Keyword) -> Iterator[Problem]:
    if row.instead:
        message = f"{row.name} is for old builds: {row.instead} took its place"
        yield Problem(message, f"{row.name}: {row.meaning}", "warning")


def _closed(row: Keyword) -> Problem:
    if row.never:
        now = f"{row.instead} took its place." if row.instead else None
        return Problem(f"{row.name} cannot be passed on: {row.never}", now)
    return Problem(
        f"{row.name} would contradict the job, which says it with {_key(row.owner)}",
        f"Write {_key(row.owner)} instead.",
    )


def _owned(row: Keyword) -> Iterator[Problem]:
    if row.owner:
        message = f"{row.name} wins over what the job says with {_key(row.owner)}"
        yield Problem(message, "Keep it where this program alone is to differ.", "warning")


def _wrong_words(row: Keyword, rest: Iterable[str]) -> Iterator[Problem]:
    for word, key in row.not_with.items():
        if any(given.upper()[:4] == word[:4] for given in rest):
            message = f"{row.name} {word} would contradict the job, which says it with {_key(key)}"
            yield Problem(message, f"Write {_key(key)} instead.")


def _wrong_form(program: str, row: Keyword, line: str) -> Iterator[Problem]:
    """Words that the keyword does not know, and numbers that are too few or too many."""
    rest = line.split()[1:]
    if not row.form:
        return
    from sweepwright.programs import keyword_forms as forms

    help_ = f"It is {row.name} {row.value}."
    unknown = forms.unknown_words(row.form, rest)
    for word in unknown:
        close = _close(word, [known for known in forms.words(row.form) if len(known) > 2], 0.7)
        if close:
            items = line.split()[:1] + [close[0] if item == word else item for item in rest]
            meant = " ".join(items) if len(close) == 1 else None
            message = f"{row.name} of {program} has no word '{shown(word)}'"
            yield Problem(message, _did_you_mean(close), fix=meant)
        else:
            message = f"it is not known that {program} has a word '{shown(word)}' for {row.name}"
            yield Problem(message, f"{help_} A newer version may know more.", "warning")
    if not unknown and not forms.fits(row.form, rest):
        yield Problem(f"{program} cannot read '{shown(line)}'", help_)
    for word in rest:
        known = forms.word_of(row.form, word)
        if known is not None and not known.startswith(word.upper()):
            yield _four_letters(word, known)


def _read_as(row: Keyword, first: str) -> Iterator[Problem]:
    if not row.name.startswith(first.upper()):
        yield _four_letters(first, row.name)


def _four_letters(given: str, read: str) -> Problem:
    message = f"'{shown(given)}' is read as {read}: of a keyword four letters count"
    return Problem(message, f"Write {read}.", "warning")


def _unknown(program: str, name: str) -> Problem:
    rows = table(program)
    same = spelled(program, name)
    close = [same] if same in rows else _close(name, rows, 0.9 if "." in name else 0.7)
    return Problem(
        f"{program} has no keyword '{shown(name)}'",
        _did_you_mean(close) or _elsewhere(program, name) or _where_to_ask(program),
        fix=close[0] if len(close) == 1 else None,
    )


def _elsewhere(program: str, name: str) -> str | None:
    """The programs of the same package that know a keyword which this one has not."""
    family = [known for known in PROGRAMS if known[0] == program[0] and known != program]
    homes = [known for known in family if spelled(known, name) in table(known)]
    return f"It belongs to {' or '.join(homes)}." if homes else None


def _where_to_ask(program: str) -> str:
    return (_LIST if program.startswith("dials.") else _ADD).format(program=program)


def _close(word: str, known: Iterable[str], least: float) -> list[str]:
    """Known words about equally like this one; upper and lower case are alike."""
    import difflib

    by_lower = {name.lower(): name for name in known}
    for cutoff in (0.95, 0.9, 0.8, 0.7):
        like = difflib.get_close_matches(word.lower(), by_lower, 3, max(cutoff, least))
        if like:
            return [by_lower[name] for name in like]
    return []


def _did_you_mean(close: list[str]) -> str | None:
    return f"Did you mean {' or '.join(close)}?" if close else None


def _bare(name: str) -> str:
    """A name as a shell variable can hold it: without brackets, quotes, slashes, dashes, dots."""
    return re.sub(r"[()'./-]", "", name).upper()


def _key(owner: str) -> str:
    """``sweeps[].range`` is 'range' of a sweep."""
    for prefix, of in (("sweeps[].", " of a sweep"), ("crystals.NAME.", " of a crystal")):
        if owner.startswith(prefix):
            return f"'{owner.removeprefix(prefix)}'{of}"
    return f"'{owner}'"
