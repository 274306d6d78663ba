"""A job that came by mail: it can be wrong, but it cannot do harm."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tiny_images import write_series

from sweepwright.api.build import compile_job
from sweepwright.api.front import Options, resolve_job
from sweepwright.model.diagnostic import has_errors

JOB = "sweepwright: 1\nsweeps:\n  - images: data/x_####.cbf\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_series(tmp_path, "data/x_####.cbf", "1-6")
    return tmp_path


def codes(folder: Path, job: str, engine: str = "dials") -> set[str]:
    (folder / "job.yaml").write_text(job, encoding="utf-8")
    compiled = compile_job(folder / "job.yaml", Options(engine), folder / "run")
    found = {item.code for item in compiled.diagnostics if has_errors([item])}
    assert bool(found) == (compiled.folder is None)
    return found


def emitted(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in (folder / "run").rglob("*")
        if path.is_file() and path.suffix in (".INP", ".phil", ".sh", ".json")
        and path.name not in ("job.lock.json", "origins.json", "roots.json")
    }  # fmt: skip


def test_text_is_never_a_template(folder: Path) -> None:
    assert (
        codes(folder, JOB + "project: '{{ 7 * 191 }}{% raw %}'\ntitle: '{{ 7 * 191 }}'\n") == set()
    )
    written = "".join(emitted(folder).values())
    assert "1337" not in written
    assert "{{ 7 * 191 }}{% raw %}" in written


@pytest.mark.parametrize(
    "keywords",
    [
        '{xds: {MINIMUM_ZETA: "0.05\\nLIB= /tmp/evil.so"}}',
        "{xds: {MINIMUM_ZETA: '0.05 ! x'}}",
        "{xds: {MINIMUM_ZETA: '0.05 LIB= /tmp/evil.so'}}",
        "{xds: {LIB: /tmp/evil.so}}",
        "{xds: {'MINIMUM_ZETA= 1 LIB': /tmp/evil.so}}",
        "{dials.index: {output.log: /etc/passwd}}",
        "{dials.index: {indexing.method: 'fft1d\\noutput.log=/tmp/x'}}",
        "{dials.index: {'indexing.method = fft1d; output.log': x}}",
        "{aimless: ['HKLOUT /tmp/x']}",
        "{sh: {command: 'rm -rf /'}}",
    ],
)
@pytest.mark.parametrize("engine", ["dials", "xds"])
def test_nothing_is_smuggled_into_a_program(folder: Path, keywords: str, engine: str) -> None:
    assert codes(folder, JOB + f"keywords: {keywords}\n", engine) & {
        "SW-L050",
        "SW-L051",
        "SW-L012",
    }


@pytest.mark.parametrize("name", ["a b", "a!b", "$(touch x)", "a;b", "`x`", "a'b", 'a"b', "a&b"])
def test_names_of_folders_reach_neither_xds_nor_the_shell(folder: Path, name: str) -> None:
    (folder / "data").rename(folder / name)
    images = f"{name}/x_####.cbf".replace("'", "''")
    job = JOB.replace("data/x_####.cbf", f"'{images}'")
    if name.startswith("$"):
        assert codes(folder, job) == {"SW-L027"}
        return
    assert codes(folder, job, "xds") == set()
    inputs = [path.read_text(encoding="utf-8") for path in (folder / "run").rglob("XDS.INP")]
    assert inputs
    assert not any(name in text for text in inputs)
    assert codes(folder, job) == set()
    script = (folder / "run/run.sh").read_text(encoding="utf-8")
    assert name not in script
    checked = subprocess.run(["sh", "-n", folder / "run/run.sh"], check=False)
    assert checked.returncode == 0


@pytest.mark.parametrize(
    "key",
    [
        "name: ../../etc",
        "name: a/b",
        "outputs: {ispyb: {file: ../../x.xml}}",
        "outputs: {ispyb: {file: /tmp/x.xml}}",
        "crystals: {../x: {}}",
        "macros: [../../../etc/passwd.yaml]",
        "macros: [/etc/passwd]",
        "processing: {merging: {group: {../x: [x1]}}}",
    ],
)
def test_nothing_is_read_or_written_elsewhere(folder: Path, key: str) -> None:
    assert codes(folder, JOB + key + "\n")
    assert sorted(path.name for path in folder.iterdir()) == ["data", "job.yaml"]


def test_a_link_does_not_lead_a_macro_out_of_the_folder(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path.parent / "outside.yaml"
    outside.write_text("macro: outside\ndoc: Elsewhere.\nset: {processing: {anomalous: true}}\n")
    (folder / "inside.yaml").symlink_to(outside)
    assert codes(folder, JOB + "macros: [./inside.yaml]\n") == {"SW-L039"}


@pytest.mark.parametrize(
    "images", ["/etc/x_####.cbf", "../x_####.cbf", "data/../../x_####.cbf", "$job/../x_####.cbf"]
)
def test_images_are_below_the_job_or_a_root(folder: Path, images: str) -> None:
    assert codes(folder, JOB.replace("data/x_####.cbf", images)) <= {"SW-L027", "SW-L028"}


BOMBS = {
    "tag": "a: !!python/object/apply:os.system ['touch evil']\n",
    "deep": "a: " + "[" * 100_000,
    "deep-block": "".join(f"{' ' * n}a:\n" for n in range(3000)),
    "aliases": "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}' if i else '*a'] * 9)}]\n" for i in range(20)),
    "few-aliases": "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}' if i else '*a'] * 9)}]\n" for i in range(11)),
    "deep-aliases": "a: &a [x]\n"
    + "".join(f"a{i}: &a{i} [*a{i - 1 if i else ''}]\n" for i in range(90)),
    "self": "a: &a [*a]\n",
    "merge": "a: &a {x: 1}\nb: {<<: *a}\n",
    "huge": "title: " + "x" * 3_000_000,
    "many-keys": "".join(f"k{i}: 1\n" for i in range(150_000)),
    "long-list": "sweeps: [" + "x, " * 600_000 + "x]",
    "many-tags": "a: [" + "!x y, " * 100_000 + "]",
    "many-errors": "sweepwright: 1\nsweeps:\n" + "  - {imgaes: x}\n" * 100_000,
}


@pytest.mark.parametrize("name", list(BOMBS))
def test_a_bomb_is_refused_with_an_error(name: str, tmp_path: Path) -> None:
    job = tmp_path / "job.yaml"
    job.write_text(BOMBS[name], encoding="utf-8")
    front = resolve_job(job, Options())
    assert front.job is None
    assert has_errors(front.diagnostics)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["job.yaml"]


@pytest.mark.parametrize("name", list(BOMBS))
def test_a_bomb_takes_less_than_200_megabytes(name: str, tmp_path: Path) -> None:
    job = tmp_path / "job.yaml"
    job.write_text(BOMBS[name], encoding="utf-8")
    check = [sys.executable, "-m", "sweepwright", "check", str(job)]
    limited = ["sh", "-c", 'ulimit -d 200000 && exec "$@"', "sh", *check]
    done = subprocess.run(limited, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    assert len(done.stderr) < 100_000


def test_many_errors_are_told_in_part(folder: Path) -> None:
    (folder / "job.yaml").write_text("".join(f"k{i}: 1\n" for i in range(2_000)), encoding="utf-8")
    front = resolve_job(folder / "job.yaml", Options())
    assert len(front.diagnostics) == 203  # no version, no sweeps, and the last says how many more
    (last,) = [item for item in front.diagnostics if item.code == "SW-L069"]
    assert last.message == "1800 more errors are not told"
