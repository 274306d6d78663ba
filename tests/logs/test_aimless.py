"""The log and the XML of AIMLESS: the summary over the versions, tables, corrections, limits."""

from __future__ import annotations

import pytest
from ccp4_samples import assert_true, assert_unharmed, banner, read, samples

from sweepwright.logs import aimless, aimless_xml, pointless

READ = """\

   Resolution range accepted:    39.50        1.81

   Number of reflections  =          4321
   Number of observations =         20123
   Number of parts        =         20123
   Number of batches      =            78
   Number of datasets     =             {n}

 * Dataset information *
      Project: Proj Crystal: Xtal Dataset: PEAK
         Unit cell:    41.10   41.10   99.90   90.00   90.00   90.00
         Wavelength:  0.97934
         Runs:       1
      Run number:   1 consists of batches{run}
         Phi range:    10.00 to    18.80   Time range:    10.00 to    18.80

   Average unit cell:   41.10   41.10   99.90   90.00   90.00   90.00

Outlier analysis
================
Number of rejected outliers within I+ || I- sets:     12,  between I+ & I-      3, on |E|max      1

"""
TABLES = """\
*****************************************************
* Merging statistics for dataset Proj/Xtal/PEAK *
*****************************************************

Number of unique reflections                       4300
Number of observations                            20100

Number of rejected outliers                          15
Number of observations rejected on Emax limit         1

$TABLE:  Analysis against all Batches for all runs, PEAK:
$GRAPHS:Rmerge v Batch for all runs:N:1,13,6:
 $$
    N   Batch    Mn(I)   RMSdev  I/rms  Rmerge    Number  Nrej Cm%poss  AnoCmp MaxRes CMlplc   $$ $$
    1       3    114.4     18.0   6.35   0.068        62     0     0.2      -    1.81   0.01
    2       4     98.5      8.5  11.54   0.058       156     2    99.9    99.4   1.84   6.78
$$
    N   Batch    Mn(I)   RMSdev  I/rms  Rmerge    Number  Nrej Cm%poss  AnoCmp MaxRes CMlplc

$TABLE:  Analysis against resolution, with & without anomalous (Ov), PEAK:
$GRAPHS:Rmerge, Rmeas, Rpim v Resolution:0|0.4x0|0.7:2,4,5,8,9,10,11:
 $$
  N  1/d^2    Dmid    Rmrg  RmrgOv   Rmeas RmeasOv    Nmeas   $$ $$
  1  0.0069  12.02   0.028   0.031   0.032   0.034     1512
  2  0.0208   6.94   0.129   0.131   0.134   0.136     2813
$$
Overall:             0.048   0.052   0.056   0.057     4325
  N  1/d^2    Dmid    Rmrg  RmrgOv   Rmeas RmeasOv    Nmeas

$TABLE:  Correlations CC(1/2) within dataset, PEAK:
$GRAPHS: CC(1/2) v resolution:N:2,4,7:
 $$
  N  1/d^2    Dmid CCanom    Nanom   CC1/2     CCfit   $$ $$
  1  0.0069  12.02 -0.059      152   0.999     1.000
  2  0.0208   6.94 -0.105      309   0.888     0.890
$$
Overall:            0.016    16212   0.997

"""
SD_OLD = """\
SD corrections:- SdFac * Sqrt[sd](I**2 + SdB I + (SdAdd I)**2)
                                Fulls
    Run                  SdFac    SdB    SdAdd
      1   OnlyFulls       0.93    0.19  -0.0157

"""
SD_NEW = """\
SD corrections:- SdFac * Sqrt[sd(I)**2 + SdB I + (SdAdd I)**2]
                                  Fulls                          Partials
    Run                  SdFac    SdB   SdAdd  ISa     SdFac    SdB   SdAdd  ISa
      1   Both            0.93   0.19  0.0200 50.0      1.11   0.22  0.0300 30.3

"""
ROWS = """\
                                           Overall  InnerShell  OuterShell
Low resolution limit                       39.50     39.50      1.84
High resolution limit                       1.81      8.10      1.81

Rmerge  (within I+/I-)                     0.048     0.028     0.648
Rmerge  (all I+ and I-)                    0.052     0.031     0.710
Rmeas (within I+/I-)                       0.056     0.032     0.763
Rmeas (all I+ & I-)                        0.057     0.034     0.767
Rpim (within I+/I-)                        0.030     0.016     0.398
Rpim (all I+ & I-)                         0.022     0.013     0.288
Rmerge in top intensity bin                0.027        -         -
Total number of observations               20100      1512      2813
Total number unique                         4300       247       388
Mean((I)/sd(I))                             19.3      55.0       2.6
{half}         0.997     0.999     0.888
Completeness                                99.9      99.2      99.8
Multiplicity                                 4.7       6.1       7.0
"""
ANOMALOUS = """\

Anomalous completeness                      99.4     100.0      99.8
Anomalous multiplicity                       3.4       3.8       3.5
DelAnom correlation between half-sets      0.016    -0.059     0.031
Mid-Slope of Anom Normal Probability       1.025       -         -

"""
END = """\

Average unit cell:   41.15  41.15  99.90        90     90     90
Space group: P 41 2 2
Average mosaicity:   0.12

Minimum and maximum SD correction factors: Fulls   0.77   1.83 Partials   0.00   0.00

$$ <!--SUMMARY_END-->

End of aimless job, total time: cpu time: 5.56 secs, elapsed time: 6.0 secs
"""
START = "<!--SUMMARY_BEGIN--> $TEXT:Result: $$ $$\nSummary data for        Project: Proj Crystal: Xtal Dataset: PEAK\n\n"
LIMITS_OLD = """\
Estimates of resolution limits: overall
   from half-dataset correlation coefficient >  0.50: limit =  1.81A  == maximum resolution
   from Mn(I/sd) >  2.00:                             limit =  1.83A

Estimates of resolution limits along reciprocal lattice axes:
  Along axis a*
   from half-dataset correlation coefficient >  0.50: limit =  2.03A
   from Mn(I/sd) >  2.00:                             limit =  2.09A
  Along axis c*
   from half-dataset correlation coefficient >  0.50: limit =  1.81A  == maximum resolution
   from Mn(I/sd) >  2.00:                             limit =  9.99A WARNING: weak data, all data below threshold
"""
LIMITS_NEW = """\
The anomalous signal appears to be weak so anomalous flag was left OFF

Estimates of resolution limits: overall
   from half-dataset correlation CC(1/2) >  0.30: limit =  1.81A  == maximum resolution
   from Mn(I/sd) >  1.50:                         limit =  1.81A  == maximum resolution
   from Mn(I/sd) >  2.00:                         limit =  1.83A

Estimates of resolution limits in reciprocal lattice directions:
  Along h k plane
   from half-dataset correlation CC(1/2) >  0.30: limit =  1.81A  == maximum resolution
   from Mn(I/sd) >  1.50:                         limit =  1.94A
  Along l axis
   from half-dataset correlation CC(1/2) >  0.30: limit =  1.82A
   from Mn(I/sd) >  1.50:                         limit =  1.95A

Anisotropic deltaB (i.e. range of principal components), A^2:  8.11
"""
OLD = (
    banner("AIMLESS", "0.1.29", "6.3", "01/02/13")
    + READ.format(n=1, run="      3 to     90")
    + TABLES
    + SD_OLD
    + START
    + ROWS.format(half="<I> correlation between half-sets ")
    + ANOMALOUS
    + LIMITS_OLD
    + END
)
NEW = (
    banner("AIMLESS", "0.7.9", "7.1.018", "03/04/22")
    + READ.format(n=1, run=" 3 - 90")
    + TABLES
    + SD_NEW
    + START
    + ROWS.format(half="Mn(I) half-set correlation CC(1/2)")
    + "Mean(Chi^2)                                 1.07      1.37      0.75\n"
    + ANOMALOUS
    + LIMITS_NEW
    + END
)
SEVERAL = (
    banner("AIMLESS", "0.3.3", "6.4", "01/02/14")
    + READ.format(n=2, run="      3 to     90")
    + TABLES
    + TABLES.replace("PEAK", "INFL").replace("0.048   0.052", "0.148   0.152")
    + """\
<!--SUMMARY_BEGIN--> $TEXT:Result: $$ $$

Summary data for datasets
   Project: Proj Crystal: Xtal Dataset: PEAK
   Project: Proj Crystal: Xtal Dataset: INFL

                                          Proj/Xtal/PEAK             Proj/Xtal/INFL

                                        Overall   Inner   Outer    Overall   Inner   Outer
Low resolution limit                      39.50   39.50    1.84      38.50   38.50    1.94
High resolution limit                      1.81    8.10    1.81       1.91    8.20    1.91

Rmerge  (within I+/I-)                    0.048   0.028   0.648      0.148   0.128   0.748
Rmerge in top intensity bin               0.027      -       -       0.127      -       -
Total number of observations              20100    1512    2813      30100    2512    3813
Mn(I) correlation between half-sets       0.997   0.999   0.888      0.987   0.989   0.878

Mid-Slope of Anom Normal Probability      1.025     -       -        1.125     -       -

Estimates of resolution limits: overall
   Dataset: Proj/Xtal/PEAK
      from half-dataset correlation coefficient >  0.50: limit =  1.81A  == maximum resolution
      from Mn(I/sd) >  2.00:                             limit =  1.83A
   Dataset: Proj/Xtal/INFL
      from half-dataset correlation coefficient >  0.50: limit =  1.93A
      from Mn(I/sd) >  2.00:                             limit =  1.95A

Estimates of resolution limits along reciprocal lattice axes:
   Dataset: Proj/Xtal/PEAK
        Along axis a*
      from half-dataset correlation coefficient >  0.50: limit =  2.03A
      from Mn(I/sd) >  2.00:                             limit =  2.09A
   Dataset: Proj/Xtal/INFL
        Along axis a*
      from half-dataset correlation coefficient >  0.50: limit =  2.13A
      from Mn(I/sd) >  2.00:                             limit =  2.19A

Dataset: Proj/Xtal/PEAK

   Average unit cell:   41.15  41.15  99.90        90     90     90
   Space group: P 41 2 2

Dataset: Proj/Xtal/INFL

   Average unit cell:   41.25  41.25  99.80        90     90     90
   Space group: P 41 2 2
"""
    + END[END.index("$$") :]
)


