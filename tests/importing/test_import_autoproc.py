"""`import autoproc`: commands and the jobs that they mean, and that no word is ever dropped."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from tiny_images import write_series
from typer.testing import CliRunner

from sweepwright.api.front import Options, compose_job
from sweepwright.api.importing import table as tables
from sweepwright.api.importing.autoproc import COMMAND_LINE, import_command, import_text
from sweepwright.api.importing.draft import Imported
from sweepwright.api.importing.job_text import job_text
from sweepwright.api.importing.pieces import Source
from sweepwright.api.importing.shell import words
from sweepwright.api.importing.table import table
from sweepwright.api.importing.values import READERS
from sweepwright.api.observing import observe_sweeps
from sweepwright.cli.main import application
from sweepwright.language.lines import Offsets
from sweepwright.language.suggest import all_keys
from sweepwright.language.text import loads
from sweepwright.language.validate import validate
from sweepwright.language.writing import flow
from sweepwright.model.diagnostic import ExitCode, Severity
from sweepwright.programs import keywords
from sweepwright.resources import macros_folder

SAMPLES = YAML(typ="safe").load(Path(__file__).with_name("import_samples.yaml"))
ITEMS: dict[str, dict[str, Any]] = SAMPLES["items"]
#: items of the checklist that a command line of autoPROC can say
WANTED = (
    "A03 A07 A08 A09 A10 B02 B03 C03 C05 D01 D04 D10 E03 E04 F01 F02 F03 F04 F05 F06 F07 F08 F09 F10 "
    "G02 G03 G04 G06 G07 G08 G09 G10 G11 G12 K01 K02 K03 K04 K05 K06 K07 K08 K09 K10 K11 K12 K13"
).split()
PLAIN = "process -I /where/ever/images "


@pytest.fixture(autouse=True, scope="module")
def nowhere(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An empty folder to be in, so that no name of a command is by chance that of a file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("nowhere"))
        yield


def imported(item: dict[str, Any]) -> Imported:
    if "script" in item:
        return import_text(Source("run.sh", item["script"]))
    return import_command(item.get("words") or [item["command"]])


def values(text: str) -> dict[str, Any]:
    """What a job says, as the schema reads it."""
    loaded, found = loads(text, "job.yaml")
    assert loaded is not None, found
    patch, found = validate(loaded)
    assert patch is not None, found
    return patch.job.model_dump(exclude_unset=True)


def truth(job: dict[str, Any]) -> dict[str, Any]:
    whole = {**SAMPLES["plain"], **job}
    whole = {key: value for key, value in whole.items() if value is not None}
    written = "\n".join(f"{key}: {flow(plain(value))}" for key, value in whole.items())
    return values(f"sweepwright: 1\n{written}\n")


def plain(value: Any) -> Any:
    """Numbers and truth values as the text that a job holds."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def codes(made: Imported) -> set[str]:
    return {item.code for item in made.diagnostics}


def test_every_item_of_the_checklist_has_a_sample() -> None:
    assert {name.partition("_")[0] for name in ITEMS} >= set(WANTED)


@pytest.mark.parametrize("name", ITEMS)
def test_a_command_becomes_the_job_that_it_means(name: str) -> None:
    item = ITEMS[name]
    made = imported(item)
    if "error" in item:
        assert made.job is None
        assert item["error"] in codes(made)
        return
    assert made.job is not None, made.diagnostics
    assert values(made.job) == truth(item["job"])
    comments = "\n".join(line for line in made.job.splitlines() if line.lstrip().startswith("#"))
    for text in item.get("says", ()):
        assert re.search(r"\s+".join(map(re.escape, text.split())), comments.replace("#", " "))
    assert set(item.get("codes", ())) <= codes(made)


@pytest.mark.parametrize("name", ITEMS)
def test_every_word_is_accounted_for(name: str) -> None:
    made = imported(ITEMS[name])
    source = next(iter(made.sources.values()))
    assert uncovered(source, made) == ""
    assert all(one.what for one in made.ledger)


def uncovered(source: str, made: Imported, name: str | None = None) -> str:
    """The characters of a source, but for blanks and continuations, that no outcome speaks of."""
    offsets, left = Offsets(source), list(source)
    for one in made.ledger:
        if one.span.file == (name or next(iter(made.sources))):
            first, last = offsets.of(one.span)
            left[first:last] = " " * (last - first)
    return re.sub(r"\\(?=\r?\n)|\s", "", "".join(left))


