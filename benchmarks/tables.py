"""The tables of the page: head and rows, as text."""

from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.numbers import plain, short, times, with_spread

Table = tuple[list[str], list[list[str]]]
_PARTS = {
    "standard library": "standard library",
    "numpy": "numpy",
    "boto3": "boto3 and botocore, with what they import",
    "powertools": "Powertools: logger and metrics",
    "msgspec": "msgspec",
    "zstandard": "zstandard",
    "fraudstream": "our own modules",
    "clients": "making the clients and the pipeline",
    "handler": "the handler's module",
}


def hot_path(found: Mapping[str, Any]) -> Table:
    """Return the contestants."""
    section = found["hot-path"]
    ours = section["contestants"]["fraudstream"]["cpu_us_per_record"]["median"]
    head = ["", "CPU, µs a record", "times ours", "requests", "KB sent", "KB received", "write units", "read units"]
    rows = []
    for one in section["contestants"].values():
        asked = one["per_thousand_records"]
        rows.append(
            [
                one["title"],
                with_spread(one["cpu_us_per_record"]),
                times(one["cpu_us_per_record"]["median"] / ours),
                plain(asked["requests"]),
                plain(asked["request_bytes"] / 1e3),
                plain(asked["response_bytes"] / 1e3),
                plain(asked["write_units"]),
                plain(asked["read_units"]),
            ]
        )
    return head, rows


def requests(found: Mapping[str, Any]) -> Table:
    """Return what ours asks of whom."""
    asked = found["hot-path"]["contestants"]["fraudstream"]["requests_by_operation"]
    return ["operation", "requests for 1,000 records"], [[name, short(count)] for name, count in asked.items()]


def history_lengths(found: Mapping[str, Any]) -> Table:
    """Return what a record costs by the length of its past."""
    head = [
        *("events in the past", "CPU, µs a record", "card, bytes", "write units"),
        *("terminal, bytes", "write units", "KB for 1,000 records"),
    ]
    rows = []
    for row in found["history-lengths"]:
        asked = row["per_thousand_records"]
        rows.append(
            [
                plain(row["events"]),
                with_spread(row["cpu_us_per_record"]),
                plain(row["card_item_bytes"]),
                plain(row["card_write_units"]),
                plain(row["terminal_item_bytes"]),
                plain(row["terminal_write_units"]),
                plain((asked["request_bytes"] + asked["response_bytes"]) / 1e3),
            ]
        )
    return head, rows


def batch_sizes(found: Mapping[str, Any]) -> Table:
    """Return throughput and latency by batch size."""
    head = ["records a call", "latency, ms", "records a second", "CPU, µs a record", "requests for 1,000 records"]
    return head, [
        [
            plain(row["records"]),
            with_spread(row["latency_ms"]),
            plain(row["records_per_second"]),
            with_spread(row["cpu_us_per_record"]),
            plain(row["requests_per_thousand_records"]),
        ]
        for row in found["batch-sizes"]
    ]


def shards(found: Mapping[str, Any]) -> Table:
    """Return throughput by shards, and who was busy."""
    head = [
        *("shards", "records a second", "ms a call", "functions, cores", "emulator, cores"),
        *("functions, µs a record", "emulator, µs a record"),
    ]
    return head, [
        [
            plain(row["shards"]),
            plain(row["records_per_second"]),
            plain(row["latency_ms_per_call"]),
            f"{row['function_cores']:.2f}",
            f"{row['base_cores']:.2f}",
            plain(row["function_cpu_us_per_record"]),
            plain(row["base_cpu_us_per_record"]),
        ]
        for row in found["shards"]
    ]


def initialisation(found: Mapping[str, Any]) -> Table:
    """Return the parts of a start."""
    parts = found["initialisation"]["parts_ms"]
    return ["part", "CPU, ms"], [[title, short(parts[name])] for name, title in _PARTS.items()]


def contention(found: Mapping[str, Any]) -> Table:
    """Return what writers who meet cost, and that nothing is lost."""
    head = [
        *("", "records", "requests, one writer", "requests, eight at once", "batches delivered again"),
        *("histories", "of these wrong", "transactions", "decisions"),
    ]
    rows = []
    for row in found["contention"]:
        alone, together = row["alone"], row["together"]
        rows.append(
            [
                row["case"],
                *(plain(value) for value in (together["records"], alone["requests"], together["requests"])),
                *(plain(together[name]) for name in ("redeliveries", "histories", "histories_that_differ")),
                *(plain(together[name]) for name in ("transactions", "decisions")),
            ]
        )
    return head, rows


TABLES: dict[str, Callable[[Mapping[str, Any]], Table]] = {
    "hot_path_table": hot_path,
    "requests_table": requests,
    "history_lengths_table": history_lengths,
    "batch_sizes_table": batch_sizes,
    "shards_table": shards,
    "initialisation_table": initialisation,
    "contention_table": contention,
}
