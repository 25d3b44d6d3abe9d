"""What was before the rows of files, and these, as one log."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from archive import with_labels
from moments import epoch_ms
from numpy.typing import NDArray


def join_past(files: Sequence[pd.DataFrame], history: pd.DataFrame | None) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Return one log in order of time, and where in it each row of the files is.

    Of rows with one id the first is in the log. What the history has under the same id is the same transaction: only
    its label is taken, where the file has none that is as late.
    """
    ours = pd.concat(files, ignore_index=True)
    ids = ours["transaction_id"]
    log = ours[~ids.duplicated().to_numpy(bool)].reset_index(drop=True)
    if history is not None:
        same = history["transaction_id"].isin(log["transaction_id"]).to_numpy(bool)
        labelled = history.loc[
            same & history["label"].notna().to_numpy(bool), ["transaction_id", "label", "label_time"]
        ]
        log = pd.concat([with_labels(log, labelled), history[~same]], ignore_index=True)
    order = np.lexsort((log["transaction_id"].to_numpy(str), epoch_ms(log["event_time"])))
    log = log.iloc[order].reset_index(drop=True)
    place = pd.Series(np.arange(len(log)), index=log["transaction_id"].to_numpy(object))
    return log, place.loc[ids.to_numpy(object)].to_numpy(np.int64)
