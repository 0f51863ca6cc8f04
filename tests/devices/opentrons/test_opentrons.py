"""A liquid handler doses what was asked for, and refuses what it cannot do before anything moves."""

import re
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from chemistry.errors import BadInput
from devices.dispenser import Dispenser
from devices.drivers.opentrons import OpentronsDispenser
from devices.drivers.opentrons_dose import portions
from devices.drivers.opentrons_settings import OpentronsSettings, Pipette, Solution
from devices.drivers.protocols import Driver, Recalls, Task
from devices.errors import InstrumentError
from tests.devices.opentrons.bench import (
    MASS_mg,
    dose,
    fallen_mg,
    never,
    restarted,
)
from tests.devices.opentrons.contract import ContractServer


def test_it_is_a_driver_that_recalls(driver: OpentronsDispenser) -> None:
    as_driver: Driver = driver
    assert isinstance(as_driver, Recalls)
    assert not driver.minds_its_owner


def test_connecting_says_who_it_is_and_moves_nothing(driver: OpentronsDispenser, server: ContractServer) -> None:
    assert "OT-2 Standard 'cell'" in driver.connect()
    assert server.robot.runs == {}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"robot_name": "other"}, "the lab file names 'other'"),
        ({"software": "6.3.1"}, r"7\.1 or later is needed"),
        ({"pipette": "p20_single_gen2"}, "on its left mount is p20_single_gen2"),
    ],
)
def test_a_robot_that_was_not_meant_is_refused(
    given_settings: dict[str, Any], server: ContractServer, change: dict[str, str], words: str
) -> None:
    for name, value in change.items():
        setattr(server.robot, name, value)
    wanted = {name: value for name, value in change.items() if name == "robot_name"}
    with pytest.raises(InstrumentError, match=words):
        restarted({**given_settings, **wanted}).connect()


