"""``table1.txt``: the table of a paper, as text for people, up to two sets side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sweepwright.results.model import MergedSet, ShellStatistics

_LABEL_WIDTH = 31
_COLUMN_WIDTH = 11
_SETS_A_BLOCK = 2
COLUMNS = ("overall", "inner", "outer")


def table1(sets: Sequence[MergedSet], *, shells: int = 10) -> str:
    """The table; more than two sets continue below. ``shells`` is how many were made (for the note)."""
    if not sets:
        return "No merged data were made.\n"
    blocks = [sets[i : i + _SETS_A_BLOCK] for i in range(0, len(sets), _SETS_A_BLOCK)]
    note = (
        f"Inner and outer: the first and last of {shells} shells of equal volume in reciprocal space.\n"
        "R values: sums over reflections seen more than once; <I> weighted by 1/sigma^2.\n"
        "CC1/2: sigma-tau method. Completeness: without systematic absences. '-': not defined.\n"
    )
    return "\n\n".join([*("\n".join(_block(block)) for block in blocks), note])


def statistics_rows(item: MergedSet) -> list[tuple[str, tuple[str, ...]]]:
    """The lines of the table: label, and the values overall, inner and outer as text."""
    shells = [getattr(item, column) for column in COLUMNS]
    return [(label, tuple(show(shell) for shell in shells)) for label, show in _ROWS]


def _block(sets: Sequence[MergedSet]) -> list[str]:
    group_width = _COLUMN_WIDTH * len(COLUMNS)

    def line(label: str, cells: Sequence[str], width: int) -> str:
        return (label.ljust(_LABEL_WIDTH) + "".join(cell.rjust(width) for cell in cells)).rstrip()

    heads = [
        ("", [f"{item.group}/{item.dataset}" for item in sets]),
        ("Sweeps", [_sweeps(item.sweeps, group_width - 1) for item in sets]),
        ("Space group", [item.space_group for item in sets]),
        (
            "Cell a, b, c (A)",
            [" ".join(f"{value:.2f}" for value in item.cell[:3]) for item in sets],
        ),
        (
            "Cell alpha, beta, gamma (deg)",
            [" ".join(f"{value:.2f}" for value in item.cell[3:]) for item in sets],
        ),
        ("Wavelength (A)", [f"{item.wavelength_a:.5f}" for item in sets]),
    ]
    lines = [line(label, cells, group_width) for label, cells in heads]
    lines += ["", line("", [name.capitalize() for _ in sets for name in COLUMNS], _COLUMN_WIDTH)]
    for rows in zip(*(statistics_rows(item) for item in sets), strict=True):
        lines.append(line(rows[0][0], [cell for _, cells in rows for cell in cells], _COLUMN_WIDTH))
    return lines


def _sweeps(names: Sequence[str], width: int) -> str:
    text = " ".join(names)
    return text if len(text) <= width else f"{len(names)} sweeps"


def _number(name: str, decimals: int, factor: float = 1.0) -> Callable[[ShellStatistics], str]:
    """Shows one statistic; as computed up to the width, in powers of ten beyond."""

    def show(shell: ShellStatistics) -> str:
        value = getattr(shell, name)
        if value is None:
            return "-"
        text = f"{value * factor:.{decimals}f}"
        return text if len(text) < _COLUMN_WIDTH else f"{value * factor:.1e}"

    return show


_ROWS: tuple[tuple[str, Callable[[ShellStatistics], str]], ...] = (
    ("Low resolution limit (A)", _number("d_max", 2)),
    ("High resolution limit (A)", _number("d_min", 2)),
    ("Observations", _number("observations", 0)),
    ("Unique reflections", _number("unique", 0)),
    ("Completeness (%)", _number("completeness", 1, 100)),
    ("Multiplicity", _number("multiplicity", 2)),
    ("Mean I/sigma(I)", _number("mean_i_over_sigma", 1)),
    ("Rmerge (within I+/I-)", _number("r_merge_within", 3)),
    ("Rmerge (all I+ and I-)", _number("r_merge_all", 3)),
    ("Rmeas (within I+/I-)", _number("r_meas_within", 3)),
    ("Rmeas (all I+ and I-)", _number("r_meas_all", 3)),
    ("Rpim (within I+/I-)", _number("r_pim_within", 3)),
    ("Rpim (all I+ and I-)", _number("r_pim_all", 3)),
    ("CC1/2", _number("cc_half", 4)),
    ("Anomalous completeness (%)", _number("anomalous_completeness", 1, 100)),
    ("Anomalous multiplicity", _number("anomalous_multiplicity", 2)),
    ("CC(ano)", _number("cc_ano", 3)),
    ("|DANO|/sd(DANO)", _number("sig_ano", 3)),
)