def test_the_head_of_a_job_is_the_command_as_it_was_given() -> None:
    command = PLAIN + "symm=P21 \\\n  -M   fast # quickly"
    made = import_text(Source("run.sh", command))
    assert made.job is not None
    assert made.job.splitlines()[1:3] == [
        "#   process -I /where/ever/images symm=P21 \\",
        "#     -M   fast # quickly",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "place"),
    [
        ("sym=P21", "SW-M001", "sym"),
        ("-M speedy", "SW-M001", "speedy"),
        ("-Foo 1 2 symm=P21", "SW-M001", "-Foo"),
        ("stray", "SW-M001", "stray"),
        ("-M list", "SW-M002", "-M"),
        ("autoPROC_XdsDistanceFac=-1", "SW-M002", "autoPROC_XdsDistanceFac=-1"),
        ("-R 50 -ANO", "SW-M004", "-R"),
        ("-ref", "SW-M004", "-ref"),
        ("symm=P9", "SW-M005", "P9"),
        ("symm=", "SW-M005", ""),
        ('cell="1 2 3 4 5"', "SW-M005", "1 2 3 4 5"),
        ("-R two 1", "SW-M005", "two"),
        ("-R 2 2", "SW-M005", "2"),
        ("-R 6000 5000", "SW-M005", "6000"),
        ("-nthreads 0", "SW-M005", "0"),
        ("do_setup=maybe", "SW-M005", "maybe"),
        ("ScaleAnaRmergeCut_123=0.5:0.5", "SW-M005", "0.5:0.5"),
        ("ScaleAnaISigmaCut_123=2", "SW-M005", "2"),
        ("-Id A,/d,x_####.cbf,1", "SW-M005", "A,/d,x_####.cbf,1"),
        ("-Id A,/d,x.cbf,1,9", "SW-M005", "x.cbf"),
        ("-Id A,/d,x_####.cbf,9,1", "SW-M005", "9"),
        ("-Id A,/d,x_####.cbf,1,z", "SW-M005", "z"),
        ("-h5 /d/x.cbf", "SW-M005", "/d/x.cbf"),
        ("autoPROC_XdsKeyword_DIRECTION_OF_DETECTOR_XAXIS='-1 0 0'", "SW-M005", "-1 0 0"),
        ("-ref $HOME/r.mtz", "SW-M006", "$HOME"),
        ("-ref ~/r.mtz", "SW-M006", "~"),
        ("-I /data/scan*", "SW-M006", "*"),
        ('symm="`cat sg`"', "SW-M006", "`cat sg`"),
        ("autoPROC_XdsKeyword_DELPI=5", "SW-M013", "autoPROC_XdsKeyword_DELPI"),
        ("autoPROC_XdsKeyword_JOB=ALL", "SW-M013", "autoPROC_XdsKeyword_JOB=ALL"),
        ("autoPROC_XdsKeyword_ORGX=10", "SW-M014", "autoPROC_XdsKeyword_ORGX=10"),
        ("-Id A,/d,x_#.cbf,1,9 -Id a,/e,x_#.cbf,1,9", "SW-M014", "a,/e,x_#.cbf,1,9"),
        ("ref_mtz=/a.mtz free_mtz=/b.mtz", "SW-M014", "free_mtz=/b.mtz"),
        (
            "autoPROC_XdsKeyword_ROTATION_AXIS='0 1 0' ReverseRotationAxis=yes",
            *("SW-M014", "ReverseRotationAxis=yes"),
        ),
        (
            "beam='1 2' autoPROC_XdsKeyword_ORGX=1 autoPROC_XdsKeyword_ORGY=2",
            *("SW-M014", "autoPROC_XdsKeyword_ORGX=1"),
        ),
        ("autoPROC_CreateXmlFile=/a/`date`.xml", "SW-M006", "`date`"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(arguments: str, code: str, place: str) -> None:
    source = PLAIN + arguments
    made = import_command([source])
    assert made.job is None
    problems = [item for item in made.diagnostics if item.severity is Severity.ERROR]
    assert [item.code for item in problems] == [code]
    assert problems[0].span is not None
    first, last = Offsets(source).of(problems[0].span)
    assert source[first:last] == place
    assert uncovered(source, made) == ""
    assert any(f"refused: {code}" == one.what for one in made.ledger)


def test_all_errors_are_told_at_once() -> None:
    made = import_command([PLAIN + "symm=P9 cell=1 -Foo bar -R 2 -ref $X"])
    assert [item.code for item in made.diagnostics] == [
        *("SW-M005", "SW-M005", "SW-M001", "SW-M004", "SW-M006"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("-I /data", "SW-M008"),
        ("", "SW-M008"),
        ("xia2 image=/data/x_0001.cbf", "SW-M008"),
        ("process -I /a || process -I /b", "SW-M008"),
        ("process -I /a; process -I /b", "SW-M008"),
        ("process -I /a | grep x", "SW-M008"),
        ("process -I /a < names", "SW-M008"),
        ("cd /a\nprocess -I b", "SW-M008"),
        ("process -I /a\n  symm=P21", "SW-M008"),
        ("process -I /a\n  -ANO", "SW-M008"),
        ("LANG=C process -I /a", "SW-M008"),
        ("process -I '/a", "SW-M011"),
        ("process -I /a \\ \n -ANO", "SW-M011"),
        ("process -I /a \\", "SW-M011"),
        ("process -I /a\x00b", "SW-M011"),
        ("process -ANO", "SW-M009"),
    ],
)
def test_what_is_not_one_command_is_refused(text: str, code: str) -> None:
    made = import_text(Source("run.sh", text))
    assert made.job is None
    assert code in codes(made)
    assert uncovered(text, made, "run.sh") == ""


def test_of_two_arguments_that_say_the_same_the_last_counts() -> None:
    made = import_command([PLAIN + "symm=P21 -R 50 2 init_reso='1000 1.8' symm=19"])
    assert made.job is not None
    said = values(made.job)
    assert said["crystals"]["x1"]["space_group"] == "19"
    assert said["processing"]["resolution"] == {"high": 1.8}
    assert [item.code for item in made.diagnostics] == ["SW-M007", "SW-M007"]
    assert "symm=P21: replaced by symm=19" in made.job


def test_a_data_range_counts_for_every_sweep() -> None:
    made = import_command(
        [
            "process -Id A,/d/a,x_##.cbf,1,90 -Id B,/d/b,x_##.cbf,1,50 "
            "autoPROC_XdsKeyword_DATA_RANGE='1 50'"
        ]
    )
    assert made.job is not None
    assert made.job.count("range: 1-50") == 2
    assert "1-90" not in made.job.replace("1,90", "")
    assert [item.code for item in made.diagnostics] == ["SW-M007"]


def test_an_argument_before_a_macro_that_sets_the_same_is_warned_of() -> None:
    before = PLAIN + "XdsSpotSearchNumImages=999999 -M fast"
    assert "SW-M016" in codes(import_command([before]))
    assert "SW-M016" not in codes(import_command([PLAIN + "symm=P21 -M fast"]))


def test_a_file_of_parameters_is_read_in_its_place(tmp_path: Path) -> None:
    macro = tmp_path / "ours.macro"
    macro.write_text(
        "# Help of the macro: use it\n# for our beamline.\n"
        "symm=\"P21\"\ncell='34 45 56 90 98 90'\n__args='-ANO -M \"fast\" -R 50 2.0'\n"
    )
    made = import_command(["process", "-I", "/where/ever/images", "-M", str(macro), "symm=P2"])
    assert made.job is not None, made.diagnostics
    said = values(made.job)
    assert said["crystals"]["x1"] == {"space_group": "P2", "cell": (34, 45, 56, 90, 98, 90)}
    assert said["processing"] == {"anomalous": True, "resolution": {"low": 50.0, "high": 2.0}}
    assert said["macros"] == (("fast", ()),)
    assert codes(made) == {"SW-M007"}
    assert uncovered(macro.read_text(), made, str(macro)) == ""


def test_places_in_a_file_of_parameters_are_told_there(tmp_path: Path) -> None:
    macro = tmp_path / "ours.macro"
    macro.write_text("symm=P21\n__args='-ANO -foo \"a b\"'\n")
    made = import_command(["process", "-I", "/where/ever/images", "-M", str(macro)])
    assert [str(item.span) for item in made.diagnostics] == [f"{macro}:2:14"]


def test_a_file_that_names_itself_ends(tmp_path: Path) -> None:
    one, two = tmp_path / "one.macro", tmp_path / "two.macro"
    one.write_text(f"__args='-M {two}'\n")
    two.write_text(f"__args='-M {one}'\n")
    made = import_command(["process", "-I", "/data/x", "-M", str(one)])
    assert codes(made) == {"SW-M012"}
    assert codes(import_command([PLAIN + "-M ./none.macro"])) == {"SW-M012"}


def test_paths_follow_the_job_to_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = import_command(["process -Id A,jobs/scan1,x_##.cbf,1,9"], tmp_path / "jobs")
    assert made.job is not None
    assert values(made.job)["sweeps"][0]["images"] == "scan1/x_##.cbf"
    made = import_command(["process -Id A,data/scan1,x_##.cbf,1,9"], tmp_path / "jobs")
    assert made.job is not None
    said = values(made.job)
    assert said["sweeps"][0]["images"] == "$raw/scan1/x_##.cbf"
    assert said["roots"] == {"raw": str(tmp_path / "data")}


def test_words_and_their_places() -> None:
    text = 'a \'b c\'\\ d "e \\" $F" # g\n h\\\ni >x'
    tokens, found = words(Source("x", text).whole())
    assert found == []
    assert [(token.kind, token.piece.text) for token in tokens] == [
        ("word", "a"),
        ("word", "b c d"),
        ("word", 'e " $F'),
        ("comment", "# g"),
        ("operator", "\n"),
        ("word", "hi"),
        ("operator", ">"),
        ("word", "x"),
    ]
    assert [token.piece.written for token in tokens[1:3]] == ["'b c'\\ d", '"e \\" $F"']
    assert [text[a:b] for a, b in tokens[2].piece.live] == ["$F"]


@pytest.mark.parametrize("name", ["autoproc", "autoproc_xds", "xinfo"])
def test_facts_have_sources_and_name_keys_of_the_language(name: str) -> None:
    labels = YAML(typ="safe").load(Path(tables.__file__).with_name(f"{name}.yaml"))["sources"]
    for section, rows in table(name).items():
        for word, row in rows.items():
            assert row.source, (section, word)
            assert set(row.source) <= set(labels), word
            assert row.confidence in ("A", "B", "C"), word
            for one in (row, *row.values.values()):
                check_row(one)


def check_row(row: tables.Row) -> None:
    assert row.read in READERS
    for key in filter(None, (row.key, *row.set)):
        plain_key = key.replace("CRYSTAL", "NAME").replace("sweeps.SWEEP", "sweeps[]")
        assert plain_key in set(all_keys()), key
    if row.macro:
        assert (macros_folder() / f"{row.macro}.yaml").exists()
    assert any((row.key, row.set, row.values, row.gather, row.do, row.macro, row.note)) or (
        row.leave or row.refuse
    )


def test_keywords_with_a_key_of_their_own_are_keywords() -> None:
    for name in table("autoproc_xds")["keywords"]:
        assert keywords.spelled("xds", re.sub(r"[()'./-]", "", name)) == name


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "-1",
        "- a",
        "a: b",
        "x #y",
        "#",
        "*a",
        "é",
        "\u2028",
        "\U0001b2fc",
        "\\x",
        '"',
        "null",
        "",
        "1, 2",
        "a\tb",
    ],
)
def test_text_of_a_job_reads_back(text: str) -> None:
    written = job_text(["o"], ["s\u2028t"], {("title",): text, ("project",): [text]}, {})
    loaded, found = loads(written, "job.yaml")
    assert loaded is not None, found
    assert loaded.root.data() == {"sweepwright": "1", "title": text, "project": [text]}