def test_nobody_there_is_said_in_a_paragraph(given_settings: dict[str, Any]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        driver = restarted({**given_settings, "address": f"http://127.0.0.1:{unused.getsockname()[1]}"})
    with pytest.raises(InstrumentError, match=r"nobody answers at http.*is the address right"):
        driver.connect()
    assert "nobody answers" in str(driver.refusal(dose()))


def test_something_else_at_the_address_is_no_robot(driver: OpentronsDispenser, server: ContractServer) -> None:
    server.network.web_page = True
    with pytest.raises(InstrumentError, match="is it an Opentrons robot"):
        driver.connect()


def test_a_dose_is_pipetted_in_equal_transfers_from_its_container_into_the_samples_vial(
    driver: OpentronsDispenser, server: ContractServer
) -> None:
    assert driver.refusal(dose()) is None
    values = driver.perform(dose(), never)
    assert set(values) == set(Dispenser.results)
    assert values["dispensed_mg"] == pytest.approx(MASS_mg) == pytest.approx(fallen_mg(server))
    assert values["totaliser_mg"] == pytest.approx(MASS_mg)
    assert {(fell.source, fell.target) for fell in server.robot.fell} == {(("3", "A1"), ("2", "A1"))}
    volumes = [fell.volume_uL for fell in server.robot.fell]
    assert len(volumes) == 2
    assert max(volumes) - min(volumes) < 1e-9
    assert len(server.robot.tips) == 1
    assert server.robot.current is None, "the robot is free for others afterwards"


def test_the_robot_keeps_the_orders_id_with_every_command(driver: OpentronsDispenser, server: ContractServer) -> None:
    driver.perform(dose("0e2b-order"), never)
    (run,) = server.robot.runs.values()
    assert all(command["key"].startswith("0e2b-order/") for command in run.commands)
    assert {command["intent"] for command in run.commands} == {"protocol"}
    assert run.commands[-1]["commandType"] == "home"


def test_the_robot_is_told_of_the_whole_deck_and_its_offsets(
    given_settings: dict[str, Any], server: ContractServer
) -> None:
    given_settings["labware"]["2"]["offset_mm"] = (0.1, -0.2, 1.5)
    given_settings["labware"]["9"] = {"load_name": "something_tall"}
    restarted(given_settings).perform(dose(), never)
    (run,) = server.robot.runs.values()
    loads = [command["params"] for command in run.commands if command["commandType"] == "loadLabware"]
    assert {load["location"]["slotName"] for load in loads} == {"1", "2", "3", "9"}
    (offset,) = run.offsets
    assert (offset.definitionUri, offset.vector.z) == ("custom_beta/vials_15/1", 1.5)


def test_samples_get_wells_in_the_order_of_first_use_and_keep_them(
    given_settings: dict[str, Any], server: ContractServer
) -> None:
    for number, sample in enumerate(["c1-e001a", "c1-e002a", "c1-e001a", "c1-e003a"]):
        restarted(given_settings).perform(dose(f"order-{number}", sample, mg=20), never)
    assert [fell.target[1] for fell in server.robot.fell] == ["A1", "A2", "A1", "A3"]
    assert len(set(server.robot.tips)) == 4
    assert "no vial is free" in str(restarted(given_settings).refusal(dose("order-5", "c1-e004a")))
    vials = {**given_settings["vials"], "rack": "second"}
    fresh = restarted({**given_settings, "vials": vials})
    assert fresh.refusal(dose("order-5", "c1-e004a")) is None
    assert "stands in rack 'first'" in str(fresh.refusal(dose("order-6", "c1-e001a")))


def test_a_container_is_refused_when_it_is_empty_until_it_has_a_new_filling(
    given_settings: dict[str, Any], server: ContractServer
) -> None:
    driver = restarted(given_settings)
    for number in range(3):
        driver.perform(dose(f"order-{number}"), never)
    words = str(driver.refusal(dose("order-4")))
    assert "the container has 200 µL left that the tip can reach" in words
    with pytest.raises(InstrumentError, match="200 µL left"):
        driver.perform(dose("order-4"), never)
    assert driver.refusal(dose("order-4", mg=40)) is None
    solutions = {**given_settings["solutions"]}
    solutions["LiTFSI"] = {**solutions["LiTFSI"], "filling": "second"}
    assert restarted({**given_settings, "solutions": solutions}).refusal(dose("order-4")) is None
    assert fallen_mg(server) == pytest.approx(3 * MASS_mg)


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (dose(component="water"), "no container holds 'water'.*Its solutions are LiTFSI, PEO"),
        (dose(mg=1.0), "1 mg are 5 µL of a solution of 0.2 mg/µL, less than the 20 µL"),
        (dose(mg=0.0), "is none"),
        (dose(mg=float("nan")), "is none"),
        (Task("order", "c1-e001a", "Sweep", {}), "takes no Sweep"),
    ],
)
def test_what_it_cannot_dose_is_refused_before_anything_moves(
    driver: OpentronsDispenser, server: ContractServer, task: Task, words: str
) -> None:
    assert re.search(words, str(driver.refusal(task)))
    with pytest.raises(InstrumentError, match=words):
        driver.perform(task, never)
    assert server.robot.runs == {}


