"""Instrument files are told by content, read to the last digit, and refused where they are broken."""

import cmath
import contextlib
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chemistry.errors import BadInput
from devices.spectrum_files import read_spectrum

REAL_FILES = Path(__file__).parents[3] / "shared" / "data" / "eis"

Points = list[tuple[float, complex]]


def film(count: int = 19) -> Points:
    """A film of 2 kΩ between blocking electrodes, 1 MHz to 1 Hz, as a meter prints it: six digits."""
    points = []
    for index in range(count):
        frequency = float(f"{10 ** (6 - 6 * index / (count - 1)):.5e}")
        omega = 2 * math.pi * frequency
        bulk = 2000 / (1 + 1j * omega * 2000 * 200e-12)
        value = bulk + 1 / (3e-6 * cmath.exp(0.66 * cmath.log(1j * omega)))
        points.append((frequency, complex(float(f"{value.real:.5e}"), float(f"{value.imag:.5e}"))))
    return points


def gamry(points: Points, aborted: str = "") -> str:
    head = "EXPLAIN\nTAG\tEISPOT\nFREQINIT\tQUANT\t1.00000E+006\tInitial Fre&q. (Hz)\n"
    head += (
        "FREQFINAL\tQUANT\t1.00000E+000\tFinal Fre&q. (Hz)\nOCVCURVE\tTABLE\t1\n\tPt\tT\tVf\n\t#\ts\tV\n\t0\t1\t0.1\n"
    )
    rows = [f"\t{i}\t{i}\t{f:.5e}\t{z.real:.5e}\t{z.imag:.5e}\t1" for i, (f, z) in enumerate(points)]
    table = ["ZCURVE\tTABLE", "\tPt\tTime\tFreq\tZreal\tZimag\tZsig", "\t#\ts\tHz\tohm\tohm\tV", *rows]
    return head + "\n".join(table) + f"\n{aborted}"


def biologic(points: Points) -> str:
    head = "EC-Lab ASCII FILE\nNb header lines : 8\n\nfi                  1.000\nunit fi             MHz\n"
    head += (
        "ff                  1.000\nunit ff             Hz\nfreq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\t|Z|/Ohm\tPhase(Z)/deg\t\n"
    )
    rows = [
        f"{f:.5E}\t{z.real:.5E}\t{-z.imag:.5E}\t{abs(z):.3E}\t{math.degrees(cmath.phase(z)):.2f}" for f, z in points
    ]
    return head + "\n".join(rows)


def zplot(points: Points, announced: int = 19) -> str:
    head = "ZPLOT2 ASCII\n    vs Freq-Initial:          1000000\n    vs Freq-Final:            1\n"
    head += f"  Data Points:                {announced}\n"
    head += "  Freq(Hz)\tAmpl\tBias\tTime(Sec)\tZ'(a)\tZ''(b)\tGD\nEnd Comments\n"
    return head + "".join(f"{f:.5E}\t0.01\t0\t1\t{z.real:.5E}\t{z.imag:.5E}\t0\n" for f, z in points)


def autolab(points: Points) -> str:
    head = '"Z60W Data File: Version 1.1"\n""\n0,2,0,1,1,1000000\n19\n'
    head += "\"  Freq (Hz)    Ampl     Bias   Time(Sec)   Z'(a)    Z''(b)    GD\"\n"
    return head + "".join(f"{f:.5e},0,0,0,{z.real:.5e},{z.imag:.5e},0\n" for f, z in points)


def versastudio(points: Points) -> str:
    head = "<Application>\nName=VersaStudio\n</Application>\n<Action1>\n"
    head += "End Frequency (Hz)=1\nStart Frequency (Hz)=1000000\n"
    head += "</Action1>\n<Segment1>\nType=2\n"
    head += "Definition=Segment #, E(V), Frequency(Hz), E Real, Z Real, Z Imag, ActionId, 0\n"
    rows = "".join(f"0,0.1,{f:.5e},-0.01,{z.real:.5e},{z.imag:.5e},21\n" for f, z in points)
    return head + "0,0.1,0,0,0,0,15\n" + rows + "</Segment1>\n\n<Graph1>\nAnalysis=0\n</Graph1>\n"


def chi(points: Points) -> str:
    head = "Feb. 20, 2020   15:55:08\nA.C. Impedance\nInstrument Model:  CHI660E\n\nHigh Frequency (Hz) = 1e+6\n"
    head += "Low Frequency (Hz) = 1\n\nFreq/Hz, Z'/ohm, Z\"/ohm, Z/ohm, Phase/deg\n\n"
    return head + "".join(f"{f:.5e}, {z.real:.5e}, {z.imag:.5e}, {abs(z):.3e}, -1.0\n" for f, z in points)


