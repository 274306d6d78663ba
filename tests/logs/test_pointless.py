"""The log and the XML of POINTLESS, old and new."""

from __future__ import annotations

import pytest
from ccp4_samples import assert_true, assert_unharmed, banner, read, samples

from sweepwright.logs import aimless, ctruncate, pointless, pointless_xml

OLD_RUN = "      Run number:   1 consists of batches      3 to     90\n"
NEW_RUN = "      Run number:   1 consists of batches 3 - 40, 51 - 90\n"
READ = """\
Reading XDS ascii file from file
XDS_ASCII.HKL

     812 accepted incomplete observations with PART < 0.98, minimum 0.75
      57 observations flagged as MISFITS in XDS{misfits}

>*> Summary of test data read in:
   Resolution range accepted:    39.50        1.81

   Number of reflections      =          4321
   Number of observations     =         20123
   Number of parts            =         20123
   Number of batches in file  =            78
   Number of datasets         =             1

      Project: Proj Crystal: Xtal Dataset: Native
{run}\
         Resolution range for run:    39.50        1.81
         Phi range:    10.00 to    18.80   Time range:    10.00 to    18.80
         Closest reciprocal axis to spindle: b* (angle   12.1 degrees)
   Unit cell for dataset:   41.10   41.20   99.90   90.00   90.00   90.00
         Wavelength:  0.97934


                             Flagged  Accepted   Maximum   MaxAccepted
   BGratio too large              1       0       0.000       0.000
   Spots on edge                  2       0
   XDS misfits (outliers)        57       3


"""
L_TEST = """\
$TABLE: L-test for twinning, twin fraction 0.111:
$GRAPHS:Cumulative distribution of |L|, estimated fraction 0.111:N:1,2,3,4:
 $$
      |L|       N(|L|)  Untwinned    Twinned   $$ $$
     0.0000     0.0000     0.0000     0.0000
     0.5000     0.5511     0.5000     0.6875
     1.0000     1.0000     1.0000     1.0000
$$
      Estimated twin fraction alpha from cumulative N(|L|) plot 0.112 (+/-0.006)
   {l}:    0.438 (0.5 untwinned, 0.375 perfect twin)
      Estimated twin fraction alpha from {l}    0.111

The L-test suggests that the data may be twinned

"""
SYMMETRY = """\
Lattice point group: P 4 2 2

Number of reflections  =              2345
Number of observations =             20123
Average multiplicity =                 8.6

{reset}

Nelmt  Lklhd  Z-cc    CC        N  Rmeas    Symmetry & operator (in Lattice Cell)

  1   0.931   9.50   0.95    9876  0.061     identity
  2   0.911   9.01   0.93    8765  0.072 *** 4-fold l ( 0 0 1) {{-k,h,l}}{{k,-h,l}}
  3   0.044  -0.12  -0.01    7654  0.801     2-fold   ( 1-1 0) {{-k,-h,-l}}

<!--SUMMARY_END-->

   Laue Group        Lklhd   NetZc  Zc+   Zc-    CC    CC-  Rmeas   R-  Delta ReindexOperator

> 1  P 4/m m m  ***  0.901   9.10  9.20  0.10   0.93  0.01   0.07  0.70   0.2 [h,k,l]
= 2  P 1 2/m 1       0.050   1.25  9.05  7.80   0.94  0.80   0.06  0.11   0.0 [-h,-l,-k]
  3    P m m m       0.049  -0.11  8.80  8.91   0.91  0.90   0.07  0.10   0.2 [h,k,l]


<!--SUMMARY_END-->

         Zone                Number PeakHeight  SD  Probability  ReflectionCondition

Zones for Laue group P 4/m m m
 1 screw axis 4(1) [c]           12   0.871   0.112   **  0.801   00l: l=4n
 2 screw axis 2(1) [a]        No observations

<!--SUMMARY_END-->

   Spacegroup         TotProb SysAbsProb     Reindex         Conditions

    <P 41 2 2> ( 91)    0.701  0.778                         00l: l=4n (zone 1)
    <P 43 2 2> ( 95)    0.701  0.778                         00l: l=4n (zone 1)
    ..........
     <P 4 2 2> ( 89)    0.033  0.037


"""
RESULT = """\
<!--SUMMARY_BEGIN--> $TEXT:Result: $$ $$
Best Solution:    {best}

   Reindex operator:                   [h,k,l]
   Laue group probability:             0.901
   Systematic absence probability:     0.778
   Total probability:                  0.701
   Space group confidence:             0.000
   Laue group confidence               0.876

   Unit cell:   41.15  41.15  99.90        90     90     90

   39.50 to   2.22   - Resolution range used for Laue group search

   39.50 to   1.81   - Resolution range in file, used for systematic absence check

   Number of batches in file:     78

$$ <!--SUMMARY_END-->

HKLIN spacegroup: P 1 2 1  primitive monoclinic

 * Number of Columns = 14

 * Space group = 'P 41 2 2' (number      91)

"""
OLD = (
    banner("POINTLESS", "1.9.11", "6.4", "03/04/14")
    + READ.format(misfits=", flagged as bad PKratio", run=OLD_RUN)
    + L_TEST.format(l="<|L|>")
    + SYMMETRY.format(reset="Resolution range reset to    39.50 to     2.22")
    + RESULT.format(best="space group P 41 2 2")
)
NEW = (
    banner("POINTLESS", "1.12.9", "7.1.012", "19/02/20")
    + READ.format(misfits=": KEEP MISFIT in Aimless to accept", run=NEW_RUN)
    + L_TEST.format(l="< |L| >")
    + SYMMETRY.format(reset="High resolution limit reset to 2.22   using CC(1/2) cutoff (in P1)")
    + RESULT.format(best="point group P 4 2 2")
)
FAILED = (
    banner("POINTLESS", "1.12.9", "7.1.012", "19/02/20")
    + "**** ERROR ****\n\nFATAL ERROR message: \nNothing to read\n\n"
)
REFERENCE = (
    banner("POINTLESS", "1.12.9", "7.1.012", "19/02/20")
    + """\
    Alternative reindexing        Lklhd      CC     R(E^2)    Number Cell_deviation
   [-h,-k,l]                0.950    0.912    0.101      5432      0.21
     [h,k,l]                0.050   -0.021    0.512      5430      0.22

"""
)


