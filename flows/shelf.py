"""The containers that a lab file speaks of, and what a campaign needs of them."""

from collections.abc import Iterator

from chemistry.material import material
from chemistry.polymer import Polymer
from chemistry.recipe import component_key
from chemistry.salt import Additive, Salt
from devices.lab_file import LabFile
from flows.spec import CampaignSpec
from ledger.stock import Stock


def shelve(stock: Stock, spec: CampaignSpec, lab_file: LabFile) -> None:
    """Write down the containers that the lab file names, or fills anew, of what the campaign may use.

    An amount that this campaign's file said otherwise before is a new container. Where somebody else put one there,
    another campaign of the same lab or a person, that one stands.
    """
    by = f"the lab file of {spec.name}"
    levels, said_before = stock.levels(), stock.last_filled_by(by)
    for component, label, mass_mg in declared(spec, lab_file):
        if component not in levels:
            stock.fill(component, label, mass_mg, by=by, where_none=True)
        elif said_before.get(component, mass_mg) != mass_mg:
            stock.fill(component, label, mass_mg, by=by)


def declared(spec: CampaignSpec, lab_file: LabFile) -> Iterator[tuple[str, str, float]]:
    """Component key, label and amount, mg, of each component of the design space that the lab file says a word of."""
    named = {component_key(material(name)): mg for name, mg in lab_file.stock.items() if name != "default"}
    default = lab_file.stock.get("default")
    for component in components(spec):
        key = component_key(component)
        mass_mg = named.get(key, default)
        if mass_mg is not None:
            yield key, component.label, mass_mg


def components(spec: CampaignSpec) -> Iterator[Polymer | Salt | Additive]:
    """Everything that the design space may ask for."""
    space = spec.space
    yield from (*space.polymers, *space.salts, *(p for p in space.plasticisers if p is not None))