COMMANDS = sorted(
    {
        item.get("command") or item.get("script") or " ".join(item["words"])
        for item in ITEMS.values()
    }
)
PIECES = sorted({word for command in COMMANDS for word in re.findall(r"\S+|\s+", command)})
ODD = [
    *"'\"\\`$~*?[]{}()<>|&;#,:=-!%@^\n\t \r\x00\x85\u2028é",
    "\ud800",
    "-M ./x",
    "$(ls)",
    "1e999",
]


@st.composite
def mangled(draw: st.DrawFn) -> str:
    """A command of which some pieces were cut, doubled, exchanged or replaced."""
    text = draw(st.sampled_from(COMMANDS))
    for _ in range(draw(st.integers(1, 4))):
        first = draw(st.integers(0, len(text)))
        last = min(len(text), first + draw(st.integers(0, 12)))
        new = draw(st.one_of(st.sampled_from(ODD), st.sampled_from(PIECES), st.text(max_size=4)))
        text = text[:first] + draw(st.sampled_from(["", new, text[first:last] * 2])) + text[last:]
    return text


@settings(max_examples=1500, deadline=None)
@given(mangled())
@example("process -Id ,,,,")
@example("process -I / autoPROC_XdsKeyword_=1 =x -M -M")
@example("process -I '' -ref '' symm='' -M '' -R '' ''")
def test_whatever_is_imported_is_answered_and_no_word_is_dropped(text: str) -> None:
    for made in (import_command([text]), import_text(Source("run.sh", text))):
        assert uncovered(text, made) == ""
        errors = [item for item in made.diagnostics if item.severity is Severity.ERROR]
        assert (made.job is None) == bool(errors)
        assert not [item for item in made.diagnostics if item.code.startswith("SW-L")], errors
        if made.job is not None:
            values(made.job)
            made.job.encode()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=6))
