"""Bad campaign files: one paragraph with place, value and remedy, and nothing else happens."""

from pathlib import Path

import pytest
import yaml

from chemistry.errors import BadInput
from flows.lab_files import is_simulated, read_files
from flows.spec import read_campaign
from flows.wanted import wanted_of

EXAMPLES = Path(__file__).parents[2] / "examples"


def changed(folder: Path, **changes: object) -> Path:
    """The example campaign with some keys replaced (dotted paths), beside the example lab."""
    content = yaml.safe_load((EXAMPLES / "peo_salts.yaml").read_text())
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = content
        for parent in parents:
            place = place[int(parent) if parent.isdigit() else parent]
        key = int(last) if last.isdigit() else last
        if value is None:
            del place[key]
        else:
            place[key] = value
    (folder / "simulated_lab.yaml").write_text((EXAMPLES / "simulated_lab.yaml").read_text())
    written = folder / "campaign.yaml"
    written.write_text(yaml.safe_dump(content, sort_keys=False))
    return written


@pytest.mark.parametrize(
    "example",
    sorted(file for file in EXAMPLES.glob("*.yaml") if "objectives:" in file.read_text()),
    ids=lambda path: path.stem,
)
def test_every_example_is_accepted(example: Path) -> None:
    spec, lab = read_files(example, hardware=False)
    assert spec.name == example.stem
    assert is_simulated(lab)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"budgett": {"experiments": 3}}, ["unknown key `budgett`", "did you mean `budget`"]),
        ({"budget__experimentz": 3}, ["unknown key `budget.experimentz`", "`experiments`"]),
        ({"budget": None}, ["lacks the key `budget`"]),
        ({"measure__temperatures__0": "30 kg"}, ["measure.temperatures.0", "30 kg"]),
        ({"measure__temperatures__0": "-400 °C"}, ["measure.temperatures.0", "-400"]),
        ({"measure__temperatures__0": "4000 °C"}, ["measure.temperatures.0", "4000"]),
        ({"measure__temperatures__0": "0 K"}, ["measure.temperatures.0"]),
        ({"budget__experiments": 10**14}, ["budget.experiments", "100000"]),
        ({"budget__batch": 50}, ["a batch of 50 is more than all 30 experiments"]),
        ({"measure__sweep__low": "1 MHz"}, ["measure.sweep", "1e+06"]),
        ({"space__salt_loading__unit": "furlong"}, ["space", "furlong", "Li/O"]),
        ({"space__polymers__0": "*CC(C"}, ["space.polymers.0", "*CC(C"]),
        ({"space__polymers__0": "unobtainium"}, ["space.polymers.0", "unobtainium"]),
        ({"space__salts__0": "LiTFSII"}, ["space.salts.0", "LiTFSII", "LiTFSI"]),
        ({"space__plasticiser_fraction__high": 1.2}, ["space", "1.2"]),
        ({"space__constraints__0__at_most": 1.5}, ["at_most", "1.5"]),
        ({"space__constraints__0": {"forbid": {"polymer": "PEO", "salt": "LiNO9"}}}, ["0.forbid.salt", "LiNO9"]),
        ({"space__constraints__0": {"forbid": {"polymer": "PEO"}}}, ["constraints.0", "two components at least"]),
        ({"space__constraints__0": {"forbid": {"polymer": "PCL", "salt": "LiBOB"}}}, ["PCL is not in the space"]),
        ({"space__constraints__0": {"forbidden": {"polymer": "PEO"}}}, ["constraints.0", "forbidden"]),
        ({"objectives__0__property": "shininess"}, ["objectives.0", "shininess", "log10_conductivity"]),
        ({"objectives__0__temperature": "200 °C"}, ["200", "80"]),
        ({"objectives__0__temperature": None}, ["log10_conductivity", "temperature: 30 °C"]),
        ({"objectives__0__property": "glass_transition"}, ["glass_transition has no temperature", "leave it out"]),
        ({"objectives__0__property": "log10_lithium_diffusivity"}, ["no instrument measures", "glass_transition"]),
        ({"measure__polarisation": {"voltage": "2 V"}}, ["polarisation.voltage", "2"]),
        ({"measure__voltage_sweep": {"low": "5.5 V"}}, ["voltage_sweep", "1 V at least"]),
        ({"measure__calorimetry": {"high": "-100 °C"}}, ["calorimetry", "60 K at least"]),
        ({"lab": "nowhere.yaml"}, ["nowhere.yaml", "does not exist"]),
        (
            {"objectives__0": {"property": "log10_conductivity", "goal": "maximise", "temprature": "30 °C"}},
            ["unknown key `objectives.0.temprature`; did you mean `temperature`?"],
        ),
        (
            {"validation": [{"recipe": "twin", "evry": 2, "core_hours": 1}]},
            ["unknown key `validation.0.evry`; did you mean `every`?"],
        ),
        ({"name": "Not A Name"}, ["name", "Not A Name"]),
        ({"seed": -1}, ["seed", "-1"]),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, changes: dict[str, object], words: list[str]) -> None:
    file = changed(tmp_path, **changes)
    with pytest.raises(BadInput) as refused:
        read_files(file, hardware=False)
    message = str(refused.value)
    assert "campaign.yaml" in message
    assert "\n" not in message
    for word in words:
        assert word in message


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    file = changed(tmp_path, budget__experiments=0)
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if "experiments:" in text)
    with pytest.raises(BadInput, match=f"Line {line}: `budget.experiments`"):
        read_campaign(file)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"offers": {"md": {"price": "1 h", "temperatures": ["30 °C"]}}}, "offers"),
        ({"planner__name": "pool"}, "planner.name"),
        ({"planner__name": "multi_fidelity"}, "planner.name"),
        ({"planner__swarm": {}}, "planner.swarm"),
        ({"planner__surrogate": "average"}, "planner.surrogate"),
        ({"budget__batch": 31}, "budget.batch"),
        ({"objectives__1__temperature": "200 °C"}, "objectives.1"),
        ({"space__open_polymers": {}}, "space.open_polymers"),
        ({"space__salt_loading__unit": "furlong"}, "space.salt_loading.unit"),
        ({"space__plasticiser_fraction__high": 1.2}, "space.plasticiser_fraction.high"),
        ({"space__most_plasticisers": 9}, "space.most_plasticisers"),
        ({"space__polymers__1": "PEO"}, "space.polymers.1"),
        ({"space__process": {"steps": []}}, "space.process.steps"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_across_keys_is_told_with_the_line_of_one(
    tmp_path: Path, changes: dict[str, object], key: str
) -> None:
    file = changed(tmp_path, **changes)
    node, line = yaml.compose(file.read_text()), 0
    for part in key.split("."):
        if isinstance(node, yaml.SequenceNode):
            node = node.value[int(part)]
            line = node.start_mark.line + 1
        else:
            name, node = next(pair for pair in node.value if pair[0].value == part)
            line = name.start_mark.line + 1
    with pytest.raises(BadInput, match=rf"1 problem found.*: Line {line}: `{key}`: ") as refused:
        read_campaign(file)
    assert line > 1
    assert len(refused.value.problems) == 1


@pytest.mark.parametrize(
    ("process", "words"),
    [
        ({"steps": []}, "it has no step, so no film comes of it"),
        (
            {"steps": [{"kind": "dry", "temperature_C": 250}]},
            "temperature_C is 250, and any step has it from -100 to 200",
        ),
        ({"steps": [{"kind": "press", "minutes": 1e6}]}, "minutes is 1e+06"),
        ({"steps": [{"kind": "cast"}, {"kind": "dry"}]}, "cast takes a solution, and what it finds is a powder"),
        ({"steps": [{"kind": "dissolve"}, {"kind": "cast"}, {"kind": "press"}]}, "what it finds is a wet film"),
        (
            {"steps": [{"kind": "dissolve"}, {"kind": "cast"}]},
            "the process ends here, and what it leaves is a wet film",
        ),
        ({"dry": {"temperature": "250 °C"}}, "should be at most 200 (got '250 °C')"),
        ({"dry": {"temperature": ["60 °C", "250 °C"]}}, "`space.process.dry.temperature.1`"),
    ],
)
def test_no_campaign_makes_films_by_what_no_film_survives(tmp_path: Path, process: dict, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_campaign(changed(tmp_path, space__process=process))
    assert words in str(refused.value)


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    file = changed(tmp_path, budget__batch=0, seed="seven", colour="blue")
    with pytest.raises(BadInput) as refused:
        read_campaign(file)
    assert len(refused.value.problems) == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"space__salts": []}, "`space.salts`: holds no entry and needs at least 1"),
        ({"space__salts": "LiTFSI"}, "`space.salts`: should be a list, such as [a, b] (got 'LiTFSI')."),
        ({"space__salts__0": 5}, "`space.salts.0`: should be a name of the catalogue, a SMILES"),
        ({"space__constraints__0": {"sum": ["salt"], "at_most": 0.5}}, "'salt' is none of salt_fraction, plasticiser"),
        ({"space__constraints__0": {"ratio": ["salt_fraction"], "at_most": 2}}, "constraints.0.ratio` lacks entry 2."),
        ({"objectives__0__reference": float("inf")}, "`objectives.0.reference`: should be a finite number (got inf)."),
        ({"objectives__0__reference": 1e99}, "`objectives.0.reference`: 1e+99 is beyond any number"),
        ({"objectives__0__goal": "maximize"}, "'maximize' is none of maximise, minimise; did you mean `maximise`?"),
        ({"budget": [5]}, "`budget`: should hold `key: value` pairs (got [5])."),
        ({"budget__experiments": True}, "`budget.experiments`: should be a whole number (got 'true')."),
        ({"budget__experiments": 2.5}, "`budget.experiments`: should be a whole number (got 2.5)."),
        ({"budget__experiments": 1e99}, "`budget.experiments`: is beyond any number that can be meant (got 1e+99)."),
        (
            {"planner": {"start": 10**30}},
            "`planner.start`: should be at most 1000 (got 1000000000000000000000000000000)",
        ),
        ({"seed": 10**40}, "0 is beyond any number that can be meant"),
        ({"film_mass_mg": float("nan")}, "`film_mass_mg`: should be a finite number (got nan)."),
        ({"measure__sweep__low": 1e-300}, "`measure.sweep.low`: should be at least 1e-05 (got 1e-300)."),
        ({"warm_start": {"sources": ["gossip"]}}, "'gossip' is none of literature, md, dft."),
        (
            {"approval": {"first_hardware": "perhaps"}},
            "`approval.first_hardware`: should be yes or no (got 'perhaps').",
        ),
        ({"name": "x" * 500}, "`name`: should be at most 61 small letters"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_problem_is_told_once_and_in_plain_words(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_campaign(changed(tmp_path, **changes))
    (problem,) = refused.value.problems
    assert words in f"{problem}."
    assert len(problem) < 400
    for foreign in ("Input should", "valid", "Tuple", "instance", "validation", "parse"):
        assert foreign not in problem


@pytest.mark.parametrize(("written", "means"), [("no", False), ("on", True), ("True", True), ("false", False)])
def test_yes_and_no_are_read_by_what_asks_for_them(tmp_path: Path, written: str, means: bool) -> None:
    """A name may be `no`, and a number may not."""
    file = changed(tmp_path)
    text = file.read_text().replace("name: peo_salts", "name: no")
    file.write_text(f"{text}approval: {{first_hardware: {written}}}\n")
    spec = read_campaign(file)
    assert (spec.approval.first_hardware, spec.name) == (means, "no")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x00\x01\x02\xff\xfe", "not a text file"),
        (b"name: [1, 2", "not valid YAML"),
        (b"just words", "no `key: value` pairs"),
        (b"", "no `key: value` pairs"),
        (b"name: a\nname: b\n", "given twice"),
    ],
)
def test_files_that_are_no_campaign(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "campaign.yaml"
    file.write_bytes(content)
    with pytest.raises(BadInput, match=words):
        read_campaign(file)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        read_campaign(tmp_path / "none.yaml")
    with pytest.raises(BadInput, match="folder"):
        read_campaign(tmp_path)


def test_a_lab_without_an_instrument_names_it(tmp_path: Path) -> None:
    file = changed(tmp_path)
    lab = tmp_path / "simulated_lab.yaml"
    content = yaml.safe_load(lab.read_text())
    for station in content["stations"].values():
        station.pop("mechanical_tester", None)
    lab.write_text(yaml.safe_dump(content))
    with pytest.raises(BadInput, match="mechanical_tester"):
        read_files(file, hardware=False)


@pytest.mark.parametrize(
    ("objective", "role"),
    [
        ({"property": "transference_number", "temperature": "60 °C"}, "lithium_cell"),
        ({"property": "oxidation_limit", "temperature": "60 °C"}, "lithium_cell"),
        ({"property": "glass_transition", "goal": "minimise"}, "calorimeter"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_instrument_is_needed_only_where_an_objective_needs_it(
    tmp_path: Path, objective: dict[str, str], role: str
) -> None:
    plain = changed(tmp_path)
    lab = tmp_path / "simulated_lab.yaml"
    content = yaml.safe_load(lab.read_text())
    for station in content["stations"].values():
        station.pop(role, None)
    bare = yaml.safe_dump(content)
    lab.write_text(bare)
    read_files(plain, hardware=False)
    file = changed(tmp_path, objectives__0=objective)
    lab.write_text(bare)
    with pytest.raises(BadInput, match=f"lacks {role}"):
        read_files(file, hardware=False)
    assert role in wanted_of(read_campaign(file)).roles


def test_a_glass_transition_is_asked_for_without_a_temperature(tmp_path: Path) -> None:
    file = changed(tmp_path, objectives__0={"property": "glass_transition", "goal": "minimise", "reference": 40.0})
    spec = read_campaign(file)
    assert spec.objectives[0].temperature_C is None
    assert spec.objectives[0].label == "glass_transition"
    assert wanted_of(spec).scan_heat is not None


def test_real_hardware_must_be_named(tmp_path: Path) -> None:
    file = changed(tmp_path)
    lab = tmp_path / "simulated_lab.yaml"
    lab.write_text(lab.read_text().replace("sim.lab.simulated_lab", "devices.epics.epics_lab"))
    with pytest.raises(BadInput, match="--hardware"):
        read_files(file, hardware=False)
    assert not is_simulated(read_files(file, hardware=True)[1])
