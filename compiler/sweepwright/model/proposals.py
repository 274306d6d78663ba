"""What an author may have meant by a word that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sweepwright.model.diagnostic import Fix, Span

#: likeness (0 to 1) from which a word is proposed, and from which it is a slip of the pen
_LIKE, _SLIP = 0.6, 0.75


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like this one, if any is like it."""
    import difflib

    lowered = {k.lower(): k for k in known}
    close = difflib.get_close_matches(word.lower(), lowered, 1, _LIKE)
    return lowered[close[0]] if close else None


def proposal(
    word: str, known: Iterable[str], span: Span | None, otherwise: str, chosen: bool = False
) -> dict[str, Any]:
    """``help`` and ``fix`` of a diagnostic: the word that is most like, or ``otherwise``.

    ``span`` is the place of the word alone. The fix is safe for a slip of the pen, but not where the
    words are ``chosen`` by authors: of x1 and x2 neither is what x3 meant.
    """
    import difflib

    close = closest(word, known)
    if close is None:
        return {"help": otherwise}
    slip = difflib.SequenceMatcher(None, word.lower(), close.lower()).ratio() >= _SLIP
    meant = f"Did you mean '{close}'?"
    fix = Fix(f"write '{close}'", span, close, slip and not chosen) if span is not None else None
    return {"help": meant if slip and not chosen else f"{meant} {otherwise}", "fix": fix}