def test_words_of_a_shell_are_taken_as_they_are(arguments: list[str]) -> None:
    made = import_command(["process", "-I", "/where/ever/images", *arguments])
    source = made.sources[COMMAND_LINE]
    assert uncovered(source, made) == ""
    assert not any(item.code == "SW-M006" for item in made.diagnostics)


def test_a_space_group_of_number_0_is_left_open() -> None:
    made = import_command([PLAIN + "autoPROC_XdsKeyword_SPACE_GROUP_NUMBER=0"])
    assert made.job is not None
    assert "crystals" not in values(made.job)
    assert "SPACE_GROUP_NUMBER=0: leaves it open" in made.job


def test_a_name_that_had_to_change_is_told() -> None:
    made = import_command(["process -Id 'a b,/data/x,x_##.cbf,1,9' xname=my.lyso"])
    assert made.job is not None
    said = values(made.job)
    assert (list(said["crystals"]), said["sweeps"][0]["name"]) == (["my-lyso"], "a-b")
    assert "# Called 'my.lyso' there." in made.job
    assert "# Called 'a b' there." in made.job


def test_an_imported_job_finds_its_images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_series(tmp_path / "data/scan1", "x_####.cbf", "1-9")
    for place in ("data/scan1", tmp_path / "data/scan1"):
        for arguments in (f"-Id A,{place},x_####.cbf,1,9", f"-I {place}"):
            made = import_command([f"process {arguments} symm=P43212 -ANO -M fast -R 50 2"])
            assert made.job is not None
            Path("job.yaml").write_text(made.job)
            read = compose_job(Path("job.yaml"), Options())
            assert read.job is not None, read.diagnostics
            facts, found = observe_sweeps(read.job, read.places)
            assert [fact.found.last for fact in facts.values()] == [9], found


