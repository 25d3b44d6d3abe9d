"""Spikes, hour by hour: rates that vary by themselves, and rates that are a multiple of that."""

import numpy as np
from fraudstream.rates import judge

_DAYS = 28
_KINDS = ((2_000, 0.2), (20_000, 0.2), (20_000, 0.4), (200_000, 0.3))
_TIMES = (1.0, 2.5, 4.0, 8.0)
_SHARE = 0.005


def table(hours: int) -> str:
    """Return how many hours were called a spike, for each kind of traffic and size of burst."""
    head = " | ".join(f"burst of {times:g}" for times in _TIMES[1:])
    lines = [
        f"| transactions an hour | rates vary by | ordinary | {head} |",
        "|---|---|---|" + "---|" * len(_TIMES[1:]),
    ]
    for decided, varies in _KINDS:
        called = [0] * len(_TIMES)
        for seed in range(hours):
            events, total = _past(seed, decided, varies)
            for place, times in enumerate(_TIMES):
                if times == 1 or seed < hours // 10:
                    burst = events.copy()
                    burst[-12:] = np.round(burst[-12:] * times)
                    called[place] += judge(burst, total).is_spike
        found = " | ".join(f"{count / (hours // 10):.0%}" for count in called[1:])
        lines.append(f"| {decided:,} | {varies:.0%} | {called[0]} of {hours:,} | {found} |")
    return "\n".join(lines)


def _past(seed: int, decided: int, varies: float) -> tuple[np.ndarray, np.ndarray]:
    """Return counts of five minutes: a day has a shape, weekends are quiet, and each hour's rate has its own mood.

    Moods are log-normal, which reaches further out than the negative binomial that is tested with.
    """
    random = np.random.default_rng(seed)
    hour = np.arange(_DAYS * 24 + 1) + random.integers(0, 168)
    shape = (1 + 0.6 * np.sin(hour / 24 * 2 * np.pi)) * np.where(hour // 24 % 7 >= 5, 0.7, 1.0)
    total = random.poisson(np.repeat(decided / 12 * shape, 12))
    mood = np.repeat(random.lognormal(-(varies**2) / 2, varies, len(hour)), 12)
    return random.poisson(total * _SHARE * mood).astype(float), total.astype(float)
