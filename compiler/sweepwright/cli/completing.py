"""What a shell offers for an argument, after ``sweepwright --install-completion``."""

from __future__ import annotations

from pathlib import Path


def keys(incomplete: str) -> list[tuple[str, str]]:
    """Keys of the language as ``explain`` takes them, each with what it means."""
    from sweepwright.language.leaves import schema_leaves

    plain = [
        (leaf.key.removeprefix("sweeps[].").removeprefix("crystals.NAME."), leaf.doc)
        for leaf in schema_leaves()
    ]
    return [(key, doc) for key, doc in plain if key.startswith(incomplete)]


def macros(incomplete: str) -> list[str]:
    """Macros by name: those beside the current folder's jobs, the user's, and those built in."""
    from sweepwright.language.folders import MacroFolders, user_folder

    names = MacroFolders(Path.cwd(), user_folder()).names()
    return [name for name in names if name.startswith(incomplete)]


def codes(incomplete: str) -> list[str]:
    """Codes of diagnostics. Nothing before ``SW`` is typed: files are meant then."""
    from sweepwright.rules.catalogue import codes as all_codes

    if not incomplete.upper().startswith("SW"):
        return []
    return [code for code in all_codes() if code.startswith(incomplete.upper())]
