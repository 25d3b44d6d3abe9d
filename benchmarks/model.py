"""A model to run in process, of the size that `training/train.py` makes: what it costs is wanted, not what it knows."""

from pathlib import Path

import numpy as np
import xgboost as xgb
from fraudstream.features import FEATURE_NAMES, SCHEMA_HASH

from benchmarks.places import SCRATCH

ROUNDS, DEPTH, BINS = 300, 4, 1024
_ROWS = 20_000


def model_file() -> Path:
    """Return the file of the model, trained the first time on random rows with a made-up answer."""
    path = SCRATCH / f"model-{SCHEMA_HASH}-{ROUNDS}-{DEPTH}.ubj"
    if not path.exists():
        SCRATCH.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(7)
        rows = rng.lognormal(size=(_ROWS, len(FEATURE_NAMES))).astype(np.float32)
        rows[rng.random(rows.shape) < 0.1] = np.nan
        odds = np.nansum(rows * rng.normal(size=rows.shape[1]), axis=1)
        fraud = odds > np.quantile(odds, 0.97)
        parameters = {"max_depth": DEPTH, "max_bin": BINS, "eta": 0.05, "objective": "binary:logistic", "nthread": 1}
        booster = xgb.train(parameters, xgb.DMatrix(rows, fraud), ROUNDS)
        unfinished = path.with_suffix(".unfinished.ubj")
        booster.save_model(unfinished)
        unfinished.rename(path)
    return path
