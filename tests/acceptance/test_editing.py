"""``fmt``, ``diff``, ``upgrade``, ``schema``, ``cheatsheet``, hooks and completion, as users meet them."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML
from sweep_tool import EXAMPLES, REPOSITORY, command
from tiny_images import write_series

from sweepwright.api.editing import prove
from sweepwright.cli import completing
from sweepwright.language.leaves import schema_leaves
from sweepwright.language.text import loads

UNTIDY = "sweeps:\n- range: 1-20\n  images: 'x_####.cbf' # the crystal\nsweepwright: 1\n"
TIDY = "sweepwright: 1\nsweeps:\n  - images: x_####.cbf  # the crystal\n    range: 1-20\n"
DRAFT = "# mine\nsweepwright: 0\nsweeps:\n  - images: x_####.cbf\nprocessing: {wavelengths: {digits: 4}}   # w\n"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


# --- fmt


def test_fmt_writes_shows_or_checks(tmp_path: Path) -> None:
    job = write(tmp_path / "job.yaml", UNTIDY)
    job.chmod(0o640)
    checked = command("fmt", "--check", "job.yaml", folder=tmp_path)
    assert (checked.returncode, checked.stdout) == (1, "job.yaml: would be formatted\n")
    shown = command("fmt", "--diff", "job.yaml", folder=tmp_path)
    assert shown.returncode == 0
    assert "-- range: 1-20\n" in shown.stdout
    assert "+    range: 1-20\n" in shown.stdout
    assert job.read_text() == UNTIDY
    done = command("fmt", "job.yaml", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "job.yaml: formatted\n")
    assert job.read_text() == TIDY
    assert job.stat().st_mode & 0o777 == 0o640
    again = command("fmt", "--check", "--diff", "job.yaml", folder=tmp_path)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert [path.name for path in tmp_path.iterdir()] == ["job.yaml"]


def test_fmt_does_not_touch_what_is_wrong_and_goes_on(tmp_path: Path) -> None:
    bad = write(tmp_path / "bad.yaml", UNTIDY + "foo: 1\n")
    broken = write(tmp_path / "broken.yaml", "a: [1\n")
    good = write(tmp_path / "good.yaml", UNTIDY)
    done = command("fmt", "bad.yaml", "absent.yaml", "broken.yaml", "good.yaml", folder=tmp_path)
    assert done.returncode == 1
    assert re.findall(r"^error\[(SW-\w+)\]", done.stderr, re.MULTILINE) == [
        "SW-L008",
        "SW-L001",
        "SW-L003",
    ]
    assert bad.read_text() == UNTIDY + "foo: 1\n"
    assert broken.read_text() == "a: [1\n"
    assert good.read_text() == TIDY


def test_fmt_knows_macros(tmp_path: Path) -> None:
    ours = write(tmp_path / "ours.yaml", "set:\n    name: 'no'\n\ndoc: d # c\nmacro: ours\n")
    wrong = command("fmt", ours)
    assert (wrong.returncode, "SW-L040" in wrong.stderr) == (
        1,
        True,
    )  # a macro has no name of a job
    write(ours, "set:\n    run: {threads: 4}\n\ndoc: d # c\nmacro: ours\n")
    assert command("fmt", ours).returncode == 0
    assert ours.read_text() == "macro: ours\n\ndoc: d  # c\nset:\n  run: {threads: 4}\n"


def test_fmt_expand_writes_sweeps_out(tmp_path: Path) -> None:
    for name in ("x1", "x2"):
        write_series(tmp_path, f"grid/{name}/{name}_##.cbf", "1-2")
    write_series(tmp_path, "raw/scan/t_####.cbf", "1-20")
    job = write(
        tmp_path / "job.yaml",
        'sweepwright: 1\nroots: {raw: raw}\ncrystals: {"*": {space_group: P 6}}\nsweeps:\n'
        '  - {images: "grid/*/x*_##.cbf", name: "{folder}", crystal: "{folder}"}   # all\n'
        "  - C, $raw/scan, t_####.cbf, 1, 20\n",
    )
    before = command("explain", "--json", job).stdout
    assert command("fmt", "--expand", job).returncode == 0
    assert job.read_text() == (
        'sweepwright: 1\nroots: {raw: raw}\ncrystals: {"*": {space_group: P 6}}\nsweeps:\n'
        "  - {name: x1, images: grid/x1/x1_##.cbf, crystal: x1}                    # all\n"
        "  - {name: x2, images: grid/x2/x2_##.cbf, crystal: x2}\n"
        "  - name: C\n    images: $raw/scan/t_####.cbf\n    range: 1-20\n"
    )
    assert values(command("explain", "--json", job).stdout) == values(before)


def values(explained: str) -> object:
    """What `explain --json` says without places."""
    return re.sub(r'"(line|column|end_line|end_column)": \d+', "", explained)


def test_fmt_expand_says_when_there_is_nothing(tmp_path: Path) -> None:
    text = 'sweepwright: 1\nsweeps: [{images: "g*/x_##.cbf"}]\n'
    job = write(tmp_path / "job.yaml", text)
    done = command("fmt", "--expand", job)
    assert (done.returncode, "SW-I011" in done.stderr) == (1, True)
    assert job.read_text() == text


# --- diff


def test_diff_says_what_is_said_differently(tmp_path: Path) -> None:
    old = write(
        tmp_path / "old.yaml",
        "sweepwright: 1\nname: x\nsweeps:\n  - {images: x_####.cbf, range: 1-900}\n",
    )
    new = write(tmp_path / "new.yaml", old.read_text().replace("1-900", "1-600"))
    same = write(
        tmp_path / "same.yaml", "# so\n" + old.read_text().replace("1-900", "'1-400, 401-900'")
    )
    told = command("diff", "old.yaml", "new.yaml", folder=tmp_path)
    assert told.returncode == 1
    assert told.stdout == "sweeps[A].range: 1-900 -> 1-600   (old.yaml:4:33, new.yaml:4:33)\n"
    data = json.loads(command("diff", "--json", old, new).stdout)
    assert data["diagnostics"] == []
    assert [(c["key"], c["old"]["value"], c["new"]["value"]) for c in data["changes"]] == [
        ("sweeps[A].range", "1-900", "1-600")
    ]
    equal = command("diff", old, same)
    assert (equal.returncode, equal.stdout, equal.stderr) == (0, "", "")


def test_diff_looks_through_patterns_that_stand_for_many(tmp_path: Path) -> None:
    text = (EXAMPLES / "jobs/many-crystals.yaml").read_text(encoding="utf-8")
    old, new = (
        write(tmp_path / "a.yaml", text),
        write(tmp_path / "b.yaml", text.replace("P 6", "P 3")),
    )
    told = command("diff", old, new)
    assert told.returncode == 1
    assert told.stdout.splitlines()[0].startswith("crystals[{folder}].space_group: P 6 -> P 3 ")


def test_diff_of_wrong_files(tmp_path: Path) -> None:
    good = write(tmp_path / "good.yaml", TIDY)
    bad = write(tmp_path / "bad.yaml", TIDY + "foo: 1\n")
    for words, code, said in [
        ((good, bad), 1, "SW-L008"),
        ((good, tmp_path / "absent.yaml"), 1, "SW-L001"),
        ((good,), 2, "two files"),
        ((good, good, good), 2, "two files"),
        ((good, tmp_path / "XDS.INP"), 2, "SW-L068"),
        ((tmp_path / "XDS.INP", tmp_path / "XDS.INP"), 1, "SW-L067"),
        ((good, tmp_path / "job.lock.json"), 2, "SW-L068"),
        ((write(tmp_path / "a.json", "{}"), tmp_path / "a.json"), 1, "SW-P013"),
        ((tmp_path / "no.json", tmp_path / "a.json"), 1, "SW-P013"),
        (("--git", "a", "b"), 2, "seven"),
    ]:
        told = command("diff", *words)
        assert (told.returncode, said in told.stderr) == (code, True), told.stderr
        assert told.stdout == ""


def test_diff_of_locks(tmp_path: Path) -> None:
    write_series(tmp_path, "x_####.cbf", "1-40")
    job = write(tmp_path / "job.yaml", TIDY)
    assert command("compile", job, "--engine", "dials", "-o", tmp_path / "one").returncode == 0
    write(job, TIDY.replace("1-20", "1-30"))
    assert command("compile", job, "--engine", "dials", "-o", tmp_path / "two").returncode == 0
    locks = [tmp_path / run / "job.lock.json" for run in ("one", "two")]
    told = command("diff", *locks)
    assert told.returncode == 1
    assert "sweeps[A].range: 1 20 -> 1 30" in told.stdout
    assert json.loads(command("diff", "--json", *locks).stdout)["changes"]
    assert command("diff", locks[0], locks[0]).returncode == 0


# --- git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of git that shows differences of jobs by `sweepwright diff --git`."""
    where = tmp_path / "repository"
    where.mkdir()
    git(where, "init", "-q")
    program = shlex.join([sys.executable, "-m", "sweepwright", "diff", "--git"])
    git(where, "config", "diff.sweepwright.command", program)
    write(where / ".gitattributes", "jobs/*.yaml diff=sweepwright\n")
    return where


