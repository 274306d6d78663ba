"""A plug-in of XDS tried on an image, for ``doctor``."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sweepwright.images.xds_plugin import PluginError, PluginImage, read_image
from sweepwright.model.diagnostic import Diagnostic, error


@dataclass(frozen=True)
class PluginReport:
    """The plug-in, the file, and what was read of it."""

    plugin: str
    image: str
    read: PluginImage

    def to_json(self) -> dict[str, Any]:
        """For ``doctor --json``."""
        return {"plugin": self.plugin, "image": self.image, **asdict(self.read)}

    def text(self) -> str:
        """Three lines for people."""
        (nx, ny), (qx, qy) = self.read.size_px, self.read.pixel_mm
        return (
            f"{self.plugin} reads {self.image}: {self.read.images} images\n"
            f"{nx} x {ny} pixels of {qx:g} x {qy:g} mm\n"
            f"image {self.read.number}: sha256 {self.read.sha256}"
        )


def try_plugin(
    plugin: Path, image: str, number: int
) -> tuple[PluginReport | None, list[Diagnostic]]:
    """SW-E023 where the plug-in or the image is not there, or the one cannot read the other."""
    for path in (plugin, Path(image)):
        if not path.is_file():
            return None, [error("SW-E023", f"there is no file {path}", help="Look at its path.")]
    try:
        return PluginReport(str(plugin), image, read_image(plugin, _for_xds(image), number)), []
    except PluginError as problem:
        help_ = "Try the plug-in's newest release for this machine, or another one."
        return None, [error("SW-E023", str(problem), help=help_)]


def _for_xds(image: str) -> str:
    """The name that XDS hands to a plug-in: of a master the template in XDS.INP."""
    master = "_master.h5"
    return image.removesuffix(master) + "_??????.h5" if image.endswith(master) else image
