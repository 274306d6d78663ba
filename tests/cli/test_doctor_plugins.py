"""``doctor`` lists the plug-ins that are named or found, and tries to load each."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner
from xds_plugins import build_plugin, needs_compiler

from sweepwright.cli.main import application


@needs_compiler
def test_each_plugin_is_listed_with_its_state(tmp_path: Path) -> None:
    good = build_plugin(tmp_path / "lib/durin-plugin.so")
    broken = tmp_path / "broken.so"
    broken.write_bytes(b"no library")
    user = tmp_path / "config/sweepwright/user.yaml"
    user.parent.mkdir(parents=True)
    user.write_text(f"plugins: {{mine: {broken}, lost: /nowhere/lost.so}}\n")
    environment = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "LD_LIBRARY_PATH": str(good.parent)}
    done = CliRunner().invoke(application(), ["doctor", "--json"], env=environment)
    found = {one["id"]: one for one in json.loads(done.stdout)["plugins"]}
    assert list(found)[:2] == ["mine", "lost"]
    assert "broken.so cannot be loaded" in found["mine"]["problem"]
    assert found["lost"]["problem"] == "there is no such file"
    assert found["durin"]["path"] == str(good)
    assert found["durin"]["problem"] == ""
    assert "LD_LIBRARY_PATH" in found["durin"]["origin"]
    text = CliRunner().invoke(application(), ["doctor"], env=environment).stdout
    assert f"plug-in durin: {good}" in text
