"""A library with the functions of a plug-in of XDS, made by the C compiler of the machine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

needs_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
_SOURCE = """\
void plugin_open(const char *name, int info[1024], int *error) { *error = 0; }
void plugin_get_header(int *nx, int *ny, int *nbytes, float *qx, float *qy, int *frames,
                       int info[1024], int *error) { *error = 0; }
void plugin_get_data(int *frame, int *nx, int *ny, int *data, int info[1024], int *error) {
    *error = 0;
}
void plugin_close(int *error) { *error = 0; }
"""


def build_plugin(library: Path) -> Path:
    """A plug-in that opens everything and reads nothing."""
    library.parent.mkdir(parents=True, exist_ok=True)
    source = library.with_suffix(".c")
    source.write_text(_SOURCE)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    return library
