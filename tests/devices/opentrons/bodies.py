"""The bodies of requests as the robot server's published models have them."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field


class Offset(BaseModel):
    x: float = 0
    y: float = 0
    z: float = 0


class WellLocation(BaseModel):
    origin: Literal["top", "bottom", "center", "meniscus"] = "top"
    offset: Offset = Offset()


class Slot(BaseModel):
    slotName: Literal["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "A1", "B1", "C1", "D1", "A2", "B2"]


class PipetteId(BaseModel):
    pipetteId: str


class InWell(PipetteId):
    labwareId: str
    wellName: str
    wellLocation: WellLocation = WellLocation()


class Flow(BaseModel):
    flowRate: float = Field(gt=0)


class LiquidParams(InWell, Flow):
    volume: float = Field(ge=0)


class BlowOutParams(InWell, Flow):
    pass


class LoadPipetteParams(BaseModel):
    pipetteName: Literal["p20_single_gen2", "p300_single_gen2", "p1000_single_gen2", "p1000_single_flex"]
    mount: Literal["left", "right", "extension"]
    pipetteId: str | None = None


class LoadLabwareParams(BaseModel):
    location: Slot
    loadName: str
    namespace: str
    version: int
    labwareId: str | None = None


class DropAreaParams(PipetteId):
    addressableAreaName: str
    alternateDropLocation: bool | None = False


class DropTipParams(PipetteId):
    homeAfter: bool | None = None


class HomeParams(BaseModel):
    axes: list[str] | None = None


class _Create(BaseModel):
    intent: Literal["protocol", "setup", "fixit"] | None = None
    key: str | None = None


class Liquid(_Create):
    commandType: Literal["aspirate", "dispense"]
    params: LiquidParams


class BlowOut(_Create):
    commandType: Literal["blowout"]
    params: BlowOutParams


class PickUpTip(_Create):
    commandType: Literal["pickUpTip"]
    params: InWell


class LoadPipette(_Create):
    commandType: Literal["loadPipette"]
    params: LoadPipetteParams


class LoadLabware(_Create):
    commandType: Literal["loadLabware"]
    params: LoadLabwareParams


class DropArea(_Create):
    commandType: Literal["moveToAddressableAreaForDropTip"]
    params: DropAreaParams


class DropTip(_Create):
    commandType: Literal["dropTipInPlace"]
    params: DropTipParams


class Home(_Create):
    commandType: Literal["home"]
    params: HomeParams


AnyCommand = Annotated[
    Liquid | BlowOut | PickUpTip | LoadPipette | LoadLabware | DropArea | DropTip | Home,
    Field(discriminator="commandType"),
]


class CommandBody(BaseModel):
    data: AnyCommand


class ActionData(BaseModel):
    actionType: Literal["play", "pause", "stop", "resume-from-recovery", "resume-from-recovery-assuming-false-positive"]


class ActionBody(BaseModel):
    data: ActionData


class Vector(BaseModel):
    x: float
    y: float
    z: float


class LabwareOffset(BaseModel):
    definitionUri: str
    location: Slot
    vector: Vector


class RunCreate(BaseModel):
    protocolId: str | None = None
    labwareOffsets: list[LabwareOffset] = []


class RunBody(BaseModel):
    data: RunCreate


class RunUpdate(BaseModel):
    current: bool | None = None


class UpdateBody(BaseModel):
    data: RunUpdate
