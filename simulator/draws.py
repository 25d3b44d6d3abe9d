"""Random numbers that are the same bytes on every platform and with every numpy.

numpy guarantees the raw 64-bit output of a bit generator, but neither the distributions of `Generator` across versions
nor the last bit of `exp`, `log` and `cos` across processors. So the distributions here are made from raw bits with
integer arithmetic, `+ - * /` and `sqrt` alone, which IEEE 754 rounds in one way only.
"""

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_SQUARINGS = 10


class Draws:
    """A stream of random numbers for one purpose: what one part draws never shifts what another part gets.

    Parameters
    ----------
    seed
        Of the simulation.
    purpose
        Name of the part that draws.
    """

    def __init__(self, seed: int, purpose: str) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence([seed, crc32(purpose.encode())]))

    def uniform(self, *shape: int) -> Floats:
        """Draw numbers evenly from 0 (included) to 1 (excluded)."""
        raw = self._bits.random_raw(int(np.prod(shape)))
        return np.asarray((raw >> np.uint64(11)).astype(np.float64) * 2.0**-53).reshape(shape)

    def between(self, low: float, high: float, *shape: int) -> Floats:
        """Draw numbers evenly from `low` to `high`."""
        return low + (high - low) * self.uniform(*shape)

    def integers(self, high: int | Integers, *shape: int) -> Integers:
        """Draw whole numbers evenly from 0 to `high` (excluded); `high` may differ by element."""
        return np.asarray((self.uniform(*shape) * high).astype(np.int64))

    def popular(self, high: int | Integers, *shape: int) -> Integers:
        """Draw whole numbers from 0 to `high` (excluded), low ones far more often: the square of an even draw."""
        even = self.uniform(*shape)
        return np.asarray((even * even * high).astype(np.int64))

    def chance(self, probability: float | Floats, *shape: int) -> Flags:
        """Draw True with the given probability."""
        return np.asarray(self.uniform(*shape) < probability)

    def normal(self, *shape: int) -> Floats:
        """Draw from the standard normal, as the centred sum of twelve 16-bit numbers (exact, and within 6 of zero)."""
        count = int(np.prod(shape))
        raw = self._bits.random_raw(3 * count).reshape(count, 3)
        total = np.zeros(count, dtype=np.int64)
        for shift in (0, 16, 32, 48):
            for column in range(3):
                total += ((raw[:, column] >> np.uint64(shift)) & np.uint64(0xFFFF)).astype(np.int64)
        return np.asarray((total - 6 * 0xFFFF) / 65536.0).reshape(shape)

    def log_normal(self, median: float, spread: float | Floats, *shape: int) -> Floats:
        """Draw from the log-normal with this median and standard deviation of the logarithm."""
        return median * exponential(self.normal(*shape) * spread)

    def weighted(self, weights: Floats, count: int) -> Integers:
        """Draw positions in `weights`, each as often as its weight says."""
        edges = np.cumsum(weights)
        found = np.searchsorted(edges, self.uniform(count) * edges[-1], side="right")
        return np.asarray(np.minimum(found, len(weights) - 1), dtype=np.int64)

    def sample(self, population: Integers, count: int) -> Integers:
        """Draw `count` different elements of `population` (all of them, shuffled, when it is smaller)."""
        order = np.argsort(self._bits.random_raw(len(population)), kind="stable")
        return np.asarray(population[order[:count]])


def exponential(x: Floats) -> Floats:
    """Return about e to the power of `x`, as (1 + x/1024) to the 1024th: the same bits everywhere, 0.5% off at 3."""
    power = 1.0 + x / 2.0**_SQUARINGS
    for _ in range(_SQUARINGS):
        power = power * power
    return power
