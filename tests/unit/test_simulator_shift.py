"""A simulated world that shifts, and the one that does not: the latter has the bytes it always had."""

import hashlib
from dataclasses import replace

import pandas as pd
import pytest

from simulator import Settings, Shift, Simulation, simulate
from simulator.output import as_table

SMALL = Settings(days=20, cards=400, terminals=200, online_shops=40, daily_transactions=400, fraud_share=0.008)
AS_IT_WAS = "4cfff1186e536598ff65b748ae8c4424cb16e356541db5e4c7b69e82d8947432"
"""Of the table as CSV, before there were shifts."""
DAY = 12
SHIFTED = replace(
    SMALL, shift=Shift(from_day=DAY, amount_factor=1.5, online_share=0.2, takeover_share=0.01, testing_bursts=9)
)


@pytest.fixture(scope="module")
def plain() -> Simulation:
    return simulate(SMALL)


@pytest.fixture(scope="module")
def shifted() -> Simulation:
    return simulate(SHIFTED)


def digest(simulation: Simulation) -> str:
    """Return what tells one simulation from every other."""
    return hashlib.sha256(
        as_table(simulation, with_truth=True).to_csv(index=False, lineterminator="\n").encode()
    ).hexdigest()


def after(simulation: Simulation) -> pd.Series:
    """Return which transactions are of the shifted days."""
    return simulation.transactions["event_time"] >= pd.Timestamp(SMALL.start) + pd.Timedelta(days=DAY)


def test_a_world_without_a_shift_has_the_bytes_it_always_had(plain: Simulation) -> None:
    """Whoever simulated before there were shifts simulates the same today."""
    assert digest(plain) == AS_IT_WAS


def test_a_shift_is_the_same_every_time(shifted: Simulation) -> None:
    """Equal settings give equal bytes, a shift's too."""
    assert digest(simulate(SHIFTED)) == digest(shifted)


def test_before_its_day_a_shift_changes_no_transaction(plain: Simulation, shifted: Simulation) -> None:
    """What was paid until then is the same in both worlds."""
    pd.testing.assert_frame_equal(
        plain.transactions[~after(plain)], shifted.transactions[~after(shifted)], check_dtype=True
    )


def test_after_its_day_people_spend_more_and_online(plain: Simulation, shifted: Simulation) -> None:
    """Genuine amounts grow by the factor, and the share of online payments by the share of those in shops."""
    worlds = []
    for simulation in (plain, shifted):
        rows = simulation.transactions[after(simulation) & ~simulation.truth["is_fraud"]]
        worlds.append((rows["amount_minor"].median(), rows["merchant_lat"].isna().mean()))
    (amount, online), (amount_later, online_later) = worlds
    assert amount_later / amount == pytest.approx(1.5, rel=0.05)
    assert online_later == pytest.approx(online + 0.2 * (1 - online), abs=0.03)


def test_accounts_are_taken_over_at_night_in_bursts_online(shifted: Simulation) -> None:
    """Three to six payments of one card within half an hour, at online shops, before five in the morning."""
    taken = shifted.truth["pattern"] == "account_takeover"
    rows = shifted.transactions[taken]
    assert (after(shifted)[taken]).all()
    assert shifted.truth.loc[taken, "is_fraud"].all()
    assert (rows["entry_mode"] == "ecom").all()
    assert rows["event_time"].dt.hour.max() < 5
    assert 0.007 < taken.sum() / after(shifted).sum() < 0.013


def test_a_testing_attack_is_one_hour_at_three_shops(shifted: Simulation) -> None:
    """As many cards as there are bursts, each with four payments or more, all within the day's first hour."""
    start = pd.Timestamp(SMALL.start) + pd.Timedelta(days=DAY)
    rows = shifted.transactions[
        (shifted.truth["pattern"] == "card_testing")
        & shifted.transactions["event_time"].between(start, start + pd.Timedelta(hours=1))
    ]
    tiny = rows[rows["amount_minor"] <= 300].groupby("card_id").size()
    assert len(tiny) >= 9
    assert tiny.nlargest(9).min() >= 4


@pytest.mark.parametrize(
    "wrong", [{"from_day": -1}, {"from_day": 1, "amount_factor": 0.0}, {"from_day": 1, "takeover_share": 1.1}]
)
def test_impossible_shifts_are_refused(wrong: dict[str, float]) -> None:
    """A shift outside its bounds raises, naming what is wrong."""
    with pytest.raises(ValueError, match=list(wrong)[-1]):
        Shift(**wrong)


def test_a_shift_after_the_last_day_is_refused() -> None:
    """It would change nothing, and whoever asked for it would not know."""
    with pytest.raises(ValueError, match="from_day"):
        replace(SMALL, shift=Shift(from_day=20))
