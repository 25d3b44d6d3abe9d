"""How well served scores did, once it is known what was fraud."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fraudstream.quality import Ranking, average_precision, resampled

_NEVER, _ALWAYS = 1e-7, 1 - 1e-7
"""Scores are float32: a score of 0 for a fraud must cost much, and not everything."""
FEWEST_FRAUDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What the model had in its evaluation; a figure is None where the report has none."""

    average_precision: float | None
    log_loss: float | None
    frauds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelLoss:
    """Figures of served scores on transactions whose labels have matured.

    Attributes
    ----------
    average_precision_low, average_precision_high, log_loss_low, log_loss_high
        Ends of the 95% intervals, cards resampled whole.
    worse
        Whether it ranks worse than in its evaluation, beyond the noise of both; None where nothing can be said.
    why_not
        Why nothing can be said; empty if something can.
    """

    rows: int
    frauds: int
    average_precision: float | None = None
    average_precision_low: float | None = None
    average_precision_high: float | None = None
    log_loss: float | None = None
    log_loss_low: float | None = None
    log_loss_high: float | None = None
    worse: bool | None = None
    why_not: str = ""


def log_loss(fraud: ArrayLike, score: ArrayLike) -> float:
    """Return the mean negative log-likelihood of what happened: 0 for certainty that came true, NaN without rows.

    Examples
    --------
    >>> round(log_loss([1, 0], [0.5, 0.5]), 4)
    0.6931
    """
    losses = _losses(np.asarray(fraud, np.bool_), np.asarray(score, np.float64))
    return float(losses.mean()) if len(losses) else float("nan")


def label_loss(
    fraud: NDArray[np.bool_],
    score: NDArray[np.float64],
    cards: NDArray[np.int64],
    evaluated: Evaluated | None = None,
    *,
    fewest_frauds: int = FEWEST_FRAUDS,
    resamples: int = 200,
    seed: int = 0,
) -> LabelLoss:
    """Measure served scores against what became known, and hold their ranking against the evaluation's.

    The evaluation's own noise is taken to be this sample's, scaled by the root of the numbers of frauds: average
    precision rests on few rows, the frauds. `worse` is said only where the difference exceeds both together.
    """
    rows, frauds = len(fraud), int(fraud.sum())
    if frauds < fewest_frauds or frauds == rows:
        return LabelLoss(
            rows=rows, frauds=frauds, why_not=f"{frauds} known frauds are too few; {fewest_frauds} are needed"
        )
    losses = _losses(fraud, score)
    ranking = Ranking(score)
    codes = np.unique(cards, return_inverse=True)[1]
    ranked, lost = [], []
    for weights in resampled(codes, resamples, seed):
        ranked.append(ranking.average_precisions(fraud, weights))
        lost.append(weights @ losses / np.maximum(weights.sum(axis=1), 1))
    low, high = np.nanquantile(np.concatenate(ranked), [0.025, 0.975])
    loss_low, loss_high = np.quantile(np.concatenate(lost), [0.025, 0.975])
    found = average_precision(fraud, score)
    return LabelLoss(
        rows=rows,
        frauds=frauds,
        average_precision=found,
        average_precision_low=float(low),
        average_precision_high=float(high),
        log_loss=float(losses.mean()),
        log_loss_low=float(loss_low),
        log_loss_high=float(loss_high),
        worse=_worse(found, float(high), frauds, evaluated),
    )


def _worse(found: float, high: float, frauds: int, evaluated: Evaluated | None) -> bool | None:
    if evaluated is None or evaluated.average_precision is None or not evaluated.frauds:
        return None
    here = high - found
    there = here * (frauds / evaluated.frauds) ** 0.5
    return bool(evaluated.average_precision - found > (here**2 + there**2) ** 0.5)


def _losses(fraud: NDArray[np.bool_], score: NDArray[np.float64]) -> NDArray[np.float64]:
    sure = np.clip(score, _NEVER, _ALWAYS)
    return -np.log(np.where(fraud, sure, 1 - sure))