def parstat(points: Points) -> str:
    head = "Potential (V)\tCurrent (A)\tFrequency (Hz)\tZre (ohms)\tZim (ohms)\t\n3.4\t-0.1\t0\t0\t0\t\n"
    return head + "".join(f"3.5\t0.02\t{f:.5e}\t{z.real:.5e}\t{z.imag:.5e}\t\n" for f, z in points)


def powersuite(points: Points) -> str:
    return "Frequency\t Zre\t Zimg\r\r\n" + "".join(f"{f:.5e}\t {z.real:.5e}\t {z.imag:.5e}\r\r\n" for f, z in points)


def zahner(points: Points) -> str:
    head = "Potential..: 0.000 V\nTemperature..: 25\n\n"
    head += "Number Frequency/Hz impedance R/Ohm impedance I/Ohm Significance Time/s\n"
    rows = [f" {i}  {f:.5e}  {z.real:.5e}  {z.imag:.5e}  0.998  {3 * i}.0" for i, (f, z) in enumerate(points)]
    return head + "\n".join(rows) + "\n"


def comma(points: Points) -> str:
    return "frequency_Hz,real_ohm,imaginary_ohm\n" + "".join(f"{f},{z.real},{z.imag}\n" for f, z in points)


def german(points: Points) -> str:
    rows = "".join(f"{f:.5e};{z.real:.5e};{-z.imag:.5e}\n" for f, z in points).replace(".", ",")
    return "Frequency (Hz);Z' (Ω);−Z'' (Ω)\n" + rows


def scaled(points: Points) -> str:
    rows = [f"{i}\t{f / 1e3:.9e}\t{z.real / 1e3:.9e}\t{-z.imag / 1e3:.9e}" for i, (f, z) in enumerate(points)]
    return "Index\tf [kHz]\tRe Z [kOhm]\t-Im Z [kOhm]\n" + "\n".join(rows) + "\n"


def polar(points: Points) -> str:
    rows = [f"{f},{abs(z):.12e},{math.degrees(cmath.phase(z)):.12f}" for f, z in points]
    return "freq (Hz),|Z| (ohm),phase (deg)\n" + "\n".join(rows) + "\n"


def bare(points: Points) -> str:
    return "".join(f"{f} {z.real} {z.imag}\n" for f, z in points)


def bare_with_minus_im(points: Points) -> str:
    return "".join(f"{f},{z.real},{-z.imag}\n" for f, z in points)


WRITERS = (
    *(gamry, biologic, zplot, autolab, versastudio, chi, parstat, powersuite, zahner),
    *(comma, german, scaled, polar, bare, bare_with_minus_im),
)


def written(folder: Path, text: str | bytes, name: str = "spectrum.dat") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.__name__)
def test_every_format_gives_back_the_same_spectrum_whatever_its_name(
    tmp_path: Path, writer: Callable[[Points], str]
) -> None:
    points = film()
    spectrum = read_spectrum(written(tmp_path, writer(points)), thickness_um=150, area_cm2=0.785, temperature_C=30)
    assert spectrum.frequency_Hz == pytest.approx([f for f, _ in points], rel=1e-9)
    assert spectrum.real_ohm == pytest.approx([z.real for _, z in points], rel=1e-9)
    assert spectrum.imaginary_ohm == pytest.approx([z.imag for _, z in points], rel=1e-9)
    assert spectrum.complete, spectrum.note
    assert (spectrum.thickness_um, spectrum.area_cm2, spectrum.temperature_C) == (150, 0.785, 30)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_the_encoding_is_told_by_its_marks(tmp_path: Path, encoding: str) -> None:
    text = "# Temperature 25 °C\n" + comma(film())
    assert len(read_spectrum(written(tmp_path, text.encode(encoding))).frequency_Hz) == 19


@pytest.mark.parametrize("name", ["gamry", "biologic", "zplot", "autolab", "versastudio", "chi"])
def test_a_sweep_that_stops_early_is_said_to_be_cut_short(tmp_path: Path, name: str) -> None:
    writer = next(writer for writer in WRITERS if writer.__name__ == name)
    spectrum = read_spectrum(written(tmp_path, writer(film()[:12])))
    assert not spectrum.complete
    assert "1 Hz was asked for" in spectrum.note
    assert len(spectrum.frequency_Hz) == 12


