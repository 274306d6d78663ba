"""Pages of the documentation as blocks, and the folders in which their commands run.

Conventions, all visible to a reader:

- a ``yaml`` block that begins with ``# NAME.yaml`` is that file, for the commands after it;
- an ``sh`` block runs, in order, in one folder a page; ``<!-- not run: WHY -->`` behind it says that
  it does not, ``<!-- exit code N -->`` that it ends so;
- a ``text`` block behind an ``sh`` block is what that prints; ``...`` stands for any text, alone on a
  line for any lines.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from story_images import IMAGES
from tiny_images import write_series

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
PAGES = [REPOSITORY / "README.md", *sorted(DOCS.rglob("*.md"))]
_BLOCK = re.compile(
    r"^```(?P<language>\w+)\n(?P<text>.*?)^```\n"
    r"(?:\s*<!-- (?:(?P<not_run>not run: [^>]+)|exit code (?P<code>\d+)) -->)?",
    re.MULTILINE | re.DOTALL,
)
_FILE = re.compile(r"# (\S+\.ya?ml)\n")

#: page -> the images in its folder before the first command
SCENES: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "README.md": [{"template": "data/lyso_####.cbf", "numbers": "1-40"}],
    "tutorial/recipe.md": [
        {"template": "raw/ins_1_####.cbf", "numbers": "1-180"},
        {"template": "raw/ins_2_####.cbf", "numbers": "1-180", "start": 90.0},
        {"template": "raw/centring_####.cbf", "numbers": "1-3", "width": 0.0},
    ],
    "howto/index.md": [
        {"template": "first_####.cbf", "numbers": "1-60"},
        {"template": "second_####.cbf", "numbers": "1-60"},
        {"template": "disk/scan1/lyso_####.cbf", "numbers": "1-20"},
    ],
    "howto/exclude-images.md": IMAGES["bad-middle"],
    "howto/mad.md": IMAGES["mad"],
    "howto/inverse-beam.md": IMAGES["inverse-beam-sad"],
    "howto/kappa.md": IMAGES["kappa"],
    "howto/view.md": IMAGES["kappa"],
    "howto/many-crystals.md": IMAGES["many-crystals"],
    "howto/reference-data.md": IMAGES["reference-data"],
    "howto/wrong-beam-centre.md": IMAGES["wrong-beam-centre"],
    "howto/ice.md": [{"template": "first_####.cbf", "numbers": "1-60"}],
    "howto/radiation-damage.md": [
        {"template": "first_####.cbf", "numbers": "1-60"},
        {"template": "second_####.cbf", "numbers": "1-60"},
    ],
    "howto/write-a-macro.md": [{"template": "data/x_####.cbf", "numbers": "1-40"}],
    "howto/use-git.md": [{"template": "data/x_####.cbf", "numbers": "1-40"}],
    "howto/import-xds.md": [{"template": "data/x_####.cbf", "numbers": "1-40"}],
    "howto/images-for-xds.md": [{"template": "data/x_####.cbf.gz", "numbers": "1-40"}],
    "howto/modules.md": [{"template": "data/x_####.cbf", "numbers": "1-40"}],
    "howto/other-programs.md": [{"template": "images/x_####.cbf", "numbers": "1-40"}],
    "explanation/language.md": [{"template": "data/lyso_####.cbf", "numbers": "1-40"}],
}


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    language: str
    text: str
    runs: bool = True
    exit_code: int = 0

    @property
    def file(self) -> str | None:
        """The name that the first line gives it."""
        match = _FILE.match(self.text)
        return None if match is None else match[1]


def name_of(page: Path) -> str:
    """A page as `SCENES` calls it."""
    return str(page.relative_to(DOCS)) if page.is_relative_to(DOCS) else page.name


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page in their order."""
    for match in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        code = int(match["code"] or 0)
        yield Block(match["language"], match["text"], match["not_run"] is None, code)


def play(page: Path, folder: Path) -> list[str]:
    """Runs a page in a folder; what was not as the page says."""
    for series in SCENES.get(name_of(page), ()):
        write_series(folder, **series)
    wrong: list[str] = []
    printed: str | None = None
    for block in blocks(page):
        if block.language == "text" and printed is not None:
            if not _fits(block.text, printed):
                wrong.append(f"the page shows\n{block.text}\nbut this is printed\n{printed}")
        elif block.file is not None:
            path = folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        printed = None
        if block.language == "sh" and block.runs:
            done = _run(block.text, folder)
            printed = done.stdout
            if done.returncode != block.exit_code:
                wrong.append(f"exit code {done.returncode}:\n{block.text}\n{printed}")
    return wrong


def _run(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    home = folder.parent / "home"
    home.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "NO_COLOR": "1",
        "LC_ALL": "C.UTF-8",
        **{
            f"GIT_{who}_{what}": "a@b"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        },
    }
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def _fits(shown: str, printed: str) -> bool:
    """Whether a text with ``...`` in it is the one that was printed."""
    pattern = "".join(
        r"(?:.*\n)*?"
        if line.strip() == "..."
        else re.escape(line.rstrip()).replace(r"\.\.\.", ".*") + r" *\n"
        for line in shown.rstrip().splitlines()
    )
    return re.fullmatch(pattern, printed.rstrip() + "\n") is not None
