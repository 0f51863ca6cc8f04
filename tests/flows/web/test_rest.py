"""The REST interface by the same rules as the command line: what is read, entered, corrected, sent and taken out."""

import csv
import io
import json
from typing import Any

import pytest

from ledger.author import Role
from tests.flows.web.served import FINISHED, RUNNING, Served
from tests.flows.web.test_audit import ENTRY, HOW, TABLE

PEO, PPO = "*CCO*", "*CC(C)O*"
SALTED = {"salt": "LiTFSI", "loading": {"value": 0.08, "unit": "Li/O"}}
KINDS: dict[str, dict[str, Any]] = {
    "copolymer": {"polymer": {"units": [PEO, PPO], "fractions": [0.7, 0.3], "architecture": "random"}, **SALTED},
    "block": {
        "polymer": {"units": [PEO, "*CC(c1ccccc1)*"], "fractions": [0.5, 0.5], "architecture": "block"},
        **SALTED,
    },
    "branched": {"polymer": {"units": ["*CC(*)(C)C(=O)OCCOCCOC"], "architecture": "graft"}, **SALTED},
    "network": {"polymer": {"units": [PEO], "architecture": "crosslinked", "molar_mass_kg_mol": 100}, **SALTED},
    "blend": {"polymer": {"units": [PEO, "*OC(=O)OCC*"], "fractions": [0.6, 0.4], "architecture": "blend"}, **SALTED},
    "composite": {
        "polymer": "PEO",
        **SALTED,
        "fillers": [{"filler": {"formula": "Li7La3Zr2O12", "conducting": True}, "weight_fraction": 0.2}],
        "additives": {"SN": 0.1},
    },
    "single ion": {"polymer": "*CC(*)(C)C(=O)OCCCS(=O)(=O)[N-]S(=O)(=O)C(F)(F)F"},
    "cured": {"polymer": "PEO", **SALTED, "process": {"steps": [{"kind": "cure", "temperature_C": 90, "hours": 3}]}},
}


