"""The model's endpoint: taken away while idle, and made again from its configuration."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from operate.pausing.memory import Served
from operate.pausing.parts import PauseError, Waiting
from operate.target import Target

_SCALED = {"ServiceNamespace": "sagemaker", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount"}
_TRACKING = "TargetTrackingScalingPolicyConfiguration"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The model's endpoint, with its scaling."""

    target: Target
    waiting: Waiting

    def status(self) -> tuple[str, str]:
        """Return its status and configuration; `missing` where there is none."""
        try:
            found = self.target.client("sagemaker").describe_endpoint(EndpointName=self._name)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ValidationException":
                return "missing", ""
            raise
        return str(found["EndpointStatus"]), str(found.get("EndpointConfigName", ""))

    def served(self) -> Served | None:
        """Return what is to be put back; None where there is no endpoint."""
        status, config = self.status()
        if status == "missing":
            return None
        scaling = self.target.client("application-autoscaling")
        targets = scaling.describe_scalable_targets(**_SCALED, ResourceIds=[self._resource])["ScalableTargets"]
        if not targets:
            return Served(config=config)
        policies = scaling.describe_scaling_policies(**_SCALED, ResourceId=self._resource)["ScalingPolicies"]
        return Served(
            config=config,
            scaling=(targets[0]["MinCapacity"], targets[0]["MaxCapacity"]),
            policies=tuple({"name": p["PolicyName"], "tracking": p[_TRACKING]} for p in policies if _TRACKING in p),
        )

    def delete(self) -> None:
        """Delete the endpoint and wait until it is gone; model and configuration stay, and cost nothing."""
        if self.status()[0] not in {"missing", "Deleting"}:
            self.target.client("sagemaker").delete_endpoint(EndpointName=self._name)
        self.waiting.until("the end of the endpoint", lambda: self.status()[0] == "missing")

    def create(self, served: Served) -> str:
        """Make the endpoint anew, wait until it serves, and put its scaling back; return what it serves by then."""
        status, _ = self.status()
        if status == "Deleting":
            self.waiting.until("the end of the endpoint", lambda: self.status()[0] == "missing")
            status = "missing"
        if status == "missing":
            self._create(served.config)
        self.waiting.until("an endpoint that serves", self._serves)
        if served.scaling:
            self._scale(*served.scaling, served.policies)
        return self.status()[1]

    def _create(self, config: str) -> None:
        try:
            self.target.client("sagemaker").create_endpoint(EndpointName=self._name, EndpointConfigName=config)
        except ClientError as error:
            if "Could not find endpoint configuration" not in error.response["Error"].get("Message", ""):
                raise
            raise PauseError(
                f"the endpoint's configuration {config} was deleted during the pause. Start DeployStateMachineArn with "
                'the package of `make models` that is to score ({"model_package_arn": "..."}), then resume again.'
            ) from error

    def _serves(self) -> bool:
        status, _ = self.status()
        if status == "Failed":
            raise PauseError(
                f"the endpoint {self._name} failed to start: its log says why. Delete it and resume again."
            )
        return status == "InService"

    def _scale(self, least: int, most: int, policies: Sequence[dict[str, Any]]) -> None:
        scaling = self.target.client("application-autoscaling")
        scaling.register_scalable_target(**_SCALED, ResourceId=self._resource, MinCapacity=least, MaxCapacity=most)
        for policy in policies:
            scaling.put_scaling_policy(
                **_SCALED,
                ResourceId=self._resource,
                PolicyName=policy["name"],
                PolicyType="TargetTrackingScaling",
                **{_TRACKING: policy["tracking"]},
            )

    @property
    def _name(self) -> str:
        return self.target.outputs["EndpointName"]

    @property
    def _resource(self) -> str:
        return f"endpoint/{self._name}/variant/AllTraffic"
