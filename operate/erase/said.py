"""What an erasure tells people."""

from operate.erase.erasing import Found
from operate.target import Target

_SHOWN = 20
UNTOUCHED = "Nothing was changed (--dry-run)."


def found(found: Found, *, dry_run: bool) -> str:
    """Return what was taken out, or would be, and what cannot be."""
    verb = "there are" if dry_run else "taken out"
    archive, quarantine = found.archive, found.quarantine
    lines = [
        f"{verb}:",
        f"{found.decisions:>9,}  decisions",
        f"{len(found.keyed):>9,}  items under the card's own key: {', '.join(found.keyed) or 'none'}",
        f"{archive.lines:>9,}  archive lines, in {archive.objects:,} objects of {archive.looked_at:,}",
        f"{quarantine.lines:>9,}  quarantined records, in {quarantine.objects:,} objects of {quarantine.looked_at:,}",
        f"{archive.versions + quarantine.versions:>9,}  older versions of objects",
    ]
    for keys, what in (
        (archive.mentioned, "archive objects have lines of other cards that mention this one; they stay"),
        (archive.not_understood + quarantine.not_understood, "objects mention the card and are of no form known here"),
        (found.elsewhere.mention, "files mention the card; rewrite or delete them, old versions too"),
        (found.elsewhere.unreadable, "files could not be opened and may mention it"),
    ):
        if keys:
            lines.append(f"{len(keys):>9,}  {what}:")
            lines += [f"           {key}" for key in keys[:_SHOWN]]
            if len(keys) > _SHOWN:
                lines.append("           ...")
    return "\n".join(lines)


def left(found: Found) -> str:
    """Return what is still there after an erasure."""
    counts = ", ".join(f"{name} {count}" for name, count in found.counts.items() if count)
    keys = ", ".join(found.archive.not_understood + found.quarantine.not_understood)
    return (
        f"NOT ERASED YET: {counts or f'objects that mention the card and are of no form known here: {keys}'}.\n"
        "A transaction of the card may have been decided meanwhile: give the command again."
    )


def erased(target: Target, evidence: str) -> str:
    """Return what is true now, and what goes by itself."""
    stream = target.client("kinesis").describe_stream_summary(StreamName=target.outputs["TransactionStreamName"])
    hours = stream["StreamDescriptionSummary"]["RetentionPeriodHours"]
    return (
        f"ERASED, and verified by reading everything again. Evidence, without the token: {evidence}\n"
        "What goes by itself:\n"
        f"  - the stream forgets what it has after {hours} hours; a batch that is retried until then may write a line "
        "of the card again. Give the command once more after that, and stop the producers of this card first\n"
        "  - backups for point-in-time recovery of the tables: 35 days\n"
        "  - alerts that were sent are with their receivers"
    )
