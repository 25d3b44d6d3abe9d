"""For how long no drift report was written."""

import time
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from fraudstream.adapters.calls import store_errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Drift reports of a stack; one function watches the other."""

    s3: Any
    ssm: Any
    models_bucket: str
    champion_parameter: str

    def hours(self, now_seconds: float) -> float | None:
        """Return the hours since the last report, or since the champion went live; None before the first champion.

        Reports are asked for by the days they may be of, so that years of them cost no more than two.
        """
        with store_errors("GetParameter"):
            try:
                since = self.ssm.get_parameter(Name=self.champion_parameter)["Parameter"][
                    "LastModifiedDate"
                ].timestamp()
            except ClientError as error:
                if error.response["Error"]["Code"] == "ParameterNotFound":
                    return None
                raise
        after = f"drift/{time.strftime('%Y-%m-%d', time.gmtime(now_seconds - 40 * 86_400))}"
        with store_errors("ListObjectsV2 drift/"):
            listed = self.s3.list_objects_v2(Bucket=self.models_bucket, Prefix="drift/", StartAfter=after)
        written = [entry["LastModified"].timestamp() for entry in listed.get("Contents", ())]
        return max(now_seconds - max([since, *written]), 0.0) / 3600
