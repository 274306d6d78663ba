"""The command `process` in a script: what stands around it is said, or refused; nothing is run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sweepwright.api.importing.pieces import Piece
from sweepwright.api.importing.shell import Token
from sweepwright.api.importing.table import Rows
from sweepwright.api.importing.work import Work, is_live, shown_words
from sweepwright.model.diagnostic import error
from sweepwright.model.types import is_name

_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_BETWEEN = ("\n", ";", "&", "&&")
_PIPES = ("|", "|&")
_LOG = "the log of each step stays in the run folder"
_ONLY = "Leave it out: only the command 'process' is read."


@dataclass
class _Command:
    """A command of a script, and whether it takes the output of the one before it."""

    piped: bool = False
    words: list[Piece] = field(default_factory=list)


def process_words(tokens: Sequence[Token], environment: Rows, work: Work) -> Sequence[Piece]:
    """The arguments of the one command `process` of a script."""
    found = [
        words
        for command in _commands(tokens, work)
        if command.words and (words := _command(command, environment, work))
    ]
    if not found and not any(item.code in ("SW-M008", "SW-M011") for item in work.draft.found):
        span = tokens[0].piece.span if tokens else None
        help_ = "Begin with it: process -I DIR ..."
        work.draft.found.append(error("SW-M008", "there is no command 'process'", span, help=help_))
    for words in found[1:]:
        help_ = "Import one at a time."
        problem = error("SW-M008", "this is a second command", words[0].span, help=help_)
        work.draft.refuse(problem, words)
    return found[0][1:] if found else ()


def _commands(tokens: Iterable[Token], work: Work) -> list[_Command]:
    """The commands of a script, without what goes to files."""
    commands = [_Command()]
    to_file = False
    for token in tokens:
        piece, sign = token.piece, token.piece.text
        if token.kind == "comment":
            work.draft.account([piece], "a comment")
        elif token.kind == "rest":
            work.draft.account([piece], "refused: SW-M011")
        elif token.kind == "word" and to_file:
            work.draft.say(f"{shown_words([piece])}: {_LOG}", [piece])
            to_file = False
        elif token.kind == "word":
            commands[-1].words.append(piece)
        elif ">" in sign and "<" not in sign:
            work.draft.account([piece], f"said in a comment: {_LOG}")
            to_file = not re.fullmatch(r"\d*>&\d+", sign)
        else:
            if sign in (*_BETWEEN, *_PIPES):
                work.draft.account([piece], "between commands")
            else:
                problem = error("SW-M008", f"'{sign}' is not read here", piece.span, help=_ONLY)
                work.draft.refuse(problem, [piece])
            commands.append(_Command(sign in _PIPES))
    return commands


def _command(command: _Command, environment: Rows, work: Work) -> Sequence[Piece]:
    """The words of a command `process`; of another nothing is left to do."""
    words = list(command.words)
    while words and _ASSIGNMENT.match(words[0].text):
        _variable(words.pop(0), environment, work)
    if not words:
        return ()
    name = words[0].text.rpartition("/")[2]
    if command.piped and name == "tee":
        work.draft.say(f"{shown_words(words)}: {_LOG}", words)
    elif name == "process" and not command.piped:
        work.draft.account(words[:1], "the command")
        return words
    elif name == "module" and len(words) > 2 and words[1].text in ("load", "add"):
        _modules(words, work)
    elif name == "export" and all(_ASSIGNMENT.match(word.text) for word in words[1:]):
        work.draft.account(words[:1], "sets variables")
        for word in words[1:]:
            _variable(word, environment, work)
    elif name == "setenv" and len(words) == 3:
        _set(words[1].text, words, words[2], environment, work)
    else:
        problem = error("SW-M008", _strange(words[0]), words[0].span, help=_ONLY)
        work.draft.refuse(problem, words)
    return ()


def _strange(word: Piece) -> str:
    if word.text.startswith("-") or "=" in word.text:
        return f"'{word.text}' begins a command: does the line before it lack its '\\' at the end?"
    return f"the command '{word.text}' is not 'process'"


def _variable(word: Piece, environment: Rows, work: Work) -> None:
    cut = word.text.index("=")
    value = word.part(cut + 1, len(word.text))
    _set(word.text[:cut], [word], value, environment, work)


def _set(name: str, words: Sequence[Piece], value: Piece, environment: Rows, work: Work) -> None:
    row = environment.get(name)
    if row is not None:
        work.apply(row, name, words, [value])
        return
    message = f"the variable '{name}' is not known here"
    help_ = "Leave it out, or give what it stands for as an argument."
    work.draft.refuse(error("SW-M008", message, words[0].span, help=help_), words)


def _modules(words: Sequence[Piece], work: Work) -> None:
    """``module load``: those that a job can name; that of autoPROC itself is not needed."""
    if any(is_live(word, work, words) for word in words):
        return
    wanted = list(_wanted(words[2:], work))
    before = work.draft.leaves.get(("run", "modules"))
    work.draft.account(words[:2], "loads modules")
    if wanted:
        names = [*(before.value if before else ()), *(word.text for word in wanted)]
        given = [*(before.words if before else ()), *wanted]
        work.draft.leaves.pop(("run", "modules"), None)
        work.draft.put(("run", "modules"), list(dict.fromkeys(names)), given)


def _wanted(words: Iterable[Piece], work: Work) -> Iterator[Piece]:
    for word in words:
        if word.text.lower().startswith("autoproc"):
            work.draft.say(f"module load {word.text}: autoPROC itself is not needed", [word])
        elif is_name(word.text):
            yield word
        else:
            work.draft.say(f"module load {word.text}: 'run.modules' takes plain names", [word])