@pytest.mark.parametrize("file", samples("aimless*"))
def test_samples_of_aimless(file: str) -> None:
    assert_true(aimless, file, 2)


@pytest.mark.parametrize("text", [OLD, NEW])
def test_what_all_versions_say(text: str) -> None:
    found = read(aimless, text)
    assert found["names.dataset"] == "PEAK"
    assert found["wavelength"] == 0.97934
    assert found["run_1_batches"] == (3, 90)
    assert found["read.n_observations"] == 20123
    assert found["n_rejected_outliers"] == 15
    assert found["rejected.between"] == 3
    assert found["low_resolution"] == (39.5, 39.5, 1.84)
    assert found["rmerge_within"] == (0.048, 0.028, 0.648)
    assert found["rmeas_all"] == (0.057, 0.034, 0.767)
    assert found["rmerge_top_intensity"] == (0.027, None, None)
    assert found["n_obs"] == (20100, 1512, 2813)
    assert found["cc_half"] == (0.997, 0.999, 0.888)
    assert found["anomalous_slope"] == 1.025
    assert found["cell"] == (41.15, 41.15, 99.9, 90, 90, 90)
    assert found["space_group"] == "P 41 2 2"
    assert found["sd_correction.run_1.fulls_sd_fac"] == 0.93
    assert found["by_batch.batch_4.rmerge"] == 0.058
    assert found["by_batch.batch_3.cumulative_anomalous_completeness_percent"] is None
    assert found["within_and_all.shell_2.rmeas_all"] == 0.136
    assert found["within_and_all.overall.rmerge_all"] == 0.052
    assert found["half_sets.shell_2.cc_half"] == 0.888
    assert found["half_sets.overall.cc_half"] == 0.997
    assert "half_sets.overall.cc_half_fit" not in found