def command(*arguments: str, told: str | None = None) -> tuple[int, str, str]:
    done = CliRunner().invoke(application("import"), ["import", *arguments], input=told)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def test_the_command_in_its_forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    whole = PLAIN.strip() + " -noANO -nthreads 4"
    Path("run.sh").write_text(f"#!/bin/sh\n{whole}\n")
    said = [
        command("autoproc", whole),
        command("autoproc", *whole.split()),
        command("autoproc", "-f", "run.sh"),
        command("autoproc", "-f", "-", told=whole),
        command("autoproc", "-", told=whole),
    ]
    assert {code for code, _, _ in said} == {ExitCode.GOOD}
    assert len({json.dumps(values(out), default=str) for _, out, _ in said}) == 1
    assert command("autoproc", whole, "-o", "a.yaml")[0] == ExitCode.GOOD
    assert command("autoproc", "-o", "b.yaml", *whole.split())[0] == ExitCode.GOOD
    assert Path("a.yaml").read_text() == Path("b.yaml").read_text() == said[0][1]


def test_a_job_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("job.yaml").write_text("mine")
    code, out, told = command("autoproc", PLAIN, "-o", "job.yaml")
    assert (code, out) == (ExitCode.WRONG_INPUT, "")
    assert "SW-M010" in told
    assert Path("job.yaml").read_text() == "mine"
    code, out, told = command("autoproc", PLAIN + "-foo", "-o", "new.yaml")
    assert (code, out) == (ExitCode.WRONG_INPUT, "")
    assert not Path("new.yaml").exists()
    assert "^^^^" in told
    assert command("autoproc", PLAIN, "-o", "no/such/job.yaml")[0] == ExitCode.WRONG_INPUT
    assert command("autoproc")[0] == ExitCode.WRONG_USE
    assert command("autoproc", "-f", "x", PLAIN)[0] == ExitCode.WRONG_USE
    assert command("autoproc", "-f", "none.sh")[0] == ExitCode.WRONG_INPUT


def test_the_ledger_as_json() -> None:
    code, out, _ = command("autoproc", "--json", PLAIN + "-ANO -d 01 -foo")
    said = json.loads(out)
    assert code == ExitCode.WRONG_INPUT
    assert said["job"] is None
    assert [one["word"] for one in said["words"]] == [
        *("process", "-I", "/where/ever/images", "-ANO", "-d", "01", "-foo"),
    ]
    assert said["words"][3] == {
        "word": "-ANO",
        "place": "command line:1:31",
        "what": "turned into processing.anomalous",
    }
    assert [item["code"] for item in said["diagnostics"]] == ["SW-M001"]