@pytest.mark.parametrize("kind", KINDS)
def test_films_of_every_kind_are_entered_and_found(web: Served, kind: str) -> None:
    program = web.program(Role.OPERATOR)
    entry = {**ENTRY, "formulation": KINDS[kind], "reference": f"notebook, {kind}"}
    told = program.post("/films", json=entry)
    assert told.status_code == 201, told.text
    again = program.post("/films", json=entry).json()
    assert (again["film_id"], again["new"]) == (told.json()["film_id"], False)
    (found,) = program.get("/films", params={"text": f"notebook, {kind}"}).json()["items"]
    assert found["film_id"] == told.json()["film_id"]
    assert found["provenance"]["by"] == "Olga"
    history = program.get(f"/films/{found['film_id']}").json()
    assert [(o["value"], o["source"], o["trust"]) for o in history["observations"]] == [(-5.1, "literature", 0.5)]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"formulation": {"polymer": "PEO"}}, "neutral and no salt"),
        ({"formulation": {"polymer": "PEO", "salt": "LiTFSI"}}, "loading"),
        ({"formulation": {"polymer": "unobtainium", **SALTED}}, "unobtainium"),
        ({"formulation": {"polymer": "*CC(*)*", **SALTED}}, "open end"),
        ({"formulation": {"polymer": {"units": [PEO, PPO], "fractions": [0.7, 0.2]}, **SALTED}}, "sum to 1"),
        (
            {"formulation": {"polymer": "PEO", **SALTED, "additives": {"SN": 0.6, "EC": 0.6}}},
            "no polymer|nothing is left",
        ),
        ({"readings": []}, "needs at least 1"),
        ({"readings": [{"property": "colour", "value": 1, "sd": 0}]}, "no property `colour`"),
        ({"readings": [{"property": "log10_conductivity", "value": -5, "sd": 0}]}, "needs a temperature"),
        (
            {"readings": [{"property": "log10_conductivity", "value": 3, "sd": 0, "temperature_C": 30}]},
            "outside -16 to 0",
        ),
        ({"readings": [{"property": "log10_conductivity", "value": -5, "sd": 0, "temperature_C": 303}]}, "at most 250"),
        ({"source": "measured"}, "literature, md or dft"),
        ({"reference": ""}, "reference"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_is_refused_in_one_paragraph(reading: Served, changed: dict[str, Any], said: str) -> None:
    answer = reading.program(Role.OPERATOR).post("/films", json={**ENTRY, **changed})
    assert answer.status_code == 422, answer.text
    detail = answer.json()["detail"]
    assert len(detail.splitlines()) == 1
    assert any(part in detail for part in said.split("|")), detail


def test_a_film_is_corrected_taken_back_and_entered_anew(web: Served) -> None:
    program = web.program(Role.OPERATOR)
    film = program.post("/films", json=ENTRY).json()["film_id"]
    told = program.post(f"/films/{film}/corrections", json={"property": "log10_conductivity", "value": -5.4}).json()
    assert [(c["before"], c["after"]) for c in told["changes"]] == [(-5.1, -5.4)]
    better = {**ENTRY, "formulation": KINDS["network"]}
    new = program.post(f"/films/{film}/replacement", json={"entry": better, "note": "it was cured"}).json()
    old = program.get(f"/films/{film}").json()
    assert {o["holds"] for o in old["observations"]} == {"replaced", "taken back"}
    assert [(a["by"], a["after"]) for a in old["amendments"]] == [("Olga", -5.4), ("Olga", None)]
    assert new["film_id"] in old["amendments"][1]["note"]
    assert program.get("/observations", params={"film_id": new["film_id"]}).json()["total"] == 1
    assert program.post(f"/films/{film}/corrections", json={"retract": True}).status_code == 400  # nothing holds


def test_a_film_that_was_made_here_is_corrected_as_by_hand(web: Served) -> None:
    """Its conductivities move with its thickness; what it is made of is what was dosed, and cannot be replaced."""
    program = web.program(Role.OPERATOR)
    film = program.get("/films", params={"campaign_id": FINISHED, "text": "c2-e002a"}).json()["items"][0]["film_id"]
    told = program.post(f"/films/{film}/corrections", json={"thickness_um": 75.625}).json()
    assert [c["after"] - c["before"] for c in told["changes"]] == [pytest.approx(-0.30103, abs=1e-5)] * 2
    assert program.post(f"/films/{film}/replacement", json={"entry": ENTRY}).status_code == 400


def test_a_table_is_looked_at_before_it_is_brought_in(web: Served) -> None:
    program = web.program(Role.OPERATOR)
    table = TABLE + b"PEO,,0.05,60,1e-4,10.1/x\nPEO,LiTFSI,0.05,60,seven,10.1/x\n"
    seen = program.post("/imports/preview", params=HOW, content=table).json()
    assert (seen["rows"], seen["films"], seen["new_films"], seen["refused"]) == (4, 1, 1, 2)
    assert [(r["row"], r["reason"]) for r in seen["refusals"]] == [(4, "loading without salt"), (5, "not a number")]
    counts = program.get("/counts").json()
    wanted = {**HOW, "previewed": seen["fingerprint"]}
    changed = program.post("/imports", params=wanted, content=table + b"\n")
    assert (changed.status_code, "not what was looked at" in changed.text) == (400, True)
    assert program.get("/counts").json() == counts
    told = program.post("/imports", params=wanted, content=table).json()
    assert (told["films_added"], told["readings_added"], told["refused"]) == (1, 2, 2)
    twice = program.post("/imports", params=wanted, content=table).json()
    assert (twice["films_added"], twice["films_known"]) == (0, 1)
    mended = TABLE.replace(b"1e-4", b"2e-4")
    how = {**HOW, "replace": "true"}
    print_ = program.post("/imports/preview", params=how, content=mended).json()["fingerprint"]
    told = program.post("/imports", params={**how, "previewed": print_}, content=mended).json()
    assert (told["films_added"], told["films_taken_back"]) == (1, 1)


@pytest.mark.parametrize(
    ("how", "content", "said"),
    [
        (HOW, b"", "empty"),
        (HOW, b"\x00\x01\x02", "binary"),
        (HOW, b"a,b\n1,2\n", "missing columns"),
        ({**HOW, "format": "pe_i"}, TABLE, "cannot be sent"),
        ({**HOW, "unit": ["loading"]}, TABLE, "FIELD=VALUE"),
        ({**HOW, "unit": ["loading=parsec", "conductivity=S/cm"]}, TABLE, "no unit of loading"),
        (HOW, b"PK\x03\x04 no workbook", "binary"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(reading: Served, how: Any, content: bytes, said: str) -> None:
    answer = reading.program(Role.OPERATOR).post("/imports/preview", params=how, content=content)
    assert (answer.status_code, said in answer.json()["detail"]) == (400, True), answer.text
    assert "/tmp" not in answer.text


def test_a_spreadsheet_is_read_as_its_first_sheet(web: Served) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="needs openpyxl (extra tables)")
    book, file = openpyxl.Workbook(), io.BytesIO()
    for line in TABLE.decode().splitlines():
        book.active.append([float(cell) if cell[0].isdigit() and "/" not in cell else cell for cell in line.split(",")])
    book.active.append(["PEO", "LiTFSI", 0.05, 90, "#DIV/0!", "10.1/x"])
    book.save(file)
    program, how = web.program(Role.OPERATOR), {**HOW, "name": "films.xlsx"}
    refused = program.post("/imports/preview", params=how, content=file.getvalue())
    assert (refused.status_code, "row 4" in refused.text) == (400, True)
    book.active.delete_rows(4)
    file = io.BytesIO()
    book.save(file)
    sheet = program.post("/imports/preview", params=how, content=file.getvalue()).json()
    plain = program.post("/imports/preview", params=HOW, content=TABLE).json()
    assert sheet["films_seen"] == plain["films_seen"]


def test_what_a_filter_finds_is_taken_out_in_every_form(reading: Served) -> None:
    program = reading.program(Role.VIEWER)
    asked = {"property": "log10_conductivity", "published": "true"}
    page = program.get("/observations", params={**asked, "descending": "false"}).json()
    values = [item["value"] for item in page["items"]]
    assert page["total"] == len(values) == 3
    rows = list(csv.DictReader(program.get("/observations/files/csv", params=asked).text.splitlines()))
    assert sorted(float(row["value"]) for row in rows) == sorted(values)
    answer = program.get("/observations/files/jsonld", params=asked)
    assert answer.headers["content-type"] == "application/ld+json"
    nodes = json.loads(answer.text)["@graph"]
    assert sorted(node["variableMeasured"]["value"] for node in nodes) == pytest.approx(sorted(10**v for v in values))
    assert {node["variableMeasured"]["unitText"] for node in nodes} == {"S/cm"}
    assert len({node["@id"] for node in nodes}) == len(nodes)


def test_parquet_has_types(reading: Served) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs pyarrow (extra tables)")
    answer = reading.program(Role.VIEWER).get("/observations/files/parquet", params={"campaign_id": FINISHED})
    table = parquet.read_table(io.BytesIO(answer.content))
    assert str(table.schema.field("value").type) == "double"
    assert (
        table.num_rows
        == reading.program(Role.VIEWER).get("/observations", params={"campaign_id": FINISHED}).json()["total"]
    )


def test_a_film_is_told_with_its_spectra(reading: Served) -> None:
    program = reading.program(Role.VIEWER)
    film = program.get("/films/c2-e001a").json()
    assert film["suggestion"]["planner"] == "bayesian"
    spectra = program.get("/films/c2-e001a/spectra").json()
    assert [m["kind"] for m in spectra] == ["impedance", "modulus", "polarisation", "voltage_sweep", "calorimetry"]
    number = spectra[0]["id"]
    assert program.get(f"/spectra/{number}").json() == spectra[0]
    table = program.get(f"/spectra/{number}/csv").text.splitlines()
    assert (table[0], len(table)) == ("frequency_Hz,real_ohm,imaginary_ohm", 4)


def test_a_campaign_under_way_is_told_and_obeys(web: Served) -> None:
    program = web.program(Role.OPERATOR)
    status = program.get(f"/campaigns/{RUNNING}/status").json()
    assert (status["state"], status["waits_for_approval"].keys()) == ("running", {"1", "2", "3"})
    told = program.post(f"/campaigns/{RUNNING}/commands", json={"command": "pause", "note": "lunch"}).json()
    assert told["running"] is False
    (command,) = program.get(f"/campaigns/{RUNNING}/commands").json()
    assert (command["command"], command["by"], command["note"], command["obeyed_event"]) == (
        "pause",
        "Olga",
        "lunch",
        None,
    )
    program.post(f"/campaigns/{RUNNING}/approvals/1", json={"approved": False, "note": "too dear"})
    first, *_ = program.get(f"/campaigns/{RUNNING}/approvals").json()
    assert (first["state"], first["by"], first["note"]) == ("refused", "Olga", "too dear")
    assert "code" not in first
    again = program.post(f"/campaigns/{RUNNING}/approvals/1", json={"approved": True})
    assert (again.status_code, "cannot be answered" in again.text) == (400, True)
    experiments = program.get(f"/campaigns/{RUNNING}/experiments").json()
    assert [e["state"] for e in experiments] == ["cancelled", "suggested", "suggested"]
    events = program.get(f"/campaigns/{RUNNING}/events", params={"limit": 2}).json()
    more = program.get(f"/campaigns/{RUNNING}/events", params={"after": events[-1]["number"]}).json()
    assert more[0]["number"] > events[-1]["number"]


def test_stock_models_and_stations(web: Served) -> None:
    program = web.program(Role.OPERATOR)
    (peo,) = program.get(f"/campaigns/{RUNNING}/stock").json()
    assert (peo["label"], peo["left_mg"]) == ("PEO", 900.0)
    strange = program.post(f"/campaigns/{RUNNING}/stock/fill", json={"component": "water", "mass_mg": 5})
    assert (strange.status_code, "uses no component" in strange.text) == (400, True)
    for mass in (True, "5"):  # which are no numbers, though Python takes them for some
        assert program.post(f"/campaigns/{RUNNING}/stock/fill", json={"component": "PEO", "mass_mg": mass}).is_error
    assert program.get(f"/campaigns/{RUNNING}/stock").json()[0]["left_mg"] == 900.0
    models = program.get(f"/campaigns/{FINISHED}/models").json()
    assert [v["version"] for v in models["versions"]] == [1, 2]
    assert models["champion"]["version"] == 2
    assert [s["station"] for s in program.get("/stations").json()] == ["synthesis"]


def test_the_ledger_that_is_away_is_said_to_be_away(web: Served) -> None:
    from ledger.errors import LedgerUnavailable

    def away() -> None:
        raise LedgerUnavailable("The ledger's database did not do what it was asked: gone")

    client, program = web.client(), web.program(Role.VIEWER)
    web.desk.ledger.database.weather = away
    answer = client.get("/health")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert program.get("/campaigns").status_code == 503
