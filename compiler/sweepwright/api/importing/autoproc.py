"""A command line of autoPROC -> a job. The tables say what becomes of each argument."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from sweepwright.api.importing.draft import Draft, Imported, indented
from sweepwright.api.importing.finishing import finish
from sweepwright.api.importing.pieces import Piece, Source
from sweepwright.api.importing.reading import read_text
from sweepwright.api.importing.script import process_words
from sweepwright.api.importing.shell import words as shell_words
from sweepwright.api.importing.table import Row, table
from sweepwright.api.importing.work import Work, is_live
from sweepwright.model.diagnostic import error
from sweepwright.model.proposals import closest

COMMAND_LINE = "command line"
_XDS = "autoPROC_XdsKeyword_"
_DEEPEST = 10


def import_command(arguments: Sequence[str], job_folder: Path | None = None) -> Imported:
    """A job from a command: as one text for a shell, or as words that a shell has made."""
    text = arguments[0] if len(arguments) == 1 else shlex.join(arguments)
    return import_text(Source(COMMAND_LINE, text), job_folder)


def import_file(name: str, job_folder: Path | None = None) -> Imported:
    """A job from a script that holds the command; ``-`` is standard input."""
    source, problem = read_text(name)
    if source is None:
        return Imported(None, (), (problem,) if problem else (), {})
    return import_text(source, job_folder)


def import_text(source: Source, job_folder: Path | None = None) -> Imported:
    """A job that stands in ``job_folder``, by default the current folder, from a script."""
    here = os.path.abspath(".")
    work = Work(Draft(), here, os.path.abspath(job_folder or here))
    work.draft.sources[source.name] = source.text
    work.draft.origin = ["Made from a command line of autoPROC:", *indented(source.text)]
    tokens, found = shell_words(source.whole())
    work.draft.found += found
    environment = table("autoproc")["environment"]
    arguments = process_words(tokens, environment, work)
    _arguments(arguments, work)
    finish(work)
    return work.draft.finish()


def _arguments(words: Sequence[Piece], work: Work) -> None:
    rows = table("autoproc")
    index = 0
    while index < len(words):
        word = words[index]
        row = rows["flags"].get(word.text)
        if row is not None:
            last = index + 1
            while last <= index + row.words and last < len(words) and not _is_flag(words[last]):
                last += 1
            _flag(row, word, words[index + 1 : last], work)
            index = last
        elif "=" in word.text and not word.text.startswith("-"):
            _parameter(word, work)
            index += 1
        else:
            last = index + 1
            while last < len(words) and _belongs(words[last]):
                last += 1
            _unknown(words[index:last], work)
            index = last


def _is_flag(word: Piece) -> bool:
    return word.text in table("autoproc")["flags"]


def _belongs(word: Piece) -> bool:
    """Whether a word may be a value of an unknown flag before it."""
    return not word.text.startswith("-") and "=" not in word.text


def _flag(row: Row, flag: Piece, values: Sequence[Piece], work: Work) -> None:
    words = [flag, *values]
    if len(values) < row.words:
        wanted = "two values" if row.words == 2 else "a value"
        message = f"{flag.text} takes {wanted} after it"
        work.draft.refuse(error("SW-M004", message, flag.span), words)
    elif row.do == "macro":
        _macro(values[0], words, work)
    else:
        work.apply(row, flag.text, words, [value.unquoted() for value in values])


def _parameter(word: Piece, work: Work) -> None:
    cut = word.text.index("=")
    name, value = word.text[:cut], word.part(cut + 1, len(word.text)).unquoted()
    rows = table("autoproc")["parameters"]
    if name.startswith(_XDS) and len(name) > len(_XDS):
        _xds_keyword(name, word, value, work)
    elif name in rows:
        work.apply(rows[name], name, [word], [value])
    elif name == "__args":
        _more(value, [word], work)
    else:
        _unknown([word], work)


def _xds_keyword(name: str, word: Piece, value: Piece, work: Work) -> None:
    """A keyword of XDS: a key of the language where there is one, else kept as it is."""
    from sweepwright.programs import keywords

    keyword = keywords.spelled("xds", name.removeprefix(_XDS))
    row = table("autoproc_xds")["keywords"].get(keyword)
    if row is not None:
        work.apply(row, name, [word], [value])
        return
    if is_live(value, work, [word]):
        return
    lines = [part.text for part in value.split("|")]
    given = lines if len(lines) > 1 else lines[0]
    problems = keywords.check_keyword("xds", keyword, given)
    wrong = next((problem for problem in problems if problem.severity == "error"), None)
    if wrong is not None:
        place = word.part(0, len(name)).span if wrong.fix else word.span
        work.draft.refuse(error("SW-M013", wrong.message, place, help=wrong.help), [word])
        return
    work.draft.put(("keywords", "xds", keyword), given, [word], *(p.message for p in problems))
    work.draft.account([word], f"kept as the keyword {keyword}")


def _macro(name: Piece, words: Sequence[Piece], work: Work) -> None:
    """``-M``: a macro of like purpose, or a file of parameters."""
    rows = table("autoproc")["macros"]
    if is_live(name, work, words):
        return
    row = rows.get(name.text)
    if row is not None:
        work.apply(row, f"-M {name.text}", words, [name])
    elif "/" in name.text or name.text.endswith(".macro") or os.path.isfile(name.text):  # noqa: PTH113
        _macro_file(name, words, work)
    else:
        known = {key for key, one in rows.items() if one.macro}
        close = closest(name.text, rows)
        help_ = f"Did you mean {close}?" if close else f"Macros: {', '.join(sorted(known))}."
        help_ += " A file is named with its folder: ./NAME.macro"
        message = f"no macro '{name.text}' is known"
        work.draft.refuse(error("SW-M001", message, name.span, help=help_), words)


def _macro_file(name: Piece, words: Sequence[Piece], work: Work) -> None:
    """A file of parameters: lines of comments, then words as on a command line."""
    path = os.path.abspath(name.text)
    if path in work.open_files or len(work.open_files) >= _DEEPEST:
        message = f"the file '{name.text}' leads back to itself, or too deep"
        work.draft.refuse(error("SW-M012", message, name.span), words)
        return
    source, problem = read_text(name.text, name.span)
    if source is None:
        if problem is not None:
            work.draft.refuse(problem, words)
        return
    work.draft.account(words, f"read from the file {name.text}")
    work.open_files = (*work.open_files, path)
    _more(source.whole(), [], work)
    work.open_files = work.open_files[:-1]


def _more(text: Piece, words: Sequence[Piece], work: Work) -> None:
    """Arguments inside a file, or inside the value of ``__args``."""
    work.draft.account(words, "read as arguments")
    if len(work.open_files) >= _DEEPEST:
        work.draft.refuse(
            error("SW-M012", "arguments within arguments, too deep", text.span), words
        )
        return
    tokens, found = shell_words(text)
    work.draft.found += found
    arguments = []
    for token in tokens:
        piece = token.piece
        if token.kind == "word":
            arguments.append(piece)
        elif token.kind == "operator" and piece.text.strip():
            message = f"'{piece.text}' has no meaning among parameters"
            work.draft.refuse(error("SW-M008", message, piece.span), [piece])
        else:
            work.draft.account([piece], "read past" if not found else "refused: SW-M011")
    work.open_files = (*work.open_files, "")
    _arguments(arguments, work)
    work.open_files = work.open_files[:-1]


def _unknown(words: Sequence[Piece], work: Work) -> None:
    """An argument that no table has; words behind it that may be its values go with it."""
    name, equals, _ = words[0].text.partition("=")
    rows = table("autoproc")
    known = rows["parameters"] if equals else rows["flags"]
    close = closest(name, [*known, _XDS] if equals else known)
    help_ = f"Did you mean {close}{'=' if equals else ''}?" if close else None
    if name in ("-o", "--output", "-f", "--file", "--json"):
        help_ = (
            "Options of sweepwright stand before the command, or behind it when it is in quotes."
        )
    elif name[1:] in rows["macros"]:
        help_ = f"It is a macro: -M {name[1:]}"
    elif not equals and not name.startswith("-"):
        help_ = help_ if close and close.lower() == f"-{name}".lower() else "No argument takes it."
    message = f"'{name}' is no argument of autoPROC that is known here"
    place = words[0].part(0, len(name)) if equals else words[0]
    work.draft.refuse(error("SW-M001", message, place.span, help=help_), words)
