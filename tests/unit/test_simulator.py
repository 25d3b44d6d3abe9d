"""The simulator: what a simulation holds, and its command line."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from simulator import Settings, Simulation, simulate
from simulator.__main__ import main
from simulator.output import as_table, write

SMALL = Settings(days=20, cards=400, terminals=200, online_shops=40, daily_transactions=400, fraud_share=0.008)


@pytest.fixture(scope="module")
def simulation() -> Simulation:
    return simulate(SMALL)


def test_rows_are_in_time_order_and_within_the_simulated_time(simulation: Simulation) -> None:
    """Transactions are sorted by event time, from the first moment to before the last."""
    times = simulation.transactions["event_time"]
    assert times.is_monotonic_increasing
    assert times.min() >= pd.Timestamp(SMALL.start)
    assert times.max() < pd.Timestamp(SMALL.start) + pd.Timedelta(days=SMALL.days)


def test_transactions_say_nothing_of_the_truth(simulation: Simulation) -> None:
    """A producer cannot know whether a transaction is fraud, so no column of `transactions` says so."""
    told = {"is_fraud", "pattern", "label", "label_time", "label_source"}
    assert not told & set(simulation.transactions.columns)
    assert simulation.transactions["transaction_id"].tolist() == simulation.truth["transaction_id"].tolist()


def test_transaction_ids_are_unique(simulation: Simulation) -> None:
    """No two transactions share an id."""
    assert simulation.transactions["transaction_id"].is_unique


def test_every_pattern_is_present_and_fraud_is_rare(simulation: Simulation) -> None:
    """All four patterns occur, and together they are under one percent."""
    truth = simulation.truth
    assert set(truth["pattern"].dropna()) == {
        "large_amount",
        "compromised_terminal",
        "cloned_card",
        "card_testing",
    }
    assert 0.003 < truth["is_fraud"].mean() < 0.01
    assert (truth["pattern"].notna() == truth["is_fraud"]).all()


def test_card_tokens_hold_too_few_digits_for_a_card_number(simulation: Simulation) -> None:
    """A card id is a token, such as card_00000123, that nothing can take for a card number."""
    assert simulation.transactions["card_id"].str.fullmatch(r"card_\d{8}").all()


def test_labels_come_after_the_transaction_by_days(simulation: Simulation) -> None:
    """No label is known before its transaction; frauds take about six days in the middle, and some never come."""
    known = simulation.truth["label"].notna()
    delay = simulation.truth["label_time"] - simulation.transactions["event_time"]
    assert (delay[known] > pd.Timedelta(0)).all()
    assert delay[~known].isna().all()
    reported = simulation.truth["label"] == "fraud"
    assert pd.Timedelta(days=4) < delay[reported].median() < pd.Timedelta(days=8)
    assert 0.85 < reported.sum() / simulation.truth["is_fraud"].sum() < 1.0


def test_labels_agree_with_the_truth(simulation: Simulation) -> None:
    """Whatever is reported as fraud is fraud, and whatever is cleared is genuine."""
    truth = simulation.truth
    assert truth.loc[truth["label"] == "fraud", "is_fraud"].all()
    assert not truth.loc[truth["label"] == "legitimate", "is_fraud"].any()
    assert (truth["label"] == "legitimate").any()


def test_card_testing_is_many_tiny_online_amounts_within_minutes(simulation: Simulation) -> None:
    """A tested card pays at least four tiny online amounts within a quarter of an hour."""
    rows = simulation.transactions[simulation.truth["pattern"] == "card_testing"]
    tiny = rows[rows["amount_minor"] <= 300]
    assert (rows["entry_mode"] == "ecom").all()
    first = tiny.groupby("card_id")["event_time"].min()
    in_burst = tiny["event_time"] < tiny["card_id"].map(first) + pd.Timedelta(minutes=15)
    assert (tiny[in_burst].groupby("card_id").size() >= 4).all()


def test_cloned_cards_pay_abroad_more_often_than_others(simulation: Simulation) -> None:
    """About half of a clone's transactions are in another country; genuine ones seldom are."""
    rows = simulation.transactions
    in_shop = rows["merchant_lat"].notna()
    abroad = rows["merchant_country"] != rows["card_country"]
    cloned = simulation.truth["pattern"] == "cloned_card"
    assert abroad[cloned & in_shop].mean() > 0.4
    assert abroad[~simulation.truth["is_fraud"] & in_shop].mean() < 0.15


