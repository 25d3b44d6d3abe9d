"""What was known of each transaction, and when: all that a cut by time needs to look at."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from checks import NothingToLearnError, OneClassError, check_counts
from fraudstream.columns import FRAUD, UNKNOWN
from moments import epoch_ms
from numpy.typing import NDArray
from raw_data import LABELS
from silence import horizon
from windows import Cut, Window, Wish, dated, proportional

FEWEST_ROWS = {"train": 200, "validation": 50, "test": 50}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A cut, by which rows it is filled, and why it is not the one that was wished for.

    Attributes
    ----------
    only_labelled
        Whether rows without a label are left out, old as they may be.
    known_by_ms
        Train and validation take a fraud for one only where it was reported by then.
    """

    cut: Cut
    only_labelled: bool
    matured_by_ms: int
    known_by_ms: int
    warnings: tuple[str, ...] = ()

    def usable(self, known: "Known") -> NDArray[np.bool_]:
        """Return the rows whose truth is known: old enough that silence speaks, or else labelled either way."""
        return known.labelled if self.only_labelled else known.event_ms <= self.matured_by_ms

    def fraud(self, name: str, known: "Known") -> NDArray[np.bool_]:
        """Return the frauds of a part, as known when that part may know them."""
        return known.fraud if name == "test" else known.fraud & (known.label_ms <= self.known_by_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Times and labels of a log, one element a transaction, in order of time.

    Attributes
    ----------
    label_ms
        When the label became known; `NOT_A_TIME` where there is none.
    """

    event_ms: NDArray[np.int64]
    label_ms: NDArray[np.int64]
    fraud: NDArray[np.bool_]
    labelled: NDArray[np.bool_]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> "Known":
        """Take it from a log in contract columns."""
        return cls.from_codes(
            epoch_ms(frame["event_time"]),
            epoch_ms(frame["label_time"]),
            frame["label"].map(LABELS).fillna(UNKNOWN).to_numpy(np.int8),
        )

    @classmethod
    def from_codes(cls, event_ms: NDArray[np.int64], label_ms: NDArray[np.int64], label: NDArray[np.int8]) -> "Known":
        """Take it from times, and labels as the feature engine numbers them."""
        return cls(event_ms=event_ms, label_ms=label_ms, fraud=label == FRAUD, labelled=label != UNKNOWN)

    def horizon(self, as_of_ms: int, delay_ms: int) -> int:
        """Return until when labels arrived."""
        return horizon(self.label_ms[self.labelled], as_of_ms, delay_ms)

    def choose(self, as_of_ms: int, wish: Wish) -> Chosen:
        """Return the dated cut where history is long enough for it and each part has both classes, else by share.

        Raises
        ------
        NothingToLearnError, OneClassError
            If not even the cut by share has both classes and rows enough in each part.
        """
        matured_by = as_of_ms - wish.delay_ms
        found = dated(int(self.event_ms[0]), as_of_ms, wish)
        reason = "history is too short for warm-up, train, validation, gap and test"
        if found is not None:
            # What is learned from is labelled as it was known when test began; only a dated cut can afford that.
            chosen = Chosen(cut=found, only_labelled=False, matured_by_ms=as_of_ms, known_by_ms=found.test.start_ms)
            try:
                self._check(chosen)
            except (NothingToLearnError, OneClassError) as error:
                reason = str(error)
            else:
                return chosen
        only_labelled = self._both_are_said(matured_by)
        usable = self.labelled if only_labelled else self.event_ms <= matured_by
        found = proportional(self.event_ms[usable])
        if found is None:
            raise NothingToLearnError(
                f"{int(usable.sum())} rows whose truth is known are too few, or too close in time, to cut by time"
            )
        chosen = Chosen(
            cut=found,
            only_labelled=only_labelled,
            matured_by_ms=matured_by,
            known_by_ms=as_of_ms,
            warnings=(f"cut by share of rows, without a gap, because {reason}: figures are optimistic",),
        )
        self._check(chosen)
        return chosen

    def reported_too_late(self, cut: Cut) -> int:
        """Count frauds that are learned as legitimate, because nobody had reported them when test began."""
        learned = cut.train.holds(self.event_ms) | cut.validation.holds(self.event_ms)
        return int((self.fraud & learned & (self.label_ms > cut.test.start_ms)).sum()) if cut.gap_ms else 0

    def _both_are_said(self, matured_by_ms: int) -> bool:
        """Tell whether labels name legitimate rows too, and more rows than silence would speak for."""
        matured = int((self.event_ms <= matured_by_ms).sum())
        return bool((self.labelled & ~self.fraud).any()) and matured < int(self.labelled.sum())

    def _check(self, chosen: Chosen) -> None:
        usable = chosen.usable(self)
        for name, fewest in FEWEST_ROWS.items():
            window: Window = getattr(chosen.cut, name)
            rows = usable & window.holds(self.event_ms)
            check_counts(name, int(rows.sum()), int((chosen.fraud(name, self) & rows).sum()), fewest)