@pytest.mark.parametrize("text", [OLD, NEW, SEVERAL])
def test_damaged_logs_of_aimless(text: str) -> None:
    assert_unharmed(aimless, text, 80)


def test_old_limits() -> None:
    found = read(aimless, OLD)
    assert found["resolution_estimate.thresholds.cc_half"] == 0.5
    assert found["resolution_estimate.overall.i_over_sigma"] == 1.83
    assert found["resolution_estimate.overall.at_maximum"] is False
    assert found["resolution_estimate.overall.cc_half_at_maximum"] is True
    assert found["resolution_estimate.a*.cc_half"] == 2.03
    assert found["resolution_estimate.c*.i_over_sigma"] is None


def test_new_limits_of_several_thresholds() -> None:
    found = read(aimless, NEW)
    assert found["resolution_estimate.thresholds.i_over_sigma"] == 1.5
    assert found["resolution_estimate.overall.i_over_sigma"] == 1.81
    assert found["resolution_estimate.h_k.i_over_sigma"] == 1.94
    assert found["resolution_estimate.l.cc_half"] == 1.82
    assert found["limits.overall.i_over_sigma_2.00.limit"] == 1.83
    assert found["mean_chi_squared"] == (1.07, 1.37, 0.75)
    assert found["anisotropic_delta_b"] == 8.11
    assert found["anomalous_on"] is False
    assert found["sd_correction.run_1.partials_isa"] == 30.3


