"""The table of XDS's plug-ins, and the order of the places where they are looked for."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from ruamel.yaml import YAML

from sweepwright.programs.xds.plugins import known_plugins, search, usual_places

TABLE = YAML(typ="safe").load(
    (files("sweepwright.programs.xds") / "plugins.yaml").read_text(encoding="utf-8")
)


def test_each_entry_is_whole_and_has_its_source() -> None:
    for id_, row in TABLE["plugins"].items():
        assert set(row) == {"file", "reads", "source", "confidence"}, id_
        assert row["file"].endswith(".so")
        for kind in row["reads"]:
            name, _, packed = kind.partition(".")
            assert name in {"eiger", "nxmx", "minicbf", "imgcif"}
            assert packed in ("", "gz", "bz2")
    assert all(folder.startswith("/") for folder in TABLE["places"]["folders"])
    assert TABLE["places"]["source"]


def test_all_hdf5_has_a_plugin() -> None:
    reads = {kind for plugin in known_plugins().values() for kind in plugin.reads}
    assert {"eiger", "nxmx"} <= reads


def test_the_folder_of_xds_comes_before_the_others(tmp_path: Path) -> None:
    beside, library = tmp_path / "xds", tmp_path / "lib"
    for folder in (beside, library):
        folder.mkdir()
        (folder / "durin-plugin.so").write_text("a plug-in")
    (beside / "xds_par").write_text("#!/bin/sh\n")
    (beside / "xds_par").chmod(0o755)
    environment = {"PATH": str(beside), "LD_LIBRARY_PATH": f"relative::{library}"}
    folders = [place.folder for place in usual_places(environment)]
    assert folders[:2] == [beside, beside]
    assert folders.index(library) < folders.index(beside, 2)
    assert Path("relative") not in folders
    durin = known_plugins()["durin"]
    assert search(durin, environment) == (beside / "durin-plugin.so", "the folder of xds_par")
    assert search(durin, {"LD_LIBRARY_PATH": str(library)}) == (
        library / "durin-plugin.so",
        "a folder of LD_LIBRARY_PATH",
    )