def test_an_empty_rack_of_tips_is_refused(given_settings: dict[str, Any]) -> None:
    given_settings["tips"] = {"slot": "1", "rack": "first", "wells": ["A1"]}
    driver = restarted(given_settings)
    driver.perform(dose(), never)
    assert "the rack of tips 'first' is empty" in str(driver.refusal(dose("order-2")))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"vials": {"slot": "5", "rack": "x", "wells": ["A1"]}}, "labware.*names nothing"),
        ({"tips": {"slot": "2", "rack": "x"}}, "holds the tips, and something else"),
        ({"vials": {"slot": "3", "rack": "x", "wells": ["A2"]}}, "a vial and PEO are both in well A2"),
        ({"address": "192.168.1.60"}, "address"),
    ],
)
def test_a_deck_that_cannot_be_is_refused(given_settings: dict[str, Any], change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        OpentronsSettings.model_validate({**given_settings, **change})


def test_a_pipette_that_cannot_split_every_volume_is_refused(given_settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="must be twice the minimum"):
        Pipette.model_validate({**given_settings["pipette"], "maximum_uL": 30})


def test_a_repeated_order_is_not_dosed_again(given_settings: dict[str, Any], server: ContractServer) -> None:
    first = restarted(given_settings).perform(dose(), never)
    again = restarted(given_settings)
    assert again.refusal(dose()) is None
    assert again.perform(dose(), never) == first == again.recall(dose())
    assert fallen_mg(server) == pytest.approx(MASS_mg)


def test_a_run_of_somebody_else_is_left_alone(driver: OpentronsDispenser, server: ContractServer) -> None:
    foreign = server.robot.create("protocol-of-a-person")
    assert "somebody else started is on the robot" in str(driver.refusal(dose()))
    with pytest.raises(InstrumentError, match="somebody else"):
        driver.perform(dose(), never)
    driver.safe()
    assert foreign.status == "idle"
    assert server.robot.current == foreign.id


def test_a_run_that_becomes_current_meanwhile_is_a_conflict_and_nothing_is_dosed(
    given_settings: dict[str, Any], server: ContractServer
) -> None:
    real = server.robot.create

    def too_late(protocol_id: str | None, offsets: Any = ()) -> Any:
        server.robot.create = real
        foreign = real("protocol-of-a-person")
        foreign.status = "running"
        return real(protocol_id, offsets)

    server.robot.create = too_late
    with pytest.raises(InstrumentError, match=r"Run Already Active.*it never began"):
        restarted(given_settings).perform(dose(), never)
    assert server.robot.fell == []


def test_broken_notes_are_refused(given_settings: dict[str, Any]) -> None:
    path = Path(given_settings["memory"])
    path.parent.mkdir()
    path.write_text("{")
    with pytest.raises(InstrumentError, match="not the notes of this driver"):
        restarted(given_settings).connect()


def test_the_contract_server_refuses_wrong_bodies_as_the_real_one_does(server: ContractServer) -> None:
    run = server.robot.create(None)
    wrong = {"data": {"commandType": "aspirate", "params": {"volume": -1}}}
    headers = {"opentrons-version": "4"}
    answer = httpx.post(f"{server.address}/runs/{run.id}/commands", json=wrong, headers=headers, trust_env=False)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["id"] == "InvalidRequest"
    assert httpx.get(f"{server.address}/runs", trust_env=False).status_code == 422


def test_a_body_that_the_api_refuses_is_said_with_its_place(
    given_settings: dict[str, Any], server: ContractServer
) -> None:
    given_settings["labware"]["B7"] = given_settings["labware"].pop("2")
    given_settings["vials"]["slot"] = "B7"
    with pytest.raises(InstrumentError, match=r"Invalid Request.*slotName.*status 422.*it never began"):
        restarted(given_settings).perform(dose(), never)


PIPETTE = Pipette(
    name="p300_single_gen2",
    mount="left",
    minimum_uL=20,
    maximum_uL=300,
    systematic_error=0.025,
    aspirate_uL_s=46,
    dispense_uL_s=46,
    blow_out_uL_s=46,
)


VOLUMES = st.one_of(st.floats(1.0, 5000.0), st.integers(1, 250).map(lambda tens: tens * 20.0))


@settings(deadline=None)
@given(st.floats(0.001, 1.0), VOLUMES, st.floats(0.0, 0.2))
def test_every_mass_is_split_into_the_fewest_transfers_that_the_pipette_can_measure(
    concentration: float, volume: float, relative: float
) -> None:
    solution = Solution(
        slot="1",
        well="A1",
        filling="x",
        concentration_mg_uL=concentration,
        concentration_sd_mg_uL=relative * concentration,
        volume_uL=1e6,
    )
    mass = volume * concentration
    nanolitre = 1e-3
    try:
        found = portions(mass, solution, PIPETTE, 5001.0)
    except BadInput:
        assert volume < PIPETTE.minimum_uL
        return
    assert sum(found.volumes_uL) == pytest.approx(volume, abs=nanolitre * len(found.volumes_uL))
    assert all(PIPETTE.minimum_uL <= each <= PIPETTE.maximum_uL for each in found.volumes_uL)
    assert (len(found.volumes_uL) - 1) * PIPETTE.maximum_uL < volume - nanolitre / 2 + 1e-9
    assert found.mass_mg == pytest.approx(found.volume_uL * concentration)
    assert found.standard_deviation_mg >= found.mass_mg * max(relative, 0.025 / 3**0.5) * (1 - 1e-9)


def test_a_volume_beyond_what_is_left_is_refused_and_not_split() -> None:
    solution = Solution(
        slot="1", well="A1", filling="x", concentration_mg_uL=1, concentration_sd_mg_uL=0, volume_uL=1000
    )
    with pytest.raises(BadInput, match="has 99 µL left"):
        portions(100, solution, PIPETTE, 99)