def test_an_estimate_that_is_printed_twice() -> None:
    """As 0.7.2 does; two that differ under one threshold cannot both be right."""
    line = next(line for line in NEW.splitlines(True) if "Mn(I/sd) >  2.00" in line)
    found = read(aimless, NEW.replace(line, line + line))
    assert found["limits.overall.i_over_sigma_2.00.limit"] == 1.83
    assert found["resolution_estimate.overall.i_over_sigma"] == 1.81
    other = line.replace("1.83", "1.93")
    assert other != line
    found = read(aimless, NEW.replace(line, line + other), 1)
    assert not any(name.startswith(("limits", "resolution_estimate")) for name in found)


def test_where_the_signal_ends_is_not_what_was_decided_of_it() -> None:
    """The estimate of 0.7.2 stands below the sentence on the flag and has the same words."""
    (sentence,) = [line for line in NEW.splitlines(True) if "nomalous flag" in line]
    limit = "Estimate of the resolution limit for a significant anomalous signal  5.56A, from the point\n"
    found = read(aimless, NEW.replace(sentence, sentence + limit))
    assert found["anomalous_status"] == sentence.strip()


def test_several_data_sets() -> None:
    found = read(aimless, SEVERAL)
    assert "rmerge_within" not in found
    assert found["dataset.PEAK.rmerge_within"] == (0.048, 0.028, 0.648)
    assert found["dataset.INFL.rmerge_within"] == (0.148, 0.128, 0.748)
    assert found["dataset.INFL.n_obs"] == (30100, 2512, 3813)
    assert found["dataset.INFL.anomalous_slope"] == 1.125
    assert found["dataset.PEAK.resolution_estimate.a*.cc_half"] == 2.03
    assert found["dataset.INFL.resolution_estimate.a*.cc_half"] == 2.13
    assert found["dataset.INFL.cell"] == (41.25, 41.25, 99.8, 90, 90, 90)
    assert found["dataset.INFL.within_and_all.overall.rmerge_all"] == 0.152
    assert found["dataset.PEAK.within_and_all.overall.rmerge_all"] == 0.052


def test_a_summary_alone() -> None:
    found = read(aimless, NEW[NEW.index("<!--SUMMARY_BEGIN") : NEW.index("End of aimless")], 1)
    assert found["cc_half"] == (0.997, 0.999, 0.888)


def test_an_error_is_no_trouble() -> None:
    text = (
        banner("AIMLESS", "0.8.2", "9.0.001", "03/04/25")
        + "**** ERROR ****\n\nFATAL ERROR message: \nNothing to scale\n-----\n\n"
        + "End of aimless job, total time: cpu time: 0.00 secs, elapsed time: 0.0 secs\n"
    )
    assert read(aimless, text)["error.hard"] == "Nothing to scale"


def test_columns_that_run_together() -> None:
    reading = aimless.read(OLD.replace("   1.84   6.78", "   1.8412345.78"), "aimless.log")
    assert reading.tables["by_batch.batches"].column("batch") == [3]
    assert [trouble.line > 0 for trouble in reading.troubles] == [True]


