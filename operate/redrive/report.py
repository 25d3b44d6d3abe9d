"""What a run did, or would do, in words."""

from collections import Counter
from collections.abc import Iterable

from operate.redrive.bucket import TAKEN, Item
from operate.redrive.contents import Waiting
from operate.redrive.redriving import Tally

_GIVEN_UP = "(given up)"
_HELD = {
    "masked": "a card number in them was masked, so their bytes are not those that came",
    "cut": "they were too large, and only their beginning was kept",
}
_SHOWN_KEYS = 5
_HOURS = 3_600_000


def of_run(tally: Tally) -> str:
    """Return what was done."""
    answered, counts = tally.answered, tally.answered.counts
    lines = [f"{tally.records:,} records of {tally.objects:,} objects went through"]
    if tally.records > answered.unsaid:
        lines += [
            f"{counts['Decided']:>9,}  decided, or found decided and completed",
            f"{counts['Duplicates']:>9,}  repeats of transactions decided otherwise",
            f"{counts['Labels']:>9,}  labels",
            f"{counts['Quarantined']:>9,}  refused again",
            *(f"{count:>19,}  {reason}" for reason, count in sorted(answered.refused.items())),
        ]
    if counts["RulesOnlyDecisions"]:
        lines.append(f"{counts['RulesOnlyDecisions']:,} were decided by rules alone")
    if answered.unsaid:
        lines.append(f"of {answered.unsaid:,} the function does not say what it did; its log does")
    if tally.again:
        lines.append(f"{tally.again:,} were in more than one object, and were sent once")
    return "\n".join(lines + _left(tally))


def of_what_waits(found: Iterable[tuple[Item, Waiting]], tally: Tally, *, now_ms: float) -> str:
    """Return what a run would look at, by reason and age; a record in two objects counts once."""
    records: dict[str, Waiting] = {}
    keys: set[str] = set()
    interrupted = 0
    for item, record in found:
        records.setdefault(record.source, record)
        keys.add(item.key)
        interrupted += item.key.startswith(TAKEN)
    by_reason: dict[str, list[int]] = {}
    for record in records.values():
        by_reason.setdefault(record.reason or _GIVEN_UP, []).append(record.arrived_at_ms)
    lines = [
        f"{len(arrived):>9,}  {reason:<28} arrived {_age(now_ms - max(arrived))} to {_age(now_ms - min(arrived))} ago"
        for reason, arrived in sorted(by_reason.items(), key=lambda entry: -len(entry[1]))
    ]
    lines.append(f"{len(records):>9,}  records in {len(keys):,} objects; nothing was done")
    if interrupted:
        lines.append(f"{interrupted:,} lines are in {TAKEN}, where a run was interrupted or is under way")
    tally.held = Counter(record.held for record in records.values() if record.held is not None)
    return "\n".join(lines + _left(tally))


def _left(tally: Tally) -> list[str]:
    lines = [
        f"{count:,} cannot be sent again and stay: {_HELD[why]}; their producer has to send them anew"
        for why, count in sorted(tally.held.items())
    ]
    if tally.elsewhere:
        lines.append(f"{tally.elsewhere:,} objects changed or went in the meantime; another run has them, or had")
    if tally.not_understood:
        shown = ", ".join(tally.not_understood[:_SHOWN_KEYS])
        lines.append(f"{len(tally.not_understood):,} objects are of no form known here and stay: {shown}")
    return lines


def _age(milliseconds: float) -> str:
    hours = milliseconds / _HOURS
    if hours < 1:
        return f"{hours * 60:.0f} min"
    return f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} d"
