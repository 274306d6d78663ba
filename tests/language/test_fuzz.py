"""Whatever stands in a job file, it gets an answer: never an exception, every place inside the file.

``SWEEPWRIGHT_FUZZ=200000`` runs longer; a failure names the mutation, which comes again by its number.
"""

from __future__ import annotations

import os
import random
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tiny_images import write_series

from sweepwright.api.front import Options, compose_job, resolve_job
from sweepwright.cli.rendering.github import annotation
from sweepwright.cli.rendering.people import Page, picture
from sweepwright.language.fixes import apply
from sweepwright.language.lines import lines
from sweepwright.language.suggest import all_keys
from sweepwright.model.diagnostic import Diagnostic, Span

REPOSITORY = Path(__file__).resolve().parents[2]
MUTATIONS = int(os.environ.get("SWEEPWRIGHT_FUZZ", "20000"))
LARGEST = 1500

#: values that some reader somewhere stumbles over
ODD = """
null ~ true off yes .nan .inf -.inf 1e999 -0 0x1F 0o17 1_000 1:30 2026-03-01 !!int '' "" [] {} [[]]
{a: b} *a &a <<: - -- --- ... ? | > % @ ` 9999999999999999999999 1e-400 -1 0 0.0 1-0 5-1 ..5 5.. 1-,2
-5-10 1..3..5 99999999999999999999-5 px mm 1px 1 furlong 0 A -1 A NaN A inf mm 12.6 keV 0 keV Cu auto
default +x -x $raw $raw/ $ ../x / // a/../../b x_####.cbf x_#.cbf x_#_#.cbf *.cbf **/x_##.cbf %04d
x_%04d.cbf x_??.cbf P1 P212121 19 231 -1 P_21 H3 R3:R 日本 é\u0301 \u202e \x00 \x1b[31m \U0001f600 {folder}
{n} {0} ${x} $(ls) `ls` ;ls a!b a=b "a\nb" 'a''b' "\\u0000" completeness>=95% x>=y
""".split()
PUNCTUATION = [
    *":-[]{}#,&*!|>'\"%@`?\t \n\r\\=+$/",
    *("\r\n", "\x85", "\u2028", "\ufeff", "- ", ": "),
]
TOKEN = re.compile(r"\w+|[^\w\s]|[ \t]+|\r?\n")
SCALAR = re.compile(r"(?<=[:\[,] )[^\s,\[\]{}#][^,\[\]{}#\n]*")
KEY = re.compile(r"([\w+-]+):(?=\s)")
KEYS = list(all_keys())
Mutator = Callable[[random.Random, str], str]


def seeds() -> list[str]:
    """Small jobs: the examples, the bad examples, and those of the docs."""
    block = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
    jobs = [*REPOSITORY.glob("examples/jobs/*.yaml"), *REPOSITORY.glob("tests/bad_jobs/*/job.yaml")]
    texts = [path.read_text(encoding="utf-8") for path in sorted(jobs)]
    for page in [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]:
        texts += block.findall(page.read_text(encoding="utf-8"))
    return [text for text in texts if len(text) <= LARGEST]


def cut(chance: random.Random, text: str) -> tuple[str, str, str]:
    """A text in three parts, the middle one short."""
    start = chance.randrange(len(text) + 1)
    end = min(len(text), start + chance.randrange(12))
    return text[:start], text[start:end], text[end:]


def tokens(chance: random.Random, text: str) -> str:
    """Tokens deleted, doubled or exchanged."""
    parts = TOKEN.findall(text) or [""]
    for _ in range(chance.randint(1, 3)):
        i, j = chance.randrange(len(parts)), chance.randrange(len(parts))
        match chance.randrange(3):
            case 0:
                parts[i] = ""
            case 1:
                parts[i] *= 2
            case _:
                parts[i], parts[j] = parts[j], parts[i]
    return "".join(parts)


def swapped(chance: random.Random, text: str) -> str:
    """Two lines exchanged, or one twice."""
    rows = text.split("\n")
    i, j = chance.randrange(len(rows)), chance.randrange(len(rows))
    if chance.random() < 0.5:
        rows[i], rows[j] = rows[j], rows[i]
    else:
        rows.insert(i, rows[j])
    return "\n".join(rows)


def indented(chance: random.Random, text: str) -> str:
    """One line moved in or out."""
    rows = text.split("\n")
    i = chance.randrange(len(rows))
    rows[i] = chance.choice([" ", "  ", "\t", "    "]) + rows[i].lstrip(chance.choice([" ", ""]))
    return "\n".join(rows)


def punctuated(chance: random.Random, text: str) -> str:
    """Punctuation of YAML somewhere."""
    before, _, after = cut(chance, text)
    return before + chance.choice(PUNCTUATION) * chance.choice([1, 1, 1, 3]) + after


def odd(chance: random.Random, text: str) -> str:
    """A value replaced by an odd one."""
    found = list(SCALAR.finditer(text))
    if not found:
        return text + chance.choice(ODD)
    match = chance.choice(found)
    return text[: match.start()] + chance.choice(ODD) + text[match.end() :]


