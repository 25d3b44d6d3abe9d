"""Tags of any resource, by ARN."""

from __future__ import annotations

from typing import Any

from local.sagemaker.records import Records


class Tags:
    """AddTags, ListTags, DeleteTags."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def add(self, params: dict[str, Any]) -> dict[str, Any]:
        """Add or change tags, and return all."""
        given = {tag["Key"]: tag["Value"] for tag in params["Tags"]}
        arn = params["ResourceArn"]
        self._records.table("Tags", lambda tags: tags.setdefault(arn, {}).update(given))
        return self.list(params)

    def list(self, params: dict[str, Any]) -> dict[str, Any]:
        """Return the tags of a resource."""
        found = self._records.table("Tags", lambda tags: tags.get(params["ResourceArn"], {}))
        return {"Tags": [{"Key": key, "Value": value} for key, value in found.items()]}

    def delete(self, params: dict[str, Any]) -> dict[str, Any]:
        """Delete tags by key."""
        arn, names = params["ResourceArn"], params["TagKeys"]
        self._records.table("Tags", lambda tags: [tags.get(arn, {}).pop(name, None) for name in names])
        return {}
