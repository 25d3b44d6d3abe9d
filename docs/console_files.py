"""What the console's reading function carries of other folders: list prices, and the rules that ship, as written."""

import json
import tomllib
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_FUNCTION = _ROOT / "functions" / "serve_console"
PRICES, RULES = _FUNCTION / "prices.json", _FUNCTION / "shipped.yaml"
_USED = (
    "kinesis_shard_hour",
    "kinesis_extended_retention_shard_hour",
    "kinesis_put_unit",
    "kinesis_on_demand_stream_hour",
    "kinesis_on_demand_in_gb",
    "kinesis_on_demand_out_gb",
    "lambda_request",
    "lambda_gb_second",
    "dynamodb_read_unit",
    "dynamodb_write_unit",
    "s3_put",
    "sns_request",
    "http_api_request",
    "sagemaker_serverless_second",
    "sagemaker_ml_c6i_large_hour",
)


def contents() -> dict[Path, str]:
    """Return the files with what belongs into them now."""
    prices = tomllib.loads((_ROOT / "costs" / "prices.toml").read_text(encoding="utf-8"))
    told = {"region": prices["region"], "date": prices["date"], "usd": {name: prices[name]["usd"] for name in _USED}}
    rules = (_ROOT / "rules" / "default.yaml").read_text(encoding="utf-8")
    return {PRICES: json.dumps(told, indent=1) + "\n", RULES: rules}


def write() -> None:
    """Write the files."""
    for file, text in contents().items():
        file.write_text(text, encoding="utf-8")