def deep(chance: random.Random, text: str) -> str:
    """Something nested, deeply or not."""
    before, inner, after = cut(chance, text)
    depth = chance.choice([1, 2, 20, 38, 39, 40, 41, 60, 500])
    opening, closing = chance.choice([("[", "]"), ("{a: ", "}"), ("- ", ""), ("[{a: ", "}]")])
    return before + opening * depth + inner + closing * depth + after


def aliased(chance: random.Random, text: str) -> str:
    """Anchors, aliases and merge keys."""
    before, inner, after = cut(chance, text)
    name = chance.choice("ab")
    piece = chance.choice(
        [f"&{name} {inner}", f"*{name}", f"\n<<: *{name}\n", f"[*{name}, *{name}]"]
    )
    return f"{before}{piece}{after}"


def flipped(chance: random.Random, text: str) -> str:
    """Bytes changed; what is no UTF-8 any more is written all the same."""
    raw = bytearray(text.encode("utf-8", "surrogateescape"))
    for _ in range(chance.randint(1, 3)):
        if raw:
            raw[chance.randrange(len(raw))] = chance.randrange(256)
    return raw.decode("utf-8", "surrogateescape")


def dropped(chance: random.Random, text: str) -> str:
    """A part of the text left out."""
    before, _, after = cut(chance, text)
    return before + after


def keyed(chance: random.Random, text: str) -> str:
    """A key exchanged for another one of the language, or a statement added."""
    path = chance.choice(KEYS).split(".")
    found = list(KEY.finditer(text))
    if found and chance.random() < 0.5:
        match = chance.choice(found)
        return text[: match.start(1)] + path[-1] + text[match.end(1) :]
    value = chance.choice(ODD)
    for key in reversed(path[1:]):
        value = f"{{{key.removesuffix('[]')}: {f'[{value}]' if key.endswith('[]') else value}}}"
    return f"{text.rstrip()}\n{path[0].removesuffix('[]')}: {value}\n"


MUTATORS: list[Mutator] = [
    tokens, swapped, indented, punctuated, odd, odd, odd, odd, keyed, keyed, keyed, deep, aliased,
    flipped, dropped,
]  # fmt: skip


def mutation(number: int, texts: list[str]) -> bytes:
    """The mutated text of a number, always the same."""
    chance = random.Random(number)
    text = chance.choice(texts)
    for _ in range(chance.choice([1, 1, 2, 3])):
        text = chance.choice(MUTATORS)(chance, text)
    return text.encode("utf-8", "surrogateescape")


def outside(item: Diagnostic, name: str, rows: list[str]) -> Iterator[Span]:
    """Spans of a diagnostic that are not in the file."""
    spans = [
        item.span,
        item.fix.span if item.fix else None,
        *(other.span for other in item.related),
    ]
    for span in spans:
        if span is not None and span.file == name:
            ends = ((span.line, span.column), (span.end_line, span.end_column))
            if ends[0] > ends[1]:
                yield span
            for line, column in ends:
                if not (1 <= line <= len(rows) and 1 <= column <= len(rows[line - 1]) + 1):
                    yield span


def answer(path: Path, content: bytes, job: Path, further: bool) -> bool:
    """Looks at what is said of a job when one of its files has this content; whether it is good."""
    path.write_bytes(content)
    read = compose_job(job, Options())
    found = read.diagnostics
    if read.job is not None and further:
        found = resolve_job(job, Options()).diagnostics
    source = content.decode("utf-8-sig", errors="replace")
    rows = lines(source)
    for item in found:
        assert list(outside(item, str(path), rows)) == [], item
        assert item.message
        picture(item, Page({str(path): source}))
        annotation(item)
    apply(source, str(path), found, safe_only=False)
    return read.job is not None


@pytest.fixture
def fast_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: twenty thousand files are written."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.fixture
def place(fast_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with three images and without programs or a user's file."""
    monkeypatch.chdir(fast_folder)
    for variable in ("PATH", "HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(fast_folder / "nowhere"))
    write_series(fast_folder, "data/x_####.cbf", "1-3")
    return fast_folder


def answered(count: int, texts: list[str], path: Path, job: Path) -> int:
    """How many of the mutations are still good; each of them was answered."""
    good = 0
    for number in range(count):
        content = mutation(number, texts)
        try:
            good += answer(path, content, job, further=number % 4 == 0)
        except Exception as problem:
            raise AssertionError(f"mutation {number}: {content!r}") from problem
    return good


def test_every_job_file_gets_an_answer(place: Path) -> None:
    texts = seeds()
    assert len(texts) > 50
    good = answered(MUTATIONS, texts, Path("job.yaml"), Path("job.yaml"))
    assert good > MUTATIONS / 50  # not all are so bad that nothing of them is seen


def test_every_macro_file_gets_an_answer(place: Path) -> None:
    texts = [path.read_text(encoding="utf-8") for path in REPOSITORY.glob("macros/*.yaml")]
    job = Path("job.yaml")
    job.write_text("sweepwright: 1\nmacros: [./ours.yaml]\nsweeps:\n  - images: data/x_####.cbf\n")
    assert answered(MUTATIONS // 10, texts, place / "ours.yaml", job) > MUTATIONS / 500
