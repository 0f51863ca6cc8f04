"""What `chemistry` calls in order is what a film station can do, and nothing else."""

from itertools import product

from chemistry.process import Cast, Cure, Dissolve, Dry, Press, Step, out_of_order
from sim.instruments.film_station import _BECOMES, _READY
from sim.sample import Condition

KINDS: tuple[Step, ...] = (Dissolve(), Cast(), Dry(), Cure(), Press())


def refused_at(steps: tuple[Step, ...]) -> int | None:
    """The place of the step that the station refuses; the last one where what it leaves is no film to measure."""
    condition = Condition.POWDER
    for place, step in enumerate(steps):
        if condition not in _READY[step.kind]:
            return place
        condition = _BECOMES.get(step.kind, condition)
    return None if condition is Condition.DRY else len(steps) - 1


def test_every_list_of_up_to_five_steps_is_judged_as_the_station_does() -> None:
    judged = {
        steps: (out_of_order(steps), refused_at(steps))
        for length in range(1, 6)
        for steps in product(KINDS, repeat=length)
    }
    assert {steps for steps, (ours, theirs) in judged.items() if (ours and ours[0]) != theirs} == set()
    assert 10 < sum(ours is None for ours, _ in judged.values()) < len(judged) / 4
