"""The log and the XML of CTRUNCATE, old and new."""

from __future__ import annotations

import pytest
from ccp4_samples import assert_true, assert_unharmed, banner, read, samples

from sweepwright.logs import ctruncate, ctruncate_xml

END = """\
<B><FONT COLOR='#FF0000'><!--SUMMARY_BEGIN-->
ctruncate: Normal termination
Times: User:       0.2s System:    0.0s Elapsed:     0:00
</pre>
</html>
<!--SUMMARY_END--></FONT></B>
"""
TWINNING = """\

Mean acentric moments I from input data:

  <I^2>/<I>^2 =  1.811 (Expected =  2.000, Perfect Twin =  1.500)
  <I^3>/<I>^3 =  4.511 (Expected value =  6.000, Perfect Twin =  3.000)

  Twin fraction estimate from L-test:  0.13
  Twin fraction estimate from moments: 0.11

"""
OLD = (
    "<B><FONT COLOR='#FF0000'><!--SUMMARY_BEGIN-->\n<html> <!-- CCP4 HTML LOGFILE -->\n"
    + banner("ctruncate", "1.12.9", "6.4", "01/02/14")
    + """\
Crystal/dataset names: /Xtal/Native
Ncentric = 123
Cell parameters:    41.1500    41.1500    99.9000    90.0000    90.0000    90.0000

Number of reflections: 2345

Minimum resolution =  39.500 A
Maximum resolution =   1.810 A

Spacegroup: P 41 2 2 (number   91)

Using I/sigI > 3 with completeness above 0.85, the estimated useful
Resolution Range of this data is  15.123A to   2.345A

TRANSLATIONAL NCS:
Translational NCS has been detected at ( 0.500,  0.000,  0.250).
  The probability based on peak ratio is  0.12%
 that this is by chance (with resolution limited to  4.00 A).
Peak 1 Ratio =  0.55 with Peak Vector = ( 0.500,  0.000,  0.250)

ANISOTROPY ANALYSIS (using intensities):

Eigenvalues:   0.4321   0.4321   1.1111
Eigenvalue ratios:   0.3889   0.3889   1.0000
Resolution limit in weakest direction =   3.210 A

WARNING! WARNING! WARNING! Your data is severely anisotropic

L statistic =  0.431  (untwinned 0.5 perfect twin 0.375)
"""
    + TWINNING
    + """\

Mean acentric moments I from anisotropically corrected data:

  <I^2>/<I>^2 =  1.822 (Expected =  2.000, Perfect Twin =  1.500)

Twinning fraction from H-test:   0.12

ICE RINGS:

No Ice Rings detected

Ice Ring Summary:
 reso mean_I mean_Sigma Estimated_I Zscore Completeness Ave_Completeness
  3.90 91.11      2.22       90.01      0.50   1.00   0.99
  2.67 -1.11      0.22       1.01       -9.64  0.98   0.99

WILSON SCALING:
Estimated number of residues = 99
B = 21.012 intercept = -1.234 siga =  0.111 sigb =  0.022
scale factor on intensity =     0.2911

$TABLE: Wilson plot:
$GRAPHS: Wilson plot - estimated B factor =  21.0 :A:1,2,3:
$$ 1/resol^2 ln(I/I_th) Best $$
$$
   0.01111   -7.01111        nan
   0.22222   -8.02222   -8.01234
$$

Calculation using Wilson prior
7 intensities have been rejected as unphysical
Estimated Optical Resolution: 1.6
"""
    + END
)
NEW = (
    banner("ctruncate", "1.17.25", "7.1", "03/04/17")
    + """\
Crystal/dataset names: /Xtal/Native
Spacegroup: P 41 2 2 (number   91)
Cell parameters:    41.1500    41.1500    99.9000    90.0000    90.0000    90.0000

Reflection data type: I_sigI
Number of observations (including Freidal mates): 4444
Number of unique reflections (excluding Freidal): 2345 (Acentric: 2222, Centric: 123)
Resolution range of data: 39.500 - 1.810 A

Estimated Optical Resolution: 1.611

ICE RING SUMMARY:

 reso  ice_ring  mean_I mean_Sigma Estimated_I   Ratio Zscore Completeness Ave_Completeness
 3.90   no         91.11       2.22       90.01    1.01   0.50        1.00     0.99
 2.67   yes        31.11       0.22       11.01    2.83   9.64        0.98     0.99

The ice rings table shows data Z-scores.

WILSON SCALING:

Estimated number of residues = 99

Estimate of Wilson B factor: 21.012 A^(-2), with sigma  1.111
Estimate of scale factor on intensity =     0.2911 (intercept -1.234, sigma  0.567)

Outliers total   3.3% of the bins.

 reso    mean_I mean_Sigma Estimated_I  Ratio Zscore Completeness Ave_Completeness
 6.50    965.48      28.17       795.38   1.21   6.04     1.00     0.99

TRANSLATIONAL NCS:

No translational NCS detected (with resolution limited to  4.00 A)

ANISOTROPY ANALYSIS:

Analysis using data from  39.50A to   1.81A.

Eigenvalues:  10.1111  10.1111  17.2222
Eigenvalue ratios:   0.8308   0.8308   1.0000

Some anisotropy detetect.  This may have an effect on statistics.
"""
    + TWINNING
    + "Twinning fraction from L-Test:   0.13\n\n"
    + END
)
COMMON = {
    "cell": (41.15, 41.15, 99.9, 90.0, 90.0, 90.0),
    "space_group_number": 91,
    "n_reflections": 2345,
    "n_centric": 123,
    "low_resolution": 39.5,
    "high_resolution": 1.81,
    "tncs_resolution": 4.0,
    "l_test_fraction": 0.13,
    "acentric_moment_2.input": 1.811,
    "n_residues_assumed": 99,
    "wilson_b": 21.012,
    "wilson_intercept": -1.234,
    "wilson_scale": 0.2911,
    "normal_termination": True,
    "names.crystal": "Xtal",
}