@pytest.mark.parametrize("file", samples("pointless*"))
def test_samples_of_pointless(file: str) -> None:
    assert_true(pointless, file, 15)


@pytest.mark.parametrize(
    ("text", "version", "released", "kind"),
    [(OLD, "1.9.11", 20140403, "space group"), (NEW, "1.12.9", 20200219, "point group")],
)
def test_a_log(text: str, version: str, released: int, kind: str) -> None:
    reading = pointless.read(text, "pointless.log")
    assert (reading.program, reading.version, reading.built) == ("POINTLESS", version, released)
    found = read(pointless, text)
    assert found["run_date"] == "2021-03-07"
    assert found["n_reflections"] == found["n_reflections.as_read"] == 4321
    assert found["n_reflections.after_merging_symmetry"] == 2345
    assert found["n_misfits"] == 57
    assert found["flags.xds_misfits.n_accepted"] == 3
    assert found["run_1_batches"] == (3, 90)
    assert found["phi_range"] == (10.0, 18.8)
    assert found["input_cell"] == (41.1, 41.2, 99.9, 90.0, 90.0, 90.0)
    assert found["output_cell"] == (41.15, 41.15, 99.9, 90, 90, 90)
    assert found["twin_fraction_l_mean"] == 0.111
    assert found["twinning_suspected"] is True
    assert found["resolution_used_for_symmetry"] == 2.22
    assert found["best.kind"] == kind
    assert found["best.laue_confidence"] == 0.876
    assert found["elements.element_3.z_cc"] == -0.12
    assert found["laue_groups.laue_group_2.name"] == "P 1 2/m 1"
    assert found["laue_groups.laue_group_2.likelihood"] == 0.05
    assert found["laue_groups.laue_group_1.accepted"] == ">"
    assert reading.tables["space_groups.list"].column("number") == [91, 95, 89]
    assert reading.tables["zones.list"].column("probability") == [0.801, None]


def test_gaps_in_a_run() -> None:
    assert read(pointless, NEW)["run_1_batch_ranges"] == ((3, 40), (51, 90))


def test_carriage_returns_do_not_matter() -> None:
    assert read(pointless, OLD.replace("\n", "\r\n")) == read(pointless, OLD)


@pytest.mark.parametrize("text", [OLD, NEW])
def test_damaged_logs_of_pointless(text: str) -> None:
    assert_unharmed(pointless, text, 80)


def test_an_error_is_no_trouble() -> None:
    assert read(pointless, FAILED)["error.hard"] == "Nothing to read"


def test_a_log_that_ends_too_early() -> None:
    read(pointless, OLD[: OLD.index("Lattice point group")], troubles=1)


