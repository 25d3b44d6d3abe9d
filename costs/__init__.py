"""What the system costs: from measured requests, bytes and units, and list prices, to dollars a month.

`prices.toml` has the prices, `measured.json` what was counted, `assumptions.toml` what is neither.
"""
