"""Who publishes the XGBoost image, by region, according to Amazon's SDK. Runs in the SDK's environment; stands alone.

`images.json` beside this file is its output; the template's `XgboostImages` says the same.
"""

import json
from typing import Any

from sagemaker.core import image_uris

VERSION = "3.2-0"
_OTHER_PARTITIONS = ("cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-")
"""The template's state machines name their services by `arn:aws:`."""


def image_map() -> dict[str, Any]:
    """Return the accounts of the standard partition's regions, each as an image's full address has it."""
    known = image_uris.config_for_framework("xgboost")["training"]["versions"][VERSION]["registries"]
    regions = sorted(region for region in known if not region.startswith(_OTHER_PARTITIONS))
    images = {region: image_uris.retrieve("xgboost", region, version=VERSION) for region in regions}
    _, _, repository = images[regions[0]].partition("/")
    return {
        "image": repository,
        "accounts": {region: image.partition(".")[0] for region, image in images.items()},
    }


if __name__ == "__main__":
    print(json.dumps(image_map(), indent=2))
