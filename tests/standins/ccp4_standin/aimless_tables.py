"""The tables of AIMLESS for one data set, by batch and by resolution."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np

from ccp4_standin.logs import Table
from ccp4_standin.merging import Merging, Shells
from ccp4_standin.observations import Floats
from ccp4_standin.rejection import ErrorModel, Rejected

_SMOOTH = 5
"""batches"""


def write(
    root: ElementTree.Element,
    merging: Merging,
    factors: Floats,
    rejected: Rejected,
    models: dict[int, ErrorModel],
    bins: int,
) -> None:
    name = merging.names.dataset
    stars = "*" * (len(merging.names.path()) + 36)
    print(f"\n{stars}\n* Merging statistics for dataset {merging.names.path()} *\n{stars}\n")
    print("Accepted data:")
    print(f"Number of unique reflections              {len(merging.unique):14d}")
    print(f"Number of observations                    {len(merging.intensity):14d}\n")
    print(
        f"Number of rejected outliers               {int((rejected.within | rejected.between).sum()):14d}"
    )
    print(f"Number of observations rejected on Emax limit {int(rejected.e_max.sum()):10d}\n")
    shells = Shells.of(float(merging.spacing.min()) - 1e-6, bins)
    tables = [
        _scales(merging, factors, name),
        _batches(merging, name),
        _half_sets(merging, shells, name),
        _by_resolution(merging, shells, name),
        _within_and_all(merging, shells, name),
        _completeness(merging, shells, name),
        *_damage(merging),
    ]
    for table in tables:
        print(table.log())
        root.append(table.element())
    _sd_corrections(merging, models)


def _batch_numbers(merging: Merging) -> tuple[Floats, Floats]:
    found, at = np.unique(merging.data.columns.batch, return_inverse=True)
    return found, np.asarray(at)


def _scales(merging: Merging, factors: Floats, name: str) -> Table:
    batches, at = _batch_numbers(merging)
    table = Table(
        f">>> Scales v rotation range, {name}",
        "Graph-ScalesVsRotationRange",
        ("Mn(k) & 0k (theta=0) v. batch:N:1,5,6:", "Relative Bfactor & Decay v. batch:A:1,8,9:"),
        ("N", "Run", "Phi", "Batch", "Mn(k)", "0k", "Number", "Bfactor", "Bdecay"),
    )
    rotation = merging.data.columns.place[:, 2]
    for number, batch in enumerate(batches):
        mine = at == number
        run = int(merging.data.columns.run[mine][0]) + 1
        k = f"{factors[mine].mean():.4f}"
        phi = f"{rotation[mine].mean():.2f}"
        table.rows.append(
            (str(number + 1), str(run), phi, str(batch), k, k, str(mine.sum()), "0.0000", "0.0000")
        )
    return table


def _batches(merging: Merging, name: str) -> Table:
    batches, at = _batch_numbers(merging)
    mean, _, _ = merging.overall
    off = merging.intensity - mean[merging.pair]
    possible = max(len(merging.possible()[0]), 1)
    rows, rates, highs = [], [], []
    seen: set[int] = set()
    measured = 0
    for number, batch in enumerate(batches):
        mine = at == number
        seen |= set(merging.pair[mine].tolist())
        measured += int(mine.sum())
        value = float(merging.intensity[mine].mean())
        rms = float(np.sqrt((off[mine] ** 2).mean()))
        rates.append(float(np.abs(off[mine]).sum() / max(merging.intensity[mine].sum(), 1e-9)))
        highs.append(float(merging.spacing[mine].min()))
        chi = merging.chi_squared(mine)
        rows.append(
            (
                number + 1,
                batch,
                value,
                rms,
                value / max(rms, 1e-9),
                mine.sum(),
                len(seen),
                measured,
                chi,
            )
        )
    table = Table(
        f"Analysis against all Batches for all runs, {name}",
        "Graph-StatsVsBatch",
        ("Rmerge v Batch for all runs:N:1,6,14:", "Cumulative %completeness:N:1,9,10:"),
        (
            *("N", "Batch", "Mn(I)", "RMSdev", "I/rms", "Rmerge", "Number", "Nrej", "Cm%poss"),
            *("AnoCmp", "MaxRes", "CMlplc", "Chi^2", "SmRmerge", "SmMaxRes"),
        ),
    )
    for row, rate, high, smooth, smooth_high in zip(
        rows, rates, highs, _smoothed(rates), _smoothed(highs), strict=True
    ):
        n, batch, value, rms, ratio, count, unique, measured, chi = row
        table.rows.append(
            (
                *(str(n), str(batch), f"{value:.1f}", f"{rms:.1f}", f"{ratio:.2f}", f"{rate:.3f}"),
                *(str(count), "0", f"{100 * unique / possible:.1f}", "-", f"{high:.2f}"),
                *(
                    f"{measured / possible:.2f}",
                    f"{chi:.2f}",
                    f"{smooth:.3f}",
                    f"{smooth_high:.2f}",
                ),
            )
        )
    return table


def _smoothed(values: list[float]) -> list[float]:
    half = _SMOOTH // 2
    return [float(np.mean(values[max(0, n - half) : n + half + 1])) for n in range(len(values))]


def _half_sets(merging: Merging, shells: Shells, name: str) -> Table:
    at = shells.number(merging.unique_spacing)
    table = Table(
        f"Correlations CC(1/2) within dataset, {name}",
        "Graph-CChalf",
        ("Anom & Imean CCs v resolution:N:2,4,7:", "RMS correlation ratio:N:2,6:"),
        ("N", "1/d^2", "Dmid", "CCanom", "Nanom", "RCRanom", "CC1/2", "NCC1/2"),
    )

    def cells(wanted: Floats) -> tuple[str, ...]:
        anomalous, pairs, ratio = merging.cc_anomalous(wanted)
        half, count = merging.cc_half(wanted)
        return (f"{anomalous:.3f}", str(pairs), f"{ratio:.3f}", f"{half:.3f}", str(count))

    for shell, middle in enumerate(shells.middles()):
        table.rows.append((*_place(shell, middle), *cells(at == shell)))
    table.total = cells(np.ones(len(at), bool))
    return table


def _place(shell: int, middle: float) -> tuple[str, str, str]:
    return str(shell + 1), f"{middle:.4f}", f"{middle**-0.5:.2f}"


def _by_resolution(merging: Merging, shells: Shells, name: str) -> Table:
    at, unique_at = shells.number(merging.spacing), shells.number(merging.unique_spacing)
    table = Table(
        f"Analysis against resolution, {name}",
        "Graph-StatsVsResolution",
        (
            "I/sigma, Mean Mn(I)/sd(Mn(I)):N:2,13,14:",
            "Rmerge, Rfull, Rmeas, Rpim v Resolution:N:2,4,5,6,7:",
        ),
        (
            *("N", "1/d^2", "Dmid", "Rmrg", "Rfull", "Rcum", "Rmeas", "Rpim", "Nmeas", "AvI"),
            *("RMSdev", "sd", "I/RMS", "Mn(I/sd)", "FrcBias"),
        ),
    )
    mean, _, count = merging.means(merging.set, 2 * len(merging.unique))
    several = count[merging.set] > 1
    off = merging.intensity - mean[merging.set]

    def cells(chosen: Floats, wanted: Floats, up_to: Floats) -> tuple[str, ...]:
        rates = merging.rates(chosen, within=True)
        use = chosen & several
        value = float(merging.intensity[use].mean()) if use.any() else 0.0
        rms = float(np.sqrt((off[use] ** 2).mean())) if use.any() else 0.0
        error = float(merging.error[use].mean()) if use.any() else 0.0
        return (
            *(f"{rates.merge:.3f}", f"{rates.merge:.3f}"),
            f"{merging.rates(up_to, within=True).merge:.3f}",
            *(f"{rates.meas:.3f}", f"{rates.pim:.3f}", str(rates.count)),
            *(f"{value:.0f}", f"{rms:.0f}", f"{error:.0f}", f"{value / max(rms, 1e-9):.1f}"),
            *(f"{merging.signal(wanted):.1f}", "-"),
        )

    for shell, middle in enumerate(shells.middles()):
        found = cells(at == shell, unique_at == shell, at <= shell)
        table.rows.append((*_place(shell, middle), *found))
    everything = np.ones(len(at), bool)
    table.total = cells(everything, np.ones(len(unique_at), bool), everything)
    return table


def _within_and_all(merging: Merging, shells: Shells, name: str) -> Table:
    at = shells.number(merging.spacing)
    table = Table(
        f"Analysis against resolution, with & without anomalous (Ov), {name}",
        "Graph-StatsAllVsResolution",
        ("Rmerge, Rmeas, Rpim v Resolution:N:2,4,5,8,9,10,11:",),
        (
            *("N", "1/d^2", "Dmid", "Rmrg", "RmrgOv", "Rcum", "RcumOv", "Rmeas", "RmeasOv"),
            *("Rpim", "RpimOv", "Nmeas"),
        ),
    )

    def cells(chosen: Floats, up_to: Floats) -> tuple[str, ...]:
        one, all_ = (merging.rates(chosen, within=within) for within in (True, False))
        sums = [merging.rates(up_to, within=within).merge for within in (True, False)]
        values = (one.merge, all_.merge, *sums, one.meas, all_.meas, one.pim, all_.pim)
        return (*(f"{value:.3f}" for value in values), str(all_.count))

    for shell, middle in enumerate(shells.middles()):
        table.rows.append((*_place(shell, middle), *cells(at == shell, at <= shell)))
    everything = np.ones(len(at), bool)
    table.total = cells(everything, everything)
    return table


def _completeness(merging: Merging, shells: Shells, name: str) -> Table:
    at, unique_at = shells.number(merging.spacing), shells.number(merging.unique_spacing)
    possible, centric = merging.possible()
    could = shells.number(possible)
    table = Table(
        f"Completeness & multiplicity v. resolution, {name}",
        "Graph-CompletenessVsResolution",
        ("Completeness v Resolution:N:2,7,8,10,11:", "Multiplicity v Resolution:N:2,9,12:"),
        (
            *("N", "1/d^2", "Dmid", "Nmeas", "Nref", "Ncent", "%poss", "C%poss", "Mlplct"),
            *("AnoCmp", "AnoFrc", "AnoMlt"),
        ),
    )

    def cells(observed: Floats, unique: Floats, able: Floats, up_to: float) -> tuple[str, ...]:
        return (
            *(str(observed.sum()), str(unique.sum()), str((unique & merging.centric).sum())),
            f"{percent(unique.sum(), able.sum()):.1f}",
            f"{up_to:.1f}",
            f"{observed.sum() / max(unique.sum(), 1):.1f}",
            *anomalous_cells(merging, unique, able & ~centric),
        )

    for shell, middle in enumerate(shells.middles()):
        so_far = percent((unique_at <= shell).sum(), (could <= shell).sum())
        found = cells(at == shell, unique_at == shell, could == shell, so_far)
        table.rows.append((*_place(shell, middle), *found))
    everything = [np.ones(len(x), bool) for x in (at, unique_at, could)]
    table.total = cells(*everything, percent(len(unique_at), len(could)))
    return table


def anomalous_cells(merging: Merging, unique: Floats, acentric: Floats) -> tuple[str, str, str]:
    """Percentage of possible pairs, of measured acentrics, and observations on each side."""
    both = merging.pairs() & unique
    count = merging.sides[2]
    several = (count[::2] + count[1::2])[both].sum() / max(2 * both.sum(), 1)
    measured = (unique & ~merging.centric).sum()
    return (
        f"{percent(both.sum(), acentric.sum()):.1f}",
        f"{percent(both.sum(), measured):.1f}",
        f"{several:.1f}",
    )


def percent(part: float, whole: float) -> float:
    return float(100 * part / whole) if whole else 0.0


def _damage(merging: Merging) -> list[Table]:
    """Rcp of each run: the R value of pairs of equivalents up to a batch."""
    found = []
    for run in sorted(set(merging.data.columns.run.tolist())):
        mine = np.flatnonzero(merging.data.columns.run == run)
        order = mine[np.lexsort([merging.data.columns.batch[mine], merging.set[mine]])]
        sets, batch = merging.set[order], merging.data.columns.batch[order]
        values = merging.intensity[order]
        last, off, total = [], [], []
        for step in range(1, int(np.bincount(sets).max())):
            alike = sets[step:] == sets[:-step]
            one, two = values[step:][alike], values[:-step][alike]
            last.append(batch[step:][alike])
            off.append(np.abs(one - two))
            total.append((one + two) / 2)
        table = Table(
            f"Radiation damage analysis for run   {run + 1}",
            "Graph-RadiationDamage",
            ("Rcp v. batch:N:2,4,3:",),
            ("N", "Batch", "CmPoss", "Rcp"),
        )
        joined = [np.concatenate(part) if part else np.zeros(0) for part in (last, off, total)]
        possible = max(len(merging.possible()[0]), 1)
        for number, one in enumerate(np.unique(batch), 1):
            until = joined[0] <= one
            rate = joined[1][until].sum() / max(joined[2][until].sum(), 1e-9)
            unique = len(np.unique(merging.pair[order][batch <= one]))
            shown = f"{rate:.3f}" if until.sum() >= 10 else "-"
            table.rows.append((str(number), str(one), f"{unique / possible:.3f}", shown))
        found.append(table)
    return found


def _sd_corrections(merging: Merging, models: dict[int, ErrorModel]) -> None:
    used = sorted(set(merging.data.columns.run.tolist()))
    print("SD corrections:- SdFac * Sqrt[sd](I**2 + SdB I + (SdAdd I)**2)")
    print("                                Fulls")
    print("    Run                  SdFac    SdB    SdAdd     ISa")
    for run in used:
        model = models[run]
        print(
            f"{run + 1:7d}   OnlyFulls {model.factor:10.2f} {model.b:7.2f} {model.add:8.4f}"
            f" {model.isa:7.1f}"
        )
    print()