def test_a_sweep_that_starts_late_is_said_to_be_cut_short(tmp_path: Path) -> None:
    spectrum = read_spectrum(written(tmp_path, chi(film()[6:])))
    assert not spectrum.complete
    assert "the highest frequency is 1e+04 Hz where 1e+06 Hz was asked for" in spectrum.note


def test_fewer_points_than_announced_are_counted(tmp_path: Path) -> None:
    spectrum = read_spectrum(written(tmp_path, zplot(film(), announced=40)))
    assert not spectrum.complete
    assert "19 of 40 points" in spectrum.note


@pytest.mark.parametrize(("mark", "complete"), [("T", False), ("F", True)])
def test_gamrys_mark_of_an_aborted_run_counts_only_when_it_is_set(tmp_path: Path, mark: str, complete: bool) -> None:
    after = f"EXPERIMENTABORTED\tTOGGLE\t{mark}\tExperiment Aborted\nFRACURVE\tTABLE\t1\n\tPt\tT\tV\n\t0\t2.0\t0.1\n"
    spectrum = read_spectrum(written(tmp_path, gamry(film(), after)))
    assert spectrum.complete is complete
    assert ("aborted" in spectrum.note) is not complete


def test_the_direct_current_part_is_left_out_and_said(tmp_path: Path) -> None:
    assert "1 direct-current rows left out" in read_spectrum(written(tmp_path, parstat(film()))).note


def test_gaps_and_negative_resistances_are_noted_but_kept(tmp_path: Path) -> None:
    points = film()
    points[0] = (points[0][0], -5 - 700j)
    spectrum = read_spectrum(written(tmp_path, comma(points[:4] + points[9:])))
    assert "below zero (1e+06 Hz)" in spectrum.note
    assert "no point between 1e+05 and 1000 Hz" in spectrum.note
    assert len(spectrum.frequency_Hz) == 14


def test_a_named_imaginary_part_with_the_wrong_sign_is_refused_not_turned(tmp_path: Path) -> None:
    text = "freq,Zre,Zim\n" + bare_with_minus_im(film())
    with pytest.raises(BadInput, match=r"line 2.*sign of column 'Zim'.*name it so"):
        read_spectrum(written(tmp_path, text))


