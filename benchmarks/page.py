"""docs/performance.md: the prose of `performance.template.md`, the numbers of results.json."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fraudstream.features import FEATURE_NAMES

from benchmarks import results
from benchmarks.numbers import plain, short, times
from benchmarks.places import PAGE
from benchmarks.tables import TABLES

_TEMPLATE = Path(__file__).parent / "performance.template.md"
_PLACE = re.compile(r"\{\{([a-z0-9_]+)\}\}")
_SATURATED = 0.85
"""A core this busy has no more to give: the rest goes into switching and waiting."""


class PageError(Exception):
    """The template asks for something that was not measured."""


def write() -> None:
    """Write the page of what was measured last."""
    PAGE.write_text(page(results.read()))


def page(found: Mapping[str, Any], template: str | None = None) -> str:
    """Return the page.

    Raises
    ------
    PageError
        Where the template names a number or table that the results do not have.
    """
    values = _values(found)

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        if name in TABLES:
            return table(*TABLES[name](found))
        if name not in values:
            raise PageError(f"the template asks for {name}, which was not measured")
        return values[name]

    return _PLACE.sub(fill, _TEMPLATE.read_text() if template is None else template)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown; numbers, which is what all columns but the first hold, stand to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _values(found: Mapping[str, Any]) -> dict[str, str]:
    """Return what stands within sentences."""
    hot, start, machine = found["hot-path"], found["initialisation"], found["machine"]
    same = [one["same_features"] for one in hot["contestants"].values() if "same_features" in one]
    ratios, contestants = hot["ratios"], hot["contestants"]
    versions = ", ".join(f"{name} {number}" for name, number in found["versions"].items())
    lengths = {row["events"]: row for row in found["history-lengths"]}
    return {
        "date": found["date"],
        "machine": f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']}",
        "versions": versions,
        "offline_section": _offline(found),
        "quick": "**These figures come of a quick run and are not for publication.** " if found["quick"] else "",
        "features": plain(len(FEATURE_NAMES)),
        "features_without_state": plain(sum(not name.startswith(("card_", "terminal_")) for name in FEATURE_NAMES) + 1),
        "compared": plain(sum(one["records"] for one in same)),
        "largest_difference": f"{max(one['largest_difference'] for one in same):.1g}",
        "rounds": str(hot["rounds"]),
        "peers_over_ours": times(ratios["peers_over_ours"]),
        "documents_over_ours": times(ratios["with_documents_over_ours"]),
        "tutorial_over_ours": times(ratios["tutorial_over_ours"]),
        "framework_over_ours": times(ratios["framework_over_ours"]),
        "over_floor": times(ratios["over_floor"]),
        "peers_over_one_thread": times(ratios["peers_over_one_thread"]),
        "one_thread_over_floor": times(ratios["one_thread_over_floor"]),
        "requests": short(contestants["fraudstream"]["per_thousand_records"]["requests"]),
        "peer_requests": short(contestants["with_state"]["per_thousand_records"]["requests"]),
        "ready_ms": plain(start["bytecode"]["cpu_ms"]["median"]),
        "ready_source_ms": plain(start["source"]["cpu_ms"]["median"]),
        "dependencies_mb": plain(start["layers_mb"]["dependencies"]),
        "modules": plain(start["modules"]),
        "growth": times(lengths[10_000]["cpu_us_per_record"]["median"] / lengths[60]["cpu_us_per_record"]["median"]),
        "card_60_bytes": plain(lengths[60]["card_item_bytes"]),
        "card_60_units": plain(lengths[60]["card_write_units"]),
        "largest_card_bytes": plain(max(row["card_item_bytes"] for row in lengths.values())),
        "largest_terminal_bytes": plain(max(row["terminal_item_bytes"] for row in lengths.values())),
        "saturation": _saturation(found["shards"], machine["cores"]),
    }


def _saturation(rows: Sequence[Mapping[str, Any]], cores: int) -> str:
    """Say what is busy where most records come through; the emulator is one process and mostly one thread."""
    best = max(rows, key=lambda row: row["records_per_second"])
    emulator, functions = best["base_cores"], best["function_cores"]
    share = best["base_cpu_us_per_record"] / best["function_cpu_us_per_record"]
    if emulator >= _SATURATED:
        verdict = "The emulator is what saturates: it is one process, and its core is full"
    elif emulator + functions >= _SATURATED * cores:
        verdict = f"The machine is what saturates: emulator and functions share {cores} cores"
    else:
        verdict = "Neither emulator nor functions fill the machine: calls wait for one another"
    return (
        f"{verdict}. With {best['shards']} shards, where most records came through, the\n"
        f"emulator kept {emulator:.2f} of a core busy and all functions together {functions:.2f};\n"
        f"a record costs the emulator {share:.1f} times what it costs the function."
    )


def _offline(found: Mapping[str, Any]) -> str:
    """Return the engine over a whole log, as `benchmarks.offline_engine` words it; nothing where it was not run."""
    return f"## A whole log at once\n\n{found['offline']['markdown']}\n\n" if "offline" in found else ""
