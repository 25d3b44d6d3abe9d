"""Model cards: versions of one document about a model, and where each stands."""

from __future__ import annotations

import json
from typing import Any

from local.sagemaker.errors import AwsError, invalid
from local.sagemaker.kinds import MODEL_CARD
from local.sagemaker.listing import list_resources, page
from local.sagemaker.records import Records, now, public

_BY = {"UserProfileArn": "", "UserProfileName": "", "DomainId": ""}
_LONGEST = 100_000
_PARTS = (
    "model_overview", "model_package_details", "intended_uses", "business_details", "training_details",
    "evaluation_details", "additional_information",
)  # fmt: skip


class ModelCards:
    """CreateModelCard and what belongs to it. A change of content is a new version, one of status is not."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def create(self, params: dict[str, Any]) -> dict[str, Any]:
        """Create the first version."""
        check_content(params["Content"])
        stamped = {"ModelCardVersion": 1, "LastModifiedTime": now(), "CreatedBy": _BY, "LastModifiedBy": _BY}
        record = {**params, **stamped, "_versions": []}
        return {"ModelCardArn": self._records.add(MODEL_CARD, params["ModelCardName"], record)}

    def describe(self, params: dict[str, Any]) -> dict[str, Any]:
        """Return the newest version, or the one that is asked for."""
        card = self._records.get(MODEL_CARD, params["ModelCardName"])
        wanted = params.get("ModelCardVersion", card["ModelCardVersion"])
        for version in (card, *card["_versions"]):
            if version["ModelCardVersion"] == wanted:
                return public({**card, **version})
        raise AwsError("ResourceNotFound", f"ModelCard {card['ModelCardArn']} has no version {wanted}.")

    def update(self, params: dict[str, Any]) -> dict[str, Any]:
        """Change the content or the status, not both in one call, as on AWS."""
        card = self._records.get(MODEL_CARD, params["ModelCardName"])
        if "Content" in params and "ModelCardStatus" in params:
            raise invalid("Model card content and model card status cannot be updated in one call.")
        changed: dict[str, Any] = {key: params[key] for key in ("Content", "ModelCardStatus") if key in params}
        if "Content" in params:
            if card["ModelCardStatus"] == "Archived":
                raise AwsError("ConflictException", f"ModelCard {card['ModelCardArn']} is archived.")
            check_content(params["Content"])
            members = ("ModelCardVersion", "Content", "ModelCardStatus", "LastModifiedTime")
            former = {member: card[member] for member in members}
            changed |= {"ModelCardVersion": card["ModelCardVersion"] + 1, "_versions": [former, *card["_versions"]]}
        self._records.change(MODEL_CARD, card["ModelCardName"], **changed)
        return {"ModelCardArn": card["ModelCardArn"]}

    def list(self, params: dict[str, Any]) -> dict[str, Any]:
        """Return the cards."""
        return list_resources(self._records, MODEL_CARD, params)

    def list_versions(self, params: dict[str, Any]) -> dict[str, Any]:
        """Return the versions of one card, newest first unless asked otherwise."""
        card = self._records.get(MODEL_CARD, params["ModelCardName"])
        members = ("ModelCardName", "ModelCardArn", "ModelCardStatus", "ModelCardVersion", "CreationTime")
        versions = [{member: {**card, **v}[member] for member in members} for v in (card, *card["_versions"])]
        if params.get("SortOrder") == "Ascending":
            versions.reverse()
        return page("ModelCardVersionSummaryList", versions, params)

    def delete(self, params: dict[str, Any]) -> dict[str, Any]:
        """Delete a card with all its versions."""
        self._records.remove(MODEL_CARD, params["ModelCardName"])
        return {}


def check_content(content: str) -> None:
    """Refuse what AWS's schema of a model card refuses at first sight: its length, and parts it does not know."""
    try:
        parts = json.loads(content)
    except ValueError:
        parts = None
    if not isinstance(parts, dict) or not 0 < len(content) <= _LONGEST:
        raise invalid(f"Model card content must be a JSON object of at most {_LONGEST} characters.")
    if unknown := sorted(parts.keys() - set(_PARTS)):
        raise invalid(f"Model card content has parts that its schema does not know: {', '.join(unknown)}.")