def test_card_testing_is_several_new_cards_at_one_shop_within_an_hour() -> None:
    """Most tested cards share their shop and hour with another one, and few had been at that shop before."""
    simulation = simulate(replace(SMALL, cards=2_000, daily_transactions=4_000))
    rows = simulation.transactions
    tested = simulation.truth["pattern"] == "card_testing"
    tiny = rows[tested & (rows["amount_minor"] <= 300)]
    starts = tiny.groupby(["card_id", "terminal_id"])["event_time"].min().reset_index()
    pairs = starts.merge(starts, on="terminal_id")
    together = (pairs["event_time_x"] - pairs["event_time_y"]).abs() < pd.Timedelta(hours=1)
    others = pairs[together & (pairs["card_id_x"] != pairs["card_id_y"])]
    assert len(starts) >= 10
    assert others["card_id_x"].nunique() > len(starts) / 2
    known = starts.merge(rows[~tested], on=["card_id", "terminal_id"], suffixes=("", "_before"))
    known = known[known["event_time_before"] < known["event_time"]]
    assert known["card_id"].nunique() < len(starts) / 2


def test_nobody_but_a_thief_is_in_two_places_at_once(simulation: Simulation) -> None:
    """Far from the card's last till sooner than a plane goes: many clones, hardly any holder."""
    rows = simulation.transactions.assign(pattern=simulation.truth["pattern"])
    at_a_till = rows[rows["merchant_lat"].notna()].sort_values(["card_id", "event_time"])
    hours = at_a_till.groupby("card_id")["event_time"].diff().dt.total_seconds() / 3_600
    degrees = np.hypot(*(at_a_till.groupby("card_id")[name].diff() for name in ("merchant_lat", "merchant_lon")))
    too_fast = (degrees > 5) & (degrees / hours > 10)
    cloned = at_a_till["pattern"] == "cloned_card"
    after_a_clone = cloned.groupby(at_a_till["card_id"]).shift(fill_value=False)
    assert too_fast[cloned].mean() > 0.25
    assert too_fast[at_a_till["pattern"].isna() & ~after_a_clone].mean() < 0.002


def test_online_shops_have_no_place(simulation: Simulation) -> None:
    """Coordinates are missing exactly where the merchant has no till, and then the card is not read by one."""
    rows = simulation.transactions
    online = rows["merchant_lat"].isna()
    assert 0.05 < online.mean() < 0.5
    assert rows.loc[online, "entry_mode"].isin(["ecom", "wallet"]).all()
    assert rows["card_lat"].notna().all()


def test_nights_are_quieter_than_days(simulation: Simulation) -> None:
    """People sleep: fewer transactions between one and five than between eleven and fifteen."""
    hours = simulation.transactions["event_time"].dt.hour
    assert 8 * hours.between(1, 4).sum() < hours.between(11, 14).sum()


@pytest.mark.parametrize(
    "wrong", [{"fraud_share": 0.01}, {"days": 0}, {"cards": 0}, {"never_reported_share": 1.5}, {"seed": -1}]
)
def test_impossible_settings_are_refused(wrong: dict[str, float]) -> None:
    """Settings outside their bounds raise, naming the bound."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings(**wrong)


def test_every_format_holds_the_same_rows(simulation: Simulation, tmp_path) -> None:
    """CSV, JSON Lines and Parquet of a simulation agree on ids, times and labels."""
    table = as_table(simulation, with_truth=True).head(200)
    for ending in ("csv", "jsonl", "parquet"):
        write(table, tmp_path / f"t.{ending}")
    csv, parquet = pd.read_csv(tmp_path / "t.csv"), pd.read_parquet(tmp_path / "t.parquet")
    lines = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text().splitlines()]
    assert csv["transaction_id"].tolist() == [line["transaction_id"] for line in lines]
    assert csv["event_time"].tolist() == [line["event_time"] for line in lines]
    assert pd.to_datetime(csv["event_time"], format="ISO8601").tolist() == parquet["event_time"].tolist()
    assert lines[0]["event_time"].endswith("Z")


def test_command_line_writes_the_file_and_counts_it(tmp_path, capsys) -> None:
    """The command writes the file, without the truth unless asked, and says how much is in it."""
    path = tmp_path / "small.parquet"
    options = ["--days", "10", "--cards", "100", "--terminals", "60", "--daily-transactions", "100"]
    assert main([str(path), *options]) == 0
    table = pd.read_parquet(path)
    assert f"{len(table):,} transactions" in capsys.readouterr().out
    assert "is_fraud" not in table.columns


def test_command_line_refuses_an_unknown_ending(tmp_path, capsys) -> None:
    """A name that ends in no known format is an error that names the formats."""
    with pytest.raises(SystemExit):
        main([str(tmp_path / "t.xlsx")])
    assert ".parquet" in capsys.readouterr().err