XML = """\
<?xml version="1.0"?>
<AIMLESS version="0.7.9" RunTime="now">
<ReflectionData><NumberReflections>4321</NumberReflections>
 <Dataset name="Proj/Xtal/PEAK"><Wavelength>0.97934</Wavelength>
  <Run><number>1</number><BatchRange>3 90</BatchRange></Run></Dataset></ReflectionData>
<SDcorrection><Run><number>1</number><Fulls><SDfac>0.93</SDfac><SDb>0.19</SDb><SDadd>0.02</SDadd>
 <ISa>50.0</ISa></Fulls></Run></SDcorrection>
<Outliers><RejectNumberUnique>12</RejectNumberUnique><RejectNumberFriedel>3</RejectNumberFriedel></Outliers>
<CCP4Table groupID="Graph" id="Graph-CChalf" title=" Correlations CC(1/2) within dataset, PEAK">
<headers separator=" ">
 N  1/d^2    Dmid CCanom    Nanom   CC1/2
</headers>
<data>
  1  0.0069  12.02 -0.059      152   0.999
  2  0.0208   6.94    -        309   0.888
</data></CCP4Table>
<AnomalousStatus>Anomalous flag switched ON in input, strong anomalous signal found</AnomalousStatus>
<Result><Dataset name="Proj/Xtal/PEAK">
 <ResolutionHigh><Overall> 1.81</Overall><Inner> 8.10</Inner><Outer> 1.81</Outer></ResolutionHigh>
 <Rmeas><Overall>0.056</Overall><Inner>0.032</Inner><Outer>0.763</Outer></Rmeas>
 <RmeasOverall><Overall>0.057</Overall><Inner>0.034</Inner><Outer>0.767</Outer></RmeasOverall>
 <NumberObservations><Overall>20100</Overall><Inner>1512</Inner><Outer>2813</Outer></NumberObservations>
 <AnomalousNPslope>1.025</AnomalousNPslope>
 <ResolutionLimitEstimate type="CChalf"><Direction>Overall</Direction><Threshold> 0.30</Threshold>
  <MaximumResolution> 1.81</MaximumResolution><Message>== maximum resolution</Message></ResolutionLimitEstimate>
 <ResolutionLimitEstimate type="I/sd"><Direction>Overall</Direction><Threshold> 1.50</Threshold>
  <MaximumResolution> 1.83</MaximumResolution></ResolutionLimitEstimate>
 <cell><a>41.15</a><b>41.15</b><c>99.9</c><alpha>90</alpha><beta>90</beta><gamma>90</gamma></cell>
 <SpacegroupName> P 41 2 2</SpacegroupName>
 <MinimumSDcorrectionFulls>0.77</MinimumSDcorrectionFulls><MaximumSDcorrectionFulls>1.83</MaximumSDcorrectionFulls>
</Dataset></Result>
</AIMLESS>
"""


def test_the_xml_has_the_names_of_the_log() -> None:
    found = read(aimless_xml, XML)
    assert found["high_resolution"] == (1.81, 8.1, 1.81)
    assert found["rmeas_within"] == (0.056, 0.032, 0.763)
    assert found["rmeas_all"] == (0.057, 0.034, 0.767)
    assert found["n_obs"] == (20100, 1512, 2813)
    assert found["anomalous_on"] is True
    assert found["rejected.between"] == 3
    assert found["sd_correction.run_1.fulls_isa"] == 50.0
    assert found["sd_correction_fulls"] == (0.77, 1.83)
    assert found["resolution_estimate.overall.cc_half"] == 1.81
    assert found["resolution_estimate.overall.i_over_sigma_at_maximum"] is False
    assert found["half_sets.shell_2.cc_anomalous"] is None
    assert found["half_sets.shell_2.cc_half"] == 0.888
    assert found["run_1_batches"] == (3, 90)
    log = read(aimless, NEW)
    assert {name for name in found if name in aimless_xml._SHELLS} <= log.keys()
    assert_unharmed(aimless_xml, XML, 100)


def test_an_incomplete_row_of_shells() -> None:
    found = read(aimless_xml, XML.replace("<Inner>0.034</Inner>", ""), troubles=1)
    assert "rmeas_all" not in found


@pytest.mark.parametrize("text", [NEW, XML, "", "Summary data for nobody"])
def test_other_kinds_are_not_recognised(text: str) -> None:
    assert pointless.recognises(text) is None
