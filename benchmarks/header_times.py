"""Milliseconds for one header, warm: ``python header_times.py sweepwright|dxtbx|fabio FILE ...``.

Of each file as many copies are read as there are; the median of them is printed, as JSON by suffix.
dxtbx gives all its models (beam, detector, goniometer, scan), fabio its dictionary of the header.
"""

from __future__ import annotations

import contextlib
import io
import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any


def reader(name: str) -> Callable[[str], Any]:
    """What reads the header of a file."""
    if name == "sweepwright":
        from sweepwright.images.formats import read_facts

        return lambda path: read_facts(Path(path))
    if name == "fabio":
        import fabio

        return lambda path: fabio.openheader(path).header
    from dxtbx.format.Registry import get_format_class_for_file

    def models(path: str) -> Any:
        opened = get_format_class_for_file(path)(path)
        return [
            getattr(opened, f"get_{part}")() for part in ("beam", "detector", "goniometer", "scan")
        ]

    return models


def main() -> None:
    """Reads every file once and then once more with the clock running."""
    read = reader(sys.argv[1])
    spent: dict[str, list[float]] = defaultdict(list)
    for path in sys.argv[2:]:
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                read(path)
                start = time.perf_counter()
                read(path)
                spent[Path(path).suffix].append(1e3 * (time.perf_counter() - start))
        except Exception as problem:  # whatever another reader raises, the others go on
            print(f"{sys.argv[1]}: {Path(path).name}: {problem}", file=sys.stderr)
    print(json.dumps({suffix: statistics.median(times) for suffix, times in spent.items()}))


if __name__ == "__main__":
    main()
