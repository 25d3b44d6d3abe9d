"""What prepare leaves: the three parts, and the report of what they were made from. One machine or many end alike."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import drift
import validation
from cutting import Log, describe
from dataset import Part, write_part
from jobs import iso, progress, write_json
from known import Chosen, Known
from leaks import check_columns, check_features
from served import missing_shares
from windows import DAY_MS, Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found on the way, for the report.

    Attributes
    ----------
    rows, features
        Counts of rows by what became of them; how features as served compare with recomputed ones.
    """

    source: validation.Source
    counts: validation.Counts
    rows: dict[str, int]
    labels_without_transaction: int
    features: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a log is cut.

    Attributes
    ----------
    as_of_ms, until_ms
        What is known is known at `as_of_ms`; labels arrived until `until_ms`, and windows lie before it.
    """

    wish: Wish
    as_of_ms: int
    until_ms: int
    chosen: Chosen

    @classmethod
    def of(cls, known: Known, wish: Wish, as_of_ms: int) -> "Plan":
        """Choose the cut.

        Raises
        ------
        NothingToLearnError, OneClassError
            As `Known.choose`.
        """
        until_ms = known.horizon(as_of_ms, wish.delay_ms)
        return cls(wish=wish, as_of_ms=as_of_ms, until_ms=until_ms, chosen=known.choose(until_ms, wish))


def write_outputs(
    output: Path, log: Log, known: Known, plan: Plan, findings: Findings, *, champion: Path | None
) -> None:
    """Cut the log, look for leaks, and write parts and report; nothing is written where something must not be learned.

    Parameters
    ----------
    log, known
        The log, or what of it the parts need; and times and labels of all of it.

    Raises
    ------
    LeakyFeatureError, LeakyColumnError
        As the search for leaks does.
    """
    chosen, until_ms, as_of_ms = plan.chosen, plan.until_ms, plan.as_of_ms
    parts = log.parts(chosen, plan.wish)
    looked_over, warnings = validation.describe(findings.source, findings.counts)
    if until_ms < as_of_ms:
        days = (as_of_ms - until_ms) / DAY_MS
        warnings.append(
            f"no label has arrived in the last {days:.1f} days, since {iso(until_ms)}: what happened since is not used"
        )
    warnings += chosen.warnings
    # Columns first: what is in one shows in the features that are computed from it, and is better named where it is.
    warnings += check_columns(log.frame.iloc[log.rows("train", chosen)], parts["train"].fraud)
    warnings += check_features(parts["train"])
    drifted, more = _drift(parts["train"], champion)
    warnings += more
    for name, part in parts.items():
        write_part(output / name, part)
        start = iso(getattr(chosen.cut, name).start_ms)
        progress(name, rows=len(part), frauds=int(part.fraud.sum()), start=start)
    for warning in warnings:
        progress("warning", text=warning)
    write_json(
        output / "report.json",
        {
            **describe(chosen, parts, until_ms),
            "warnings": warnings,
            "schema_hash": log.schema.schema_hash,
            "features_version": log.schema.features_version,
            "rows": findings.rows,
            "labels": {
                "frauds_known": int(known.fraud.sum()),
                "legitimate_known": int((known.labelled & ~known.fraud).sum()),
                "without_transaction": findings.labels_without_transaction,
                "frauds_learned_as_legitimate": known.reported_too_late(chosen.cut),
            },
            "validation": looked_over,
            "drift": drifted,
            "features": findings.features,
            "missing": missing_shares(parts["train"].features, log.schema.feature_names),
        },
    )


def _drift(train: Part, champion: Path | None) -> tuple[dict[str, Any] | None, list[str]]:
    """Return how far the train rows are from the champion's; None where there is no champion to compare with."""
    found = drift.read_champion(champion)
    if found is None:
        return None, []
    if isinstance(found, str):
        return None, [f"drift is not measured: the champion's {found}"]
    report, warnings = drift.compare(train, *found)
    largest = ",".join(f"{name}:{value:.3g}" for name, value in report["largest"].items())
    progress("drift", champion=report["champion"], large=len(report["large"]), largest=largest)
    return report, warnings
