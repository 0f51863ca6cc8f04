"""How long a batch takes on a pool of a million candidates, and in how much memory; prints one JSON line.

The candidates are pairs of generated repeat units, each with the substructures and groups of both: the numbers of a
million real units would take hours to work out, once, and the choice does not ask where numbers come from. How long one
real unit takes is told too.

    python benchmarks/million_candidates.py [--candidates 1000000] [--known 100] [--batch 10]
"""

import argparse
import resource
import time

import numpy as np

from benchmarks.line import print_line, run_benchmark
from chemistry.generated_units import generated_units
from planners.pool.candidates import Pool, pool_of
from planners.pool.choosers import Kinship
from planners.pool.protocols import Told

SEED = 2026
_STRETCH = 50_000


def main() -> None:
    """Make the pool, choose a batch and print the line."""
    parser = argparse.ArgumentParser(description="A batch from a million candidates.")
    parser.add_argument("--candidates", type=int, default=1_000_000)
    parser.add_argument("--known", type=int, default=100, help="candidates with a result")
    parser.add_argument("--batch", type=int, default=10)
    given = parser.parse_args()
    count = int(np.ceil((1 + np.sqrt(1 + 8 * given.candidates)) / 2))
    units = generated_units(count, SEED)
    begun = time.perf_counter()
    single = pool_of(units)
    each = (time.perf_counter() - begun) / count
    pool = pairs(single, given.candidates)
    rows = np.random.default_rng(SEED).permutation(len(pool))[: given.known]
    told = Told(tuple(rows.tolist()), tuple(pool.numbers[rows, 0].tolist()))
    begun, worked = time.perf_counter(), time.process_time()
    chosen = Kinship().choose(given.batch, pool, told)
    print_line(
        "million_candidates",
        candidates=len(pool),
        known=given.known,
        batch=len(chosen),
        wall_seconds=round(time.perf_counter() - begun, 2),
        processor_seconds=round(time.process_time() - worked, 2),
        peak_memory_GiB=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
        arrays_GiB=round((pool.counts.nbytes + pool.numbers.nbytes) / 2**30, 2),
        seconds_to_work_out_one_real_unit=round(each, 4),
    )


def pairs(single: Pool, most: int) -> Pool:
    """The first so many pairs of different units: substructures of both, and the mean of their numbers."""
    one, other = (index[:most] for index in np.triu_indices(len(single), k=1))
    counts = np.empty((len(single.counts), len(one)), dtype=np.uint8)
    for substructure, own in enumerate(single.counts):
        counts[substructure] = np.minimum(own[one].astype(np.uint16) + own[other], 255)
    numbers = np.empty((len(one), single.numbers.shape[1]), dtype=np.float32)
    for start in range(0, len(one), _STRETCH):
        rows = slice(start, start + _STRETCH)
        numbers[rows] = (single.numbers[one[rows]] + single.numbers[other[rows]]) / np.sqrt(2.0)
    return Pool(tuple(f"{i}+{j}" for i, j in zip(one.tolist(), other.tolist(), strict=True)), counts, numbers)


if __name__ == "__main__":
    run_benchmark(main)
