"""Plug-ins of XDS, built here for a format of two numbers and counts, and loaded for real."""

from __future__ import annotations

import hashlib
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sweepwright.cli.main import application
from sweepwright.images.xds_plugin import PluginError, PluginImage, read_image

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")

#: reads ``nx ny`` and images of 32-bit counts; takes the template for its master as real ones do
SOURCE = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static FILE *file;
static int width, height;
void plugin_open(const char *name, int info[1024], int *error) {
    char path[4096];
    strncpy(path, name, sizeof path - 1);
    path[sizeof path - 1] = 0;
    char *mark = strstr(path, "??????.h5");
    if (mark) memcpy(mark, "master.h5", 9);
    file = fopen(path, "rb");
    info[0] = 1;
    *error = !file || fread(&width, 4, 1, file) != 1 || fread(&height, 4, 1, file) != 1 ? -4 : 0;
}
void plugin_get_header(int *nx, int *ny, int *nbytes, float *qx, float *qy, int *frames,
                       int info[1024], int *error) {
    *nx = width; *ny = height; *nbytes = 4; *qx = 0.075f; *qy = 0.172f; *frames = 2; *error = 0;
}
void plugin_get_data(int *frame, int *nx, int *ny, int *data, int info[1024], int *error) {
    size_t all = (size_t)*nx * *ny;
    if (CRASH) abort();
    fseek(file, 8 + (long)(*frame - 1) * all * 4, SEEK_SET);
    *error = fread(data, 4, all, file) == all ? 0 : -2;
}
void plugin_close(int *error) { fclose(file); *error = 0; }
"""
COUNTS = [[-1, 0, 5, 7, 1, 2], [9, 8, -2, 6, 5, 65535]]


def built(folder: Path, source: str, **macros: int) -> Path:
    (folder / "plugin.c").write_text(source)
    out = folder / "plugin.so"
    flags = [f"-D{name}={value}" for name, value in macros.items()]
    subprocess.run(
        ["cc", "-shared", "-fPIC", *flags, "-o", str(out), str(folder / "plugin.c")], check=True
    )
    return out


@pytest.fixture
def master(tmp_path: Path) -> Path:
    path = tmp_path / "x_master.h5"
    path.write_bytes(struct.pack("<14i", 3, 2, *COUNTS[0], *COUNTS[1]))
    return path


@pytest.mark.parametrize("number", [1, 2])
def test_header_and_counts_are_those_of_the_file(tmp_path: Path, master: Path, number: int) -> None:
    truth = hashlib.sha256(struct.pack("<6i", *COUNTS[number - 1])).hexdigest()
    found = read_image(built(tmp_path, SOURCE, CRASH=0), str(master), number)
    assert found == PluginImage((3, 2), (0.075, 0.172), 2, number, truth)


def test_doctor_hands_the_template_over_and_says_what_was_read(
    tmp_path: Path, master: Path
) -> None:
    plugin = built(tmp_path, SOURCE, CRASH=0)
    arguments = ["doctor", "--plugin", str(plugin), "--image", str(master), "--number", "2"]
    done = CliRunner().invoke(application(), arguments)
    assert done.exit_code == 0, done.output
    assert "3 x 2 pixels of 0.075 x 0.172 mm" in done.output
    assert hashlib.sha256(struct.pack("<6i", *COUNTS[1])).hexdigest() in done.output


def test_a_crash_ends_the_child_only(tmp_path: Path, master: Path) -> None:
    with pytest.raises(PluginError, match=r"crashed \(signal 6\)"):
        read_image(built(tmp_path, SOURCE, CRASH=1), str(master))


def test_an_error_of_the_plugin_is_told(tmp_path: Path, master: Path) -> None:
    with pytest.raises(PluginError, match="plugin_get_data gave the error -2"):
        read_image(built(tmp_path, SOURCE, CRASH=0), str(master), 3)


def test_another_library_is_no_plugin(tmp_path: Path, master: Path) -> None:
    plugin = built(tmp_path, "void plugin_open(void) {}")
    with pytest.raises(PluginError, match="it has no plugin_get_header, plugin_get_data"):
        read_image(plugin, str(master))
