"""Whether a challenger may replace the champion: a pure function of what both foretold of the same results.

Both are asked out of sample: a film that a version has learnt from is left out first. The score of a film is the mean
log density of its readings, for they err together; the film is the unit of every test here.

1. *Paired score.* With d = challenger − champion for each recent film, the challenger is refused where a one-sided
   t-test says at level 0.05 that the mean of d is below zero; for a refit of the champion's own recipe, that it is
   below −0.1 nats. A fixed number of nats could not do this: d scatters by
   hundredths of a nat between two fits of one recipe, by whole nats between unlike models, and the test takes its
   yardstick from the films themselves. An equally good challenger is refused in one case of twenty, whatever the
   number of films; how often a worse one passes depends on how much worse it is (`benchmarks/promotion_rule.py`,
   figures in `docs/explanation/model_life.md`).
2. *Coverage.* From 30 results on, the number of films inside their 90 % interval must pass a two-sided exact binomial
   test at level 0.05. A champion that fails it too, and holds no nearer to 90 %, is not kept for this.

With fewer than six results no test can tell, and the challenger is taken: it knows more.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from models.out_of_sample import ForetoldReading, one_of_each_film

LEVEL = 0.05
"""Of both tests."""
FEWEST = 6
"""Results below which nothing is tested."""
COVERAGE_FROM = 30
"""Results from which coverage is tested."""
RECENT = 50
"""Of a campaign's results so many are looked at, the last ones."""
PROMISED = 0.9
SAME_RECIPE_nats = 0.1
"""How much worse per reading a refit of the champion's own recipe may look: the two differ by hundredths of a nat, and
in the same way on many films at once, which a test that takes films as independent would call significant."""


@dataclass(frozen=True)
class Verdict:
    """What the rule says, and the figures behind it.

    Attributes:
        films: results that both were asked for.
        lead: mean of challenger − champion, nats per reading; None where nothing was compared.
        p_not_worse: of the paired test; below `LEVEL` the challenger is worse. None where it was not tested.
        coverage, champion_coverage: share of films inside the 90 % interval; None below `COVERAGE_FROM` results.
        p_coverage: of the challenger's binomial test.
        against: why the challenger is refused, in words; empty where it is not.
    """

    films: int
    lead: float | None = None
    p_not_worse: float | None = None
    coverage: float | None = None
    champion_coverage: float | None = None
    p_coverage: float | None = None
    against: str = ""

    @property
    def promote(self) -> bool:
        """Whether the challenger replaces the champion."""
        return not self.against

    def as_dict(self) -> dict[str, Any]:
        """Figures and words, for the ledger."""
        return {
            name: round(value, 6) if isinstance(value, float) else value
            for name, value in asdict(self).items()
            if value is not None
        }


def verdict(
    challenger: Sequence[ForetoldReading], champion: Sequence[ForetoldReading], *, margin: float = 0.0
) -> Verdict:
    """Compare two versions on the readings that both foretold.

    `margin` is by how much, nats per reading, the challenger may be worse (`SAME_RECIPE_nats`).
    """
    theirs = {_key(one): one for one in champion}
    ours = {_key(one): one for one in challenger if _key(one) in theirs}
    leads: dict[str, list[float]] = {}
    for key, one in ours.items():
        leads.setdefault(one.film, []).append(one.log_score - theirs[key].log_score)
    if not leads:
        return Verdict(0)
    by_film = [sum(values) / len(values) for values in leads.values()]
    lead = sum(by_film) / len(by_film)
    if len(by_film) < FEWEST:
        return Verdict(len(by_film), lead)
    p = _p_not_below_zero([each + margin for each in by_film])
    held: dict[str, float] = {}
    worse = f"it foretells recent films worse than the champion ({lead:.3f} nats per reading, p {p:.3f})"
    against = worse if p < LEVEL else ""
    if len(by_film) >= COVERAGE_FROM:
        told = one_of_each_film(list(ours.values()))
        inside, inside_theirs = (sum(one.inside for one in some) for some in (told, [theirs[_key(o)] for o in told]))
        coverage, other = inside / len(told), inside_theirs / len(told)
        p_coverage, p_other = (_p_promised(k, len(told)) for k in (inside, inside_theirs))
        held = {"coverage": coverage, "champion_coverage": other, "p_coverage": p_coverage}
        as_bad = p_other < LEVEL and abs(other - PROMISED) >= abs(coverage - PROMISED)
        if not against and p_coverage < LEVEL and not as_bad:
            against = f"its 90 % intervals hold {100 * coverage:.0f} % of {len(told)} results (p {p_coverage:.3f})"
    return Verdict(len(by_film), lead, p, **held, against=against)


def _key(one: ForetoldReading) -> tuple[str, str, float | None]:
    return one.film, one.property, one.temperature_C


def _p_not_below_zero(values: Sequence[float]) -> float:
    """One-sided t-test: how often a mean as low as this comes by chance where the true mean is zero."""
    import numpy as np
    from scipy.stats import t

    mean, sd = float(np.mean(values)), float(np.std(values, ddof=1))
    if sd <= 1e-12 * max(1.0, abs(mean)):  # all alike: nothing is left to chance
        return 1.0 if mean >= -1e-9 else 0.0
    return float(t.cdf(mean / (sd / len(values) ** 0.5), len(values) - 1))


def _p_promised(inside: int, n: int) -> float:
    from scipy.stats import binomtest

    return float(binomtest(inside, n, PROMISED).pvalue)