def test_two_logs_in_one_file_are_not_read() -> None:
    assert read(pointless, OLD + NEW, troubles=1) == {}


def test_several_xds_files() -> None:
    files = "".join(
        f"Reading XDS ascii file from file\nXDS_{n}.HKL\n\n{n} observations flagged as MISFITS in XDS\n"
        for n in (5, 7)
    )
    found = read(pointless, banner("POINTLESS", "1.11.1", "7.0", "01/02/17") + files, troubles=1)
    assert found["file_1.n_misfits"] == 5
    assert found["file_2.n_misfits"] == 7
    assert "n_misfits" not in found


def test_indexing_against_a_reference() -> None:
    table = pointless.read(REFERENCE, "pointless.log").tables["index.scores"]
    assert table.column("reindex") == ["[-h,-k,l]", "[h,k,l]"]
    assert table.column("cc") == [0.912, -0.021]


XML = """\
<POINTLESS version="1.12.2" RunTime="Sun Mar  7 12:34:56 2021">
<ReflectionFile stream=" HKLIN" name="in.mtz">
<cell> <a>  41.1</a> <b>  41.2</b> <c>  99.9</c>
 <alpha> 90</alpha> <beta> 90</beta> <gamma> 90</gamma> </cell>
<SpacegroupName> P 1 2 1</SpacegroupName>
</ReflectionFile>
<ReflectionData>
 <NumberReflections> 4321</NumberReflections>
 <NumberBatches> 78</NumberBatches>
 <Dataset name="Proj/Xtal/Native"><Wavelength> 0.97934</Wavelength>
  <Run><number> 1</number><BatchRange> 3 90</BatchRange><PhiRange>10.0 18.8</PhiRange></Run>
 </Dataset>
</ReflectionData>
<LaueGroupScoreList>
 <LaueGroupScore Accept="Accepted"><number>1</number><LaueGroupName>P 4/m m m</LaueGroupName>
  <Likelihood>0.901</Likelihood><NetZCC>9.10</NetZCC></LaueGroupScore>
 <LaueGroupScore Accept="OriginalRejected"><number>2</number><LaueGroupName>P 1 2/m 1</LaueGroupName>
  <Likelihood>0.05</Likelihood><NetZCC>-1.1</NetZCC></LaueGroupScore>
</LaueGroupScoreList>
<SpacegroupList>
 <Spacegroup><SpacegroupName>P 41 2 2</SpacegroupName><SGnumber>91</SGnumber>
  <TotalProb>0.701</TotalProb><CenProb> 1.0<CenProb></Spacegroup>
</SpacegroupList>
<BestSolution Type="spacegroup">
 <GroupName>P 41 2 2</GroupName>
 <ReindexMatrix>  1 0 0
  0 1 0
  0 0 1 </ReindexMatrix>
 <Confidence> 0.000</Confidence><LGconfidence>0.876</LGconfidence><TotalProb>0.701</TotalProb>
</BestSolution>
<SolutionWarning>Choose  later</SolutionWarning>
</POINTLESS>
"""


def test_the_xml() -> None:
    found = read(pointless_xml, XML)
    assert found["program_version"] == "1.12.2"
    assert found["input_cell"] == (41.1, 41.2, 99.9, 90, 90, 90)
    assert found["n_reflections"] == 4321
    assert found["run_1_batches"] == (3, 90)
    assert found["wavelength"] == 0.97934
    assert found["best.kind"] == "space group"
    assert found["best.space_group_confidence"] == 0.0
    assert found["best.reindex_matrix"] == (1, 0, 0, 0, 1, 0, 0, 0, 1)
    assert found["laue_groups.laue_group_2.net_z_cc"] == -1.1
    assert found["warning"] == "Choose later"


def test_an_xml_without_its_end_has_what_is_whole() -> None:
    found = read(pointless_xml, XML[: XML.index("<GroupName>P 41")], troubles=1)
    assert found["n_reflections"] == 4321
    assert "best.name" not in found
    assert_unharmed(pointless_xml, XML, 200)


def test_an_xml_with_entities_is_not_read() -> None:
    bomb = '<POINTLESS><!DOCTYPE a [<!ENTITY b "c">]></POINTLESS>'
    assert read(pointless_xml, bomb, troubles=1) == {}


@pytest.mark.parametrize("text", [OLD, XML, "", " XDS ***** CORRECT *****\n"])
def test_other_kinds_are_not_recognised(text: str) -> None:
    assert aimless.recognises(text) is None
    assert ctruncate.recognises(text) is None