def git(folder: Path, *words: str) -> str:
    who = {f"GIT_{a}_{b}": "a@b" for a in ("AUTHOR", "COMMITTER") for b in ("NAME", "EMAIL")}
    done = subprocess.run(
        ["git", *words],
        cwd=folder,
        env={**os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_PAGER": "cat"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_git_shows_what_a_job_says_differently(repository: Path) -> None:
    job = write(repository / "jobs/a.yaml", "sweepwright: 1\nmacros: [./m.yaml]\n" + TIDY[15:])
    write(repository / "jobs/m.yaml", "macro: m\ndoc: d\nset: {run: {threads: 2}}\n")
    assert "+    range: 1-20" not in git(repository, "diff")
    git(repository, "add", "-A")
    assert "jobs/a.yaml\n--- /dev/null\n+++ b/jobs/a.yaml\n" in git(repository, "diff", "--cached")
    git(repository, "commit", "-q", "-m", "one")

    write(job, "# moved\n" + job.read_text())
    assert git(repository, "diff") == "jobs/a.yaml\n  says the same in another way\n"
    write(job, job.read_text().replace("1-20", "1-30"))
    shown = git(repository, "diff")
    assert shown == (
        "jobs/a.yaml\n  sweeps[A].range: 1-20 -> 1-30   (jobs/a.yaml:5:12, jobs/a.yaml:6:12)\n"
    )

    git(repository, "mv", "jobs/a.yaml", "jobs/b.yaml")
    renamed = git(repository, "diff", "HEAD", "-M")
    assert renamed.startswith("jobs/a.yaml -> jobs/b.yaml\n  sweeps[A].range: 1-20 -> 1-30 ")


def test_git_shows_lines_of_what_is_no_job(repository: Path) -> None:
    job = write(repository / "jobs/a.yaml", TIDY)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "one")
    write(job, TIDY + "foo: 1\n")
    assert "--- a/jobs/a.yaml\n+++ b/jobs/a.yaml\n" in git(repository, "diff")
    assert "+foo: 1\n" in git(repository, "diff")
    job.unlink()
    assert "+++ /dev/null" in git(repository, "diff")


def test_git_shows_a_merge_that_stands_still(repository: Path) -> None:
    assert command("diff", "--git", "jobs/a.yaml").stdout == "jobs/a.yaml: unmerged\n"


# --- upgrade


def test_upgrade_proves_what_it_writes(tmp_path: Path) -> None:
    job = write(tmp_path / "job.yaml", DRAFT)
    checked = command("upgrade", "--check", "job.yaml", folder=tmp_path)
    assert checked.returncode == 1
    assert "job.yaml: would be upgraded: means the same; not compiled: " in checked.stdout
    assert job.read_text() == DRAFT
    write_series(tmp_path, "x_####.cbf", "1-20")
    done = command("upgrade", "job.yaml", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        "job.yaml:5:28: 'processing.wavelengths.digits' is now "
        "'processing.wavelengths.significant_digits'\n"
        "job.yaml: upgraded: means the same, and compiles to the same plan\n"
    )
    assert job.read_text() == (
        "# mine\nsweepwright: 1\nsweeps:\n  - images: x_####.cbf\n"
        "processing: {wavelengths: {significant_digits: 4}}  # w\n"
    )
    again = command("upgrade", "--check", "job.yaml", folder=tmp_path)
    assert (again.returncode, again.stdout) == (0, "job.yaml: is in today's version\n")


def test_upgrade_leaves_what_it_does_not_understand(tmp_path: Path) -> None:
    for text, code in [
        ("sweepwright: 99\nsweeps: [{images: x_##.cbf}]\n", "SW-L063"),
        (DRAFT + "foo: 1\n", "SW-L008"),
        (DRAFT.replace("digits: 4", "digits: 4, significant_digits: 4"), "SW-L065"),
        ("", "SW-L004"),
    ]:
        job = write(tmp_path / "job.yaml", text)
        done = command("upgrade", job)
        assert (done.returncode, code in done.stderr) == (1, True), done.stderr
        assert job.read_text() == text


def test_what_is_not_proved_is_said(tmp_path: Path) -> None:
    write_series(tmp_path, "x_####.cbf", "1-20")
    job = tmp_path / "job.yaml"
    old, new, moved = (
        loads(text, str(job))[0]
        for text in (TIDY, TIDY.replace("1-20", "1-19"), f"# moved\n{TIDY}")
    )
    assert old is not None
    assert new is not None
    assert moved is not None
    _, problem = prove(job, old, new)
    assert problem is not None
    assert (problem.code, "another job" in problem.message) == ("SW-L066", True)
    assert prove(job, old, moved)[1] is None


def test_a_draft_is_a_job_with_advice(tmp_path: Path) -> None:
    write_series(tmp_path, "x_####.cbf", "1-20")
    done = command("check", write(tmp_path / "job.yaml", DRAFT), "--engine", "dials")
    assert done.returncode == 0, done.stderr
    assert "advice[SW-L064]" in done.stderr


# --- schema, cheatsheet, hooks, completion


def test_the_schema_is_printed() -> None:
    printed = json.loads(command("schema").stdout)
    Draft7Validator.check_schema(printed)
    assert not Draft7Validator(printed).is_valid({"sweepwright": 1, "sweeps": [{"imgaes": "x"}]})
    assert Draft7Validator(printed).is_valid({"sweepwright": 1, "sweeps": [{"images": "x"}]})


def test_the_cheatsheet_is_one_page_with_everything() -> None:
    page = command("cheatsheet").stdout
    rows = page.splitlines()
    assert len(rows) < 120
    assert max(map(len, rows)) <= 100
    words = set(re.findall(r"`([^`]+)`", " ".join(page.partition("## Keys")[2].split())))
    assert {leaf.key.partition(".")[2] or leaf.key for leaf in schema_leaves()} <= {
        *words,
        *(f"NAME.{word}" for word in words),
    }
    helped = command("--help").stdout.partition("Commands:")[2]
    commands = set(re.findall(r"^  ([a-z]+)  ", helped, re.MULTILINE)) - {"macro", "import"}
    assert {"check", "fmt", "diff"} < commands
    assert commands <= words


def test_the_hooks_work_on_what_is_committed(tmp_path: Path) -> None:
    hooks = YAML(typ="safe").load((REPOSITORY / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for hook in hooks] == ["sweepwright-check", "sweepwright-fmt"]
    known = {"id", "name", "description", "entry", "language", "types", "files"}
    git(tmp_path, "init", "-q")
    write(tmp_path / "jobs/good.yaml", TIDY)
    write(tmp_path / "jobs/untidy.yaml", UNTIDY)
    write(tmp_path / "ci.yaml", "no: job\n")
    git(tmp_path, "add", "-A")
    for hook in hooks:
        assert set(hook) == known
        staged = git(tmp_path, "diff", "--cached", "--name-only").splitlines()
        files = [name for name in staged if re.search(hook["files"], name)]
        assert files == ["jobs/good.yaml", "jobs/untidy.yaml"]
        program, *words = hook["entry"].split()
        assert program == "sweepwright"
        done = command(*words, *files, folder=tmp_path)
        assert done.returncode == 0, done.stderr
    assert git(tmp_path, "diff", "--name-only") == "jobs/untidy.yaml\n"
    write(tmp_path / "jobs/bad.yaml", TIDY + "foo: 1\n")
    for hook in hooks:
        assert command(*hook["entry"].split()[1:], "jobs/bad.yaml", folder=tmp_path).returncode == 1


SCRIPT = Path(sys.executable).with_name("sweepwright")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_there_for_the_shell(shell: str) -> None:
    asked = {**os.environ, "_SWEEPWRIGHT_COMPLETE": f"source_{shell}"}
    shown = subprocess.run([SCRIPT], env=asked, capture_output=True, text=True, check=True)
    assert f"complete_{shell}" in shown.stdout


def test_a_shell_is_offered_commands() -> None:
    asked = {
        "COMP_WORDS": "sweepwright f",
        "COMP_CWORD": "1",
        "_SWEEPWRIGHT_COMPLETE": "complete_bash",
    }
    done = subprocess.run(
        [SCRIPT], env={**os.environ, **asked}, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["fmt"]


def test_a_shell_is_offered_keys_macros_and_codes() -> None:
    assert [key for key, _ in completing.keys("geometry.dist")] == ["geometry.distance"]
    assert dict(completing.keys("space_gr"))["space_group"].startswith("In any spelling")
    assert completing.macros("spots-") == ["spots-sampled"]
    assert completing.codes("sw-l00")[:2] == ["SW-L001", "SW-L002"]
    assert completing.codes("job") == []