BROKEN = {
    "not a number": (comma(film()).replace("1.0,", "nan,", 1), r"line 20.*'nan' under 'frequency_Hz' is not a finite"),
    "infinite": ("f,Re,Im\n1e6,1e999,-3\n", r"line 2.*'1e999'"),
    "overload mark": ("freq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\n1e6\t---\t3\n", r"line 2.*'---'"),
    "half-written line": (comma(film())[:-1].rsplit(",", 1)[0], r"line 20: the last line is half written: 2 of 3"),
    "number cut short": (powersuite(film()).rstrip()[:-5], r"half written: its last number is"),
    "text among the rows": (
        "f,Re,Im\n1e6,1,-3\nsee the notebook\n1e5,2,-4\n",
        r"line 3: 'see' under 'f' is not a finite number",
    ),
    "decimal commas": ("f,Re,Im\n1000000,0,100,5,-3,2\n", r"6 values under 3 columns.*decimals need points"),
    "frequency zero": ("f,Re,Im\n0,1,-3\n1,2,-3\n", r"line 2.*a frequency of 0 Hz"),
    "negative frequency": ("f,Re,Im\n10,1,-3\n-1,2,-3\n", r"line 3.*-1 Hz"),
    "zero impedance": ("f,Re,Im\n10,1,-3\n1,0,0\n", r"line 3.*exactly zero"),
    "no frequency": (
        biologic(film()).replace("freq/Hz\t", "", 1),
        r"line 8: the columns name an impedance but no freq",
    ),
    "area-specific": ("freq,Re(Z) (Ω·cm²),Im(Z) (Ω·cm²)\n1,2,-3\n", r"line 1.*resistance times area"),
    "names without rows": ("freq,Re,Im\n", r"the table of frequency and impedance is empty"),
    "two tables": (comma(film()) + comma(film()), r"a second spectrum starts in line 22"),
    "two sweeps": (comma(film() + film()), r"line 21: a second sweep starts here"),
    "four bare columns": ("1 2 3 4\n5 6 7 8\n", r"line 1: 4 columns of numbers without names"),
    "prose": ("Dear diary,\ntoday I measured.\n", r"no table of frequency and impedance.*Known are Gamry"),
    "empty": ("", r"the file is empty"),
    "blank": ("\n \n", r"the file is empty"),
    "binary": (b"BIO-LOGIC MODULAR FILE\x1a\x00\x00\x01", r"binary file.*Export"),
    "cut UTF-16": ("f,Re,Im\n".encode("utf-16")[:-1], r"breaks off"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_refused_with_place_value_and_remedy(tmp_path: Path, name: str) -> None:
    text, message = BROKEN[name]
    path = written(tmp_path, text)
    with pytest.raises(BadInput, match=message) as refused:
        read_spectrum(path)
    assert str(path) in str(refused.value)
    assert refused.value.remedy


def test_missing_files_and_directories_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        read_spectrum(tmp_path / "missing.z")
    with pytest.raises(BadInput, match="directory"):
        read_spectrum(tmp_path)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_whatever_make_another_error_than_bad_input(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "file"
    path.write_bytes(content)
    with pytest.raises(BadInput):
        read_spectrum(path)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_damaged_files_are_read_or_refused_never_crash(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    text = data.draw(st.sampled_from(WRITERS))(film())
    start = data.draw(st.integers(0, len(text) - 1))
    length = data.draw(st.integers(0, 60))
    path = tmp_path_factory.mktemp("fuzz") / "file"
    path.write_text(text[:start] + data.draw(st.text("0;,\t\n.eNaX-", max_size=5)) + text[start + length :])
    with contextlib.suppress(BadInput):
        assert len(read_spectrum(path).frequency_Hz) > 0


EXPECTED = {
    "Circuit1_EIS_1.z": (48, True, "ZPlot"),
    "Circuit1_EIS_2.z": (48, True, "ZPlot"),
    "Circuit2_EIS_1.z": (56, True, "ZPlot"),
    "Circuit2_EIS_2.z": (56, True, "ZPlot"),
    "Circuit3_EIS_1.z": (53, True, "ZPlot"),
    "Circuit3_EIS_2.z": (53, True, "ZPlot"),
    "exampleData.csv": (66, True, "plain table"),
    "exampleDataAutolab.txt": (41, True, "ZPlot/Autolab"),
    "exampleDataBioLogic.mpt": (43, False, "BioLogic"),
    "exampleDataCHInstruments.txt": (73, False, "CH Instruments"),
    "exampleDataGamry.DTA": (72, True, "Gamry"),
    "exampleDataGamryABORT.DTA": (72, False, "Gamry"),
    "exampleDataParstat.txt": (31, True, "Parstat"),
    "exampleDataPowersuite.txt": (30, True, "PowerSuite"),
    "exampleDataVersaStudio.par": (61, False, "VersaStudio"),
    "exampleDataZPlot.z": (21, False, "ZPlot"),
    "exampleDataZPlot_noComments.z": (31, False, "ZPlot/Autolab"),
}
"""Points, whether the sweep is whole, and the format of each published file, as counted by eye."""

real_files = pytest.mark.skipif(not REAL_FILES.is_dir(), reason=f"the public impedance files are not at {REAL_FILES}")


@real_files
@pytest.mark.parametrize("name", EXPECTED)
def test_published_files_are_read_as_the_library_reads_them_and_told_whole_or_not(name: str) -> None:
    preprocessing = pytest.importorskip("impedance.preprocessing")
    readers = {
        "ZPlot": preprocessing.readZPlot,
        "ZPlot/Autolab": preprocessing.readAutolab if "Autolab" in name else preprocessing.readZPlot,
        "plain table": preprocessing.readCSV,
        "BioLogic": preprocessing.readBioLogic,
        "CH Instruments": preprocessing.readCHInstruments,
        "Gamry": preprocessing.readGamry,
        "Parstat": preprocessing.readParstat,
        "PowerSuite": preprocessing.readPowerSuite,
        "VersaStudio": preprocessing.readVersaStudio,
    }
    path = REAL_FILES / f"impedancepy_{name}"
    points, complete, layout = EXPECTED[name]
    spectrum = read_spectrum(path)
    assert (len(spectrum.frequency_Hz), spectrum.complete) == (points, complete), spectrum.note
    assert spectrum.note.startswith(f"read as {layout}")
    frequency, impedance = readers[layout](str(path))
    assert spectrum.frequency_Hz == pytest.approx(frequency.tolist())
    assert spectrum.real_ohm == pytest.approx(impedance.real.tolist())
    assert spectrum.imaginary_ohm == pytest.approx(impedance.imag.tolist())


@real_files
def test_the_published_file_without_frequencies_is_refused() -> None:
    with pytest.raises(BadInput, match="line 61: the columns name an impedance but no frequency"):
        read_spectrum(REAL_FILES / "impedancepy_exampleDataBioLogic_MissingFreq.mpt")
