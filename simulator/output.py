"""Writing a simulation to a file: CSV, JSON Lines or Parquet, by the file's ending."""

from pathlib import Path

import pandas as pd

from simulator.simulate import Simulation

FORMATS = (".csv", ".jsonl", ".parquet")


def as_table(simulation: Simulation, *, with_truth: bool) -> pd.DataFrame:
    """Return the transactions with the labels that become known, and on request the truth (`is_fraud`, `pattern`)."""
    columns = ["label", "label_time", "label_source"]
    if with_truth:
        columns += ["is_fraud", "pattern"]
    return pd.concat([simulation.transactions, simulation.truth[columns]], axis=1)


def write(table: pd.DataFrame, path: Path) -> None:
    """Write the table, its format chosen by the ending of the name.

    Raises
    ------
    ValueError
        If the ending is none of `FORMATS`.
    """
    if path.suffix == ".parquet":
        table.to_parquet(path, index=False, compression="zstd")
    elif path.suffix == ".csv":
        _as_text(table).to_csv(path, index=False, lineterminator="\n")
    elif path.suffix == ".jsonl":
        _as_text(table).to_json(path, orient="records", lines=True, force_ascii=False)
    else:
        raise ValueError(f"{path.name}: the name must end in {', '.join(FORMATS)}")


def _as_text(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its times as RFC 3339 text, to the millisecond."""
    times = {name: _rfc3339(table[name]) for name in ("event_time", "label_time")}
    return table.assign(**times)


def _rfc3339(times: pd.Series) -> pd.Series:
    text = times.dt.strftime("%Y-%m-%dT%H:%M:%S.%f").str.slice(0, 23) + "Z"
    return text.astype(object).where(times.notna(), None)