@pytest.mark.parametrize("file", samples("ctruncate*"))
def test_samples_of_ctruncate(file: str) -> None:
    assert_true(ctruncate, file, 10)


@pytest.mark.parametrize("text", [OLD, NEW])
def test_what_both_versions_say(text: str) -> None:
    found = read(ctruncate, text)
    assert {name: found[name] for name in COMMON} == COMMON
    assert_unharmed(ctruncate, text, 80)


def test_an_old_log() -> None:
    found = read(ctruncate, OLD)
    assert found["tncs"] is True
    assert found["anisotropy_strong"] is True
    assert found["anisotropy_eigenvalues"] == (0.4321, 0.4321, 1.1111)
    assert found["weakest_direction_limit"] == 3.21
    assert found["useful_resolution"] == (15.123, 2.345)
    assert found["l_mean"] == 0.431
    assert found["acentric_moment_2.corrected"] == 1.822
    assert found["ice_rings"] is False
    assert found["siga"] == 0.111
    assert found["n_rejected"] == 7
    assert found["warning"] == "Your data is severely anisotropic"
    tables = ctruncate.read(OLD, "ctruncate.log").tables
    assert tables["ice_rings.list"].column("z_score") == [0.5, -9.64]
    assert tables["wilson.points"].rows[0] == (0.01111, -7.01111, None)


def test_a_new_log() -> None:
    found = read(ctruncate, NEW)
    assert found["tncs"] is False
    assert found["anisotropy_strong"] is False
    assert found["anisotropy_eigenvalues_b"] == (10.1111, 10.1111, 17.2222)
    assert "anisotropy_eigenvalues" not in found
    assert found["wilson_b_sigma"] == 1.111
    assert found["ice_rings"] is True
    assert found["outlier_rings_percent"] == 3.3
    assert found["n_acentric"] == 2222
    tables = ctruncate.read(NEW, "ctruncate.log").tables
    assert tables["ice_rings.list"].column("is_ice") == [False, True]
    assert tables["outlier_rings.list"].column("ratio") == [1.21]


def test_a_log_without_its_end() -> None:
    found = read(ctruncate, NEW.removesuffix(END), troubles=1)
    assert "normal_termination" not in found


def test_an_error() -> None:
    failed = OLD.removesuffix(END) + " ctruncate:   Anisotropy correction failed.\n"
    assert read(ctruncate, failed)["error.hard"] == "Anisotropy correction failed."


XML = """\
<?xml version="1.0"?>
<CTRUNCATE version="1.17.25" RunTime="now">
<ReflectionFile stream="hklin" name="in.mtz">
 <cell><a>41.15</a><b>41.15</b><c>99.9</c><alpha>90</alpha><beta>90</beta><gamma>90</gamma></cell>
 <SpacegroupName>P 41 2 2</SpacegroupName></ReflectionFile>
<DataStatistics><WilsonB> 21.012</WilsonB><WilsonScale>0.2911</WilsonScale></DataStatistics>
<translationalNCS><detected>Yes</detected><PeakList>
 <Peak><coordinate>0.5 0.0 0.25</coordinate><height>0.55</height><Q-score>0.1</Q-score></Peak>
</PeakList></translationalNCS>
<AnisotropyAnalysis><Eigenvalue>0.1</Eigenvalue><Eigenvalue>0.2</Eigenvalue>
 <Eigenvalue>0.3</Eigenvalue></AnisotropyAnalysis>
<Twinning><L-test><Twinned>No</Twinned><TwinFraction>0.02</TwinFraction></L-test></Twinning>
<IceRingsAnalysis><Ring><Resolution>3.9</Resolution><Reject>no</Reject><Z-score>-0.5</Z-score></Ring>
 <Ring><Resolution>2.67</Resolution><Reject> yes </Reject><Z-score>9.6</Z-score></Ring></IceRingsAnalysis>
</CTRUNCATE>
"""


def test_the_xml() -> None:
    found = read(ctruncate_xml, XML)
    assert found["wilson_b"] == 21.012
    assert found["tncs"] is True
    assert found["twinning_suspected"] is False
    assert found["ice_rings"] is True
    assert found["cell"] == (41.15, 41.15, 99.9, 90, 90, 90)
    rings = ctruncate_xml.read(XML, "ctruncate.xml").tables["ice_rings.list"]
    assert rings.column("z_score") == [-0.5, 9.6]
    assert_unharmed(ctruncate_xml, XML, 100)
