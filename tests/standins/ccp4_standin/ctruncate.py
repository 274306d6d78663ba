"""The stand-in of CTRUNCATE: amplitudes by French and Wilson (1978), Acta Cryst. A34, 517-525."""

from __future__ import annotations

import io
import os
import re
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from ccp4_standin import ctruncate_report, logs, merged_files
from ccp4_standin.merged_files import NoFileError, add, column, hkl_of, opened
from ccp4_standin.observations import Floats, Ints

_WITH_VALUE = {"-hklin", "-hklout", "-colin", "-colano", "-colout", "-nres", "-seqin", "-xmlout"}
_ALONE = {"-no-aniso", "-amplitudes", "-Imean"}
_SELECTION = re.compile(r"/[^/]*/[^/]*/\[([^\]]+)\]")


def main(arguments: Sequence[str]) -> int:
    started = time.perf_counter()
    try:
        given = _arguments(arguments)
        print("\nUSER SUPPLIED INPUT:\n")
        print("\n".join(f"{name[1:]} \t{value}" for name, value in given.items()))
        if os.environ.get("CCP4_STANDIN_FAIL") == "ctruncate":
            raise NoFileError("Failure on request")
        _truncate(given)
    except NoFileError as problem:
        print(f" CTRUNCATE:   *** {problem} ***")
        return 1
    elapsed = time.perf_counter() - started
    print("\n<!--SUMMARY_BEGIN-->\nctruncate: Normal termination")
    print(f"Times: User: {time.process_time():9.1f}s System:    0.0s Elapsed: {elapsed:8.0f}s")
    print("</pre>\n</html>\n<!--SUMMARY_END-->")
    return 0


def _arguments(arguments: Sequence[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    left = iter(arguments)
    for name in left:
        value = next(left, None) if name in _WITH_VALUE else ""
        if name not in _WITH_VALUE | _ALONE or value is None:
            raise NoFileError(f"Unrecognised argument {name}")
        given[name] = value
    for name in ("-hklin", "-colin"):
        if name not in given:
            raise NoFileError(f"Argument {name} is missing")
    if "-amplitudes" in given:
        raise NoFileError("The stand-in reads intensities alone")
    return given


def _labels(selection: str, count: int) -> list[str]:
    found = _SELECTION.fullmatch(selection)
    names = found[1].split(",") if found else []
    if len(names) != count:
        raise NoFileError(f"Cannot understand column selection {selection}")
    return [name.strip() for name in names]


def _truncate(given: dict[str, str]) -> None:
    made = opened(given["-hklin"])
    labels = _labels(given["-colin"], 2)
    mean, error = (column(made, label) for label in labels)
    crystal, dataset = merged_files.dataset_of(made, labels[0])
    symmetry, hkl = crystal.crystal_symmetry(), hkl_of(made)
    known = np.isfinite(mean) & np.isfinite(error) & (error > 0)
    array = merged_files.array(symmetry, hkl[known], mean[known], error[known], anomalous=False)
    present = array.select(~array.sys_absent_flags().data())
    if present.size() < 20:
        raise NoFileError("There are too few intensities")
    names = f"/{crystal.name()}/{dataset.name()}"
    xml = ctruncate_report.write(present, names, int(given.get("-nres") or 0))
    amplitudes, errors, rejected = _amplitudes(present, hkl)
    print(
        f"Calculation using Wilson prior\n{rejected} intensities have been rejected as unphysical\n"
    )
    if "-xmlout" in given:
        logs.write_xml(given["-xmlout"], xml)
    if "-hklout" not in given:
        return
    columns = [("F", "F", amplitudes), ("SIGF", "Q", errors)]
    if "-colano" in given:
        columns = [("FMEAN", "F", amplitudes), ("SIGFMEAN", "Q", errors)]
        columns += _anomalous(made, symmetry, hkl, _labels(given["-colano"], 4))
    suffix = f"_{given['-colout']}" if given.get("-colout") else ""
    for label, kind, values in columns:
        add(dataset, label + suffix, kind, values)
    made.add_history(f"From CTRUNCATE ({logs.NOTICE})")
    made.write(given["-hklout"])


def _amplitudes(intensities: Any, rows: Ints) -> tuple[Floats, Floats, int]:
    """In the order of ``rows``; and how many intensities have no amplitude."""
    from cctbx.french_wilson import french_wilson_scale

    found = french_wilson_scale(intensities, log=io.StringIO())
    if found is None:
        raise NoFileError("Wilson statistics cannot be computed")
    at = {index: n for n, index in enumerate(map(tuple, rows.tolist()))}
    amplitude, error = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    for index, value, sigma in zip(found.indices(), found.data(), found.sigmas(), strict=True):
        amplitude[at[index]], error[at[index]] = value, sigma
    return amplitude, error, intensities.size() - found.size()


def _anomalous(
    made: Any, symmetry: Any, hkl: Ints, labels: Sequence[str]
) -> list[tuple[str, str, Floats]]:
    """Both sides, their difference, and which of them there is: 0 both, 1 plus, 2 minus."""
    sides = []
    for value, sigma in (labels[:2], labels[2:]):
        intensity, error = column(made, value), column(made, sigma)
        known = np.isfinite(intensity) & np.isfinite(error) & (error > 0)
        sides.append((known, intensity, error))
    (plus, i_plus, s_plus), (minus, i_minus, s_minus) = sides
    signed = np.concatenate([hkl[plus], -hkl[minus]])
    array = merged_files.array(
        symmetry,
        signed,
        np.concatenate([i_plus[plus], i_minus[minus]]),
        np.concatenate([s_plus[plus], s_minus[minus]]),
        anomalous=True,
    )
    array = array.select(~array.sys_absent_flags().data())
    both = np.concatenate([hkl, -hkl])
    amplitude, error, _ = _amplitudes(array, both)
    f_plus, f_minus = np.split(amplitude, 2)
    e_plus, e_minus = np.split(error, 2)
    there = np.isfinite(f_plus), np.isfinite(f_minus)
    which = np.select([there[0] & there[1], there[0], there[1]], [0.0, 1.0, 2.0], np.nan)
    return [
        ("F(+)", "G", f_plus),
        ("SIGF(+)", "L", e_plus),
        ("F(-)", "G", f_minus),
        ("SIGF(-)", "L", e_minus),
        ("DANO", "D", f_plus - f_minus),
        ("SIGDANO", "Q", np.hypot(e_plus, e_minus)),
        ("ISYM", "Y", which),
    ]
