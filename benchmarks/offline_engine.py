"""The offline engine beside pandas: all served features against fifteen, on the Fraud Detection Handbook's data.

`python -m benchmarks.offline_engine [--data handbook.parquet] [--rounds 3]` prints its progress, and last a line of
JSON with the figures and a `markdown` table; `null` where the data is not there. Each contestant runs in a process of
its own, one after another in each round, so that peak memory is its own and none is favoured by what ran before.

What is timed: for the engine, from the columns of `Transactions` in memory to the feature matrix in the order of the
input; for pandas, from a DataFrame of the same columns in memory, in the same order of time, to one with fifteen more
in that order. Nothing is read, written or converted within.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

DATA = Path(__file__).parents[2] / "shared/data/handbook.parquet"
_DAY_MS = 86_400_000
_WARM_UP = 20_000
_DAYS = (1, 7, 30)
_DELAY_DAYS = 7
Run = Callable[[int], Any]

CONTESTANTS = {
    "engine_2_threads": "this engine, all features, 2 threads",
    "engine_1_thread": "this engine, all features, 1 thread",
    "engine_text_ids": "this engine, all features, 2 threads, ids as lists of text",
    "pandas_rolling": "pandas `groupby().rolling(window, on=time)`, 15 features",
    "pandas_per_entity": "pandas as the book describes it, entity by entity, 15 features",
}
_ONCE = {"pandas_per_entity"}
"""It takes most of a minute: once is enough to see by how much."""


def main() -> int:
    """Measure, or be one of the measured; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--contestant", choices=[*CONTESTANTS, "nobody"], help=argparse.SUPPRESS)
    parser.add_argument("--columns", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contestant == "nobody":
        print(_write_columns(options.data, options.columns))
        return 0
    if options.contestant:
        print(json.dumps(_measure(options.contestant, options.columns)))
        return 0
    if not options.data.exists():
        print(f"no {options.data.name}: see the README for where to fetch it")
        print("null")
        return 0
    print(json.dumps(_compare(options.data, options.rounds)))
    return 0


def _compare(data: Path, rounds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as directory:
        # In a process of its own as well: Linux counts what a parent held towards the peak of its children.
        rows = _in_a_process("nobody", Path(directory), "--data", str(data))
        taken: dict[str, list[dict[str, float]]] = {name: [] for name in CONTESTANTS}
        for number in range(rounds):
            for name in CONTESTANTS:
                if name in _ONCE and number:
                    continue
                taken[name].append(_in_a_process(name, Path(directory)))
                print(f"round {number + 1}, {name}: {taken[name][-1]['seconds']:.2f} s", flush=True)
    found = {name: {key: median(each[key] for each in runs) for key in runs[0]} for name, runs in taken.items()}
    times_faster = {
        name: {key: found[name][key] / found["engine_2_threads"][key] for key in ("seconds", "cpu_seconds")}
        for name in ("pandas_rolling", "pandas_per_entity")
    }
    result = {"rows": rows, "rounds": rounds, "contestants": found, "times_faster": times_faster}
    return result | {"markdown": _markdown(result)}


def _write_columns(data: Path, directory: Path) -> int:
    """Write the columns once, so that the measured processes load nothing but them; return how many rows there are."""
    import pandas as pd  # noqa: PLC0415 - the engine's processes must not have it in memory

    frame = pd.read_parquet(data)
    columns = {
        "time": frame["TX_DATETIME"].to_numpy("datetime64[ms]").astype(np.int64),
        "card": frame["CUSTOMER_ID"].to_numpy(np.int64),
        "terminal": frame["TERMINAL_ID"].to_numpy(np.int64),
        "amount": np.round(frame["TX_AMOUNT"].to_numpy() * 100).astype(np.int64),
        "fraud": frame["TX_FRAUD"].to_numpy(np.int8),
    }
    for name, column in columns.items():
        np.save(directory / f"{name}.npy", column)
    return len(frame)


def _in_a_process(name: str, directory: Path, *options: str) -> Any:
    module = [sys.executable, "-m", "benchmarks.offline_engine"]
    command = [*module, "--contestant", name, "--columns", str(directory), *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def _measure(name: str, directory: Path) -> dict[str, float]:
    """Run one contestant on the first few rows, for its imports and first calls, then on all; return what it took."""
    columns = {path.stem: np.load(path) for path in sorted(directory.glob("*.npy"))}
    prepare = {
        "engine_2_threads": lambda: _engine(columns, workers=2),
        "engine_1_thread": lambda: _engine(columns, workers=1),
        "engine_text_ids": lambda: _engine(columns, workers=2, text=True),
        "pandas_rolling": lambda: _pandas(columns, _rolling),
        "pandas_per_entity": lambda: _pandas(columns, _per_entity),
    }[name]
    run, n = prepare(), len(columns["time"])
    run(_WARM_UP)
    before, cpu, began = _peak_mb(), time.process_time(), time.perf_counter()
    answer = run(n)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    if len(answer) != n:
        raise AssertionError(f"{len(answer)} rows of {n}")
    return {"seconds": seconds, "cpu_seconds": cpu_seconds, "columns_mb": before, "peak_mb": _peak_mb()}


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def _engine(columns: dict[str, np.ndarray], *, workers: int, text: bool = False) -> Run:
    from fraudstream.columns import FRAUD, LEGITIMATE, Transactions  # noqa: PLC0415 - not in pandas' processes
    from fraudstream.features.numbering import Numbered  # noqa: PLC0415
    from fraudstream.offline import compute_features  # noqa: PLC0415

    def numbered(ids: np.ndarray) -> Any:
        distinct, code = np.unique(ids, return_inverse=True)
        names = Numbered([str(each) for each in distinct.tolist()], code)
        return list(names) if text else names

    n = len(columns["time"])
    transaction_id = [str(number) for number in range(n)]
    card, terminal = numbered(columns["card"]), numbered(columns["terminal"])
    currency = ["EUR"] * n if text else Numbered(["EUR"], np.zeros(n, np.int64))
    label = np.where(columns["fraud"] > 0, FRAUD, LEGITIMATE).astype(np.int8)
    label_time = columns["time"] + _DELAY_DAYS * _DAY_MS

    def run(rows: int) -> Any:
        transactions = Transactions(
            transaction_id=transaction_id[:rows] if rows < n else transaction_id,
            card_id=card[:rows],
            terminal_id=terminal[:rows],
            event_time_ms=columns["time"][:rows],
            amount_minor=columns["amount"][:rows],
            currency=currency[:rows],
            label=label[:rows],
            label_time_ms=label_time[:rows],
        )
        return compute_features(transactions, workers=workers)

    return run


def _pandas(columns: dict[str, np.ndarray], add_features: Callable[[Any], Any]) -> Run:
    import pandas as pd  # noqa: PLC0415

    frame = pd.DataFrame(
        {
            "time": pd.to_datetime(columns["time"], unit="ms"),
            "card": columns["card"],
            "terminal": columns["terminal"],
            "amount": columns["amount"] / 100,
            "fraud": columns["fraud"],
        }
    )

    def run(rows: int) -> Any:
        some = frame.iloc[:rows].copy()
        some["weekend"] = (some["time"].dt.day_of_week >= 5).astype(np.int8)
        some["night"] = (some["time"].dt.hour <= 6).astype(np.int8)
        return add_features(some)

    return run


def _rolling(frame: Any) -> Any:
    """Sort by entity and time, then roll over all entities at once: what a careful pandas user writes."""
    frame = frame.sort_values(["card", "time"], kind="stable")
    for days in _DAYS:
        window = frame.groupby("card").rolling(f"{days}D", on="time")["amount"]
        count = window.count().to_numpy()
        frame[f"card_count_{days}d"] = count
        frame[f"card_mean_{days}d"] = window.sum().to_numpy() / count
    frame = frame.sort_values(["terminal", "time"], kind="stable")

    def seen(days: int) -> tuple[np.ndarray, np.ndarray]:
        window = frame.groupby("terminal").rolling(f"{days}D", on="time")["fraud"]
        return window.count().to_numpy(), window.sum().to_numpy()

    early, early_frauds = seen(_DELAY_DAYS)
    for days in _DAYS:
        count, frauds = seen(_DELAY_DAYS + days)
        frame[f"terminal_count_{days}d"] = count - early
        frame[f"terminal_risk_{days}d"] = _share(frauds - early_frauds, count - early)
    return frame.sort_index()


def _per_entity(frame: Any) -> Any:
    """Take one entity after another, and roll over its own transactions by time."""

    def of_card(mine: Any) -> Any:
        amounts = mine.set_index("time")["amount"]
        added = {}
        for days in _DAYS:
            window = amounts.rolling(f"{days}D")
            count = window.count().to_numpy()
            added |= {f"card_count_{days}d": count, f"card_mean_{days}d": window.sum().to_numpy() / count}
        return mine.assign(**added)

    def of_terminal(mine: Any) -> Any:
        frauds = mine.set_index("time")["fraud"]

        def seen(days: int) -> tuple[np.ndarray, np.ndarray]:
            window = frauds.rolling(f"{days}D")
            return window.count().to_numpy(), window.sum().to_numpy()

        early, early_frauds = seen(_DELAY_DAYS)
        added = {}
        for days in _DAYS:
            count, known = seen(_DELAY_DAYS + days)
            added[f"terminal_count_{days}d"] = count - early
            added[f"terminal_risk_{days}d"] = _share(known - early_frauds, count - early)
        return mine.assign(**added)

    for entity, of_entity in (("card", of_card), ("terminal", of_terminal)):
        frame = frame.groupby(entity, group_keys=False)[list(frame.columns)].apply(of_entity).sort_index()
    return frame


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def _markdown(result: dict[str, Any]) -> str:
    from fraudstream.features import FEATURE_NAMES  # noqa: PLC0415 - not in pandas' processes

    ours = result["contestants"]["engine_2_threads"]["seconds"]
    lines = [
        f"All {len(FEATURE_NAMES)} served features of {result['rows']:,} transactions, beside the book's fifteen in",
        f"pandas; medians of {result['rounds']} rounds (the slowest once), each contestant in a process of its own,",
        "its columns in memory at the start. Memory is the process's peak; what it held before it began stands in",
        "brackets.",
        "",
        "| | seconds | processor seconds | peak memory, MB | times the first |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, what in CONTESTANTS.items():
        each = result["contestants"][name]
        lines.append(
            f"| {what} | {each['seconds']:.2f} | {each['cpu_seconds']:.2f} "
            f"| {each['peak_mb']:,.0f} ({each['columns_mb']:,.0f}) | {each['seconds'] / ours:.1f} |"
        )
    lines += [
        "",
        "The data has no entry modes, categories, countries or coordinates: what needs them is missing on every row.",
        "The fifteen are simpler than their counterparts among ours (they count the transaction itself, and a label is",
        "always known after seven days), so their values are not the same and are not compared.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
