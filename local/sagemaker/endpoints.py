"""Endpoints: created, updated with a way back, deleted, and brought back after a restart."""

from __future__ import annotations

import random
import shutil
import threading
import uuid
from pathlib import Path
from typing import Any

from local.sagemaker.errors import invalid
from local.sagemaker.faults import Faults
from local.sagemaker.fleets import Fleet, Fleets
from local.sagemaker.kinds import ENDPOINT, ENDPOINT_CONFIG
from local.sagemaker.models import Models
from local.sagemaker.records import Record, Records, now
from local.sagemaker.rollout import AlarmError, check, steps, watch
from local.sagemaker.stack import Stack
from local.sagemaker.variants import retain, summaries

Routes = list[tuple[Fleet, float]]
_IN_PROGRESS = ("Creating", "Updating", "RollingBack", "Deleting")


class Endpoints:
    """The endpoints and the fleets that answer for them.

    An update brings up the new fleet beside the old one and moves traffic in the configured steps. When
    the new fleet is not healthy, or a roll-back alarm rings, traffic goes back and the endpoint ends
    InService **on its old configuration without a word of it**, as on AWS.
    """

    def __init__(self, records: Records, models: Models, fleets: Fleets, stack: Stack, faults: Faults) -> None:
        self._records, self._models, self._fleets, self._stack = records, models, fleets, stack
        self._faults = faults
        self._root = records.settings.state / "endpoints"
        self._routes: dict[str, Routes] = {}
        self._lock = threading.Lock()  # one change of an endpoint's status at a time

    def create(self, params: dict[str, Any]) -> dict[str, Any]:
        """Begin to create an endpoint: it ends InService or Failed."""
        name, config = params["EndpointName"], self._config(params)
        record = {
            "EndpointName": name,
            "EndpointConfigName": config["EndpointConfigName"],
            "EndpointStatus": "Creating",
            "LastModifiedTime": now(),
            "Tags": params.get("Tags"),
        }
        arn = self._records.add(ENDPOINT, name, record)
        self._begin(self._create, name, config, params.get("DeploymentConfig"))
        return {"EndpointArn": arn}

    def update(self, params: dict[str, Any]) -> dict[str, Any]:
        """Begin to move an endpoint to another configuration: it ends InService, on the new or on the old one."""
        name = params["EndpointName"]
        config = self._config(params)
        with self._lock:
            record = self._settled(name)
            if record["EndpointStatus"] == "Failed":
                raise invalid(f'Cannot update endpoint "{record["EndpointArn"]}" in status Failed. Delete it first.')
            check(params.get("DeploymentConfig") or {}, config["ProductionVariants"])
            variants = summaries(self._models, config)
            if params.get("RetainAllVariantProperties"):
                retain(variants, config, record)
            pending = {"EndpointConfigName": config["EndpointConfigName"], "StartTime": now()}
            pending["ProductionVariants"] = variants
            self._records.change(ENDPOINT, name, EndpointStatus="Updating", PendingDeploymentSummary=pending)
        deployment = params.get("DeploymentConfig")
        if params.get("RetainDeploymentConfig"):
            deployment = record.get("LastDeploymentConfig")
        self._begin(self._update, name, config, deployment)
        return {"EndpointArn": record["EndpointArn"]}

    def delete(self, params: dict[str, Any]) -> dict[str, Any]:
        """Begin to delete an endpoint."""
        name = params["EndpointName"]
        with self._lock:
            self._settled(name)
            self._records.change(ENDPOINT, name, EndpointStatus="Deleting")
        self._begin(self._delete, name)
        return {}

    def route(self, name: str) -> Fleet | None:
        """Return the fleet for the next invocation; None while nothing can answer for the endpoint."""
        routes = self._routes.get(name)
        if not routes:
            return None
        drawn = random.random()  # noqa: S311 - no secret
        for fleet, share in routes:
            drawn -= share
            if drawn < 0:
                return fleet
        return routes[-1][0]

    def recover(self) -> None:
        """Bring every endpoint back; a change that the end of the last process cut off is undone."""
        for record in self._records.every(ENDPOINT):
            name, status = record["EndpointName"], record["EndpointStatus"]
            for directory in (self._root / name).glob("*"):
                if str(directory) != record.get("_directory"):
                    shutil.rmtree(directory, ignore_errors=True)
            if status == "Deleting":
                self._begin(self._delete, name)
            elif status != "Failed":
                # The configuration itself may be deleted by now, as AWS allows while an endpoint runs on it.
                config = record.get("_config") or self._records.get(ENDPOINT_CONFIG, record["EndpointConfigName"])
                self._records.change(ENDPOINT, name, PendingDeploymentSummary=None)
                self._begin(self._create, name, config, record.get("LastDeploymentConfig"), record.get("_directory"))

    def _create(self, name: str, config: Record, deployment: Any, kept: str | None = None) -> None:
        fleet = self._fleets.start(name, config["ProductionVariants"], self._directory(name, kept))
        self._serve(name, config, fleet, deployment)

    def _update(self, name: str, config: Record, deployment: Any) -> None:
        directory, old = self._directory(name), self._routes.get(name, [])
        fault = self._faults.take("updates", name)
        fleet = None
        try:
            fleet = self._fleets.start(name, config["ProductionVariants"], directory)
            self._shift(name, fleet, old, config, deployment or {}, ends=bool(fault))
        except Exception as reason:  # whatever it is, the old fleet still answers
            print(f"sagemaker: update of endpoint {name} rolled back: {reason}", flush=True)
            self._records.change(ENDPOINT, name, EndpointStatus="RollingBack")
            self._routes[name] = old
            if fleet is not None:
                fleet.close()
            shutil.rmtree(directory, ignore_errors=True)
            self._end_without_update(name, fault.get("end", "InService") if old else "Failed")
            return
        self._serve(name, config, fleet, deployment)
        for former, _ in old:
            former.close()

    def _shift(
        self, name: str, fleet: Fleet, old: Routes, config: Record, deployment: dict[str, Any], *, ends: bool
    ) -> None:
        """Move traffic in the configured steps, watching the alarms that call it back."""
        if ends:
            raise AlarmError("injected fault")
        alarms = [a["AlarmName"] for a in deployment.get("AutoRollbackConfiguration", {}).get("Alarms", [])]
        instances = sum(variant.get("InitialInstanceCount", 1) for variant in config["ProductionVariants"])
        for share, seconds in steps(deployment, instances):
            self._routes[name] = [(fleet, share), *((former, 1 - share) for former, _ in old)]
            watch(seconds * self._records.settings.wait_scale, alarms, self._stack.alarms_ringing)

    def _end_without_update(self, name: str, status: str) -> None:
        """Leave the endpoint on its old configuration; only what is not InService says why."""
        if status == "Failed":
            for former, _ in self._routes.pop(name, []):
                former.close()
        reason = None if status == "InService" else "The update failed, and its rollback too."
        self._records.change(ENDPOINT, name, EndpointStatus=status, FailureReason=reason, PendingDeploymentSummary=None)

    def _delete(self, name: str) -> None:
        for fleet, _ in self._routes.pop(name, []):
            fleet.close()
        shutil.rmtree(self._root / name, ignore_errors=True)
        self._records.remove(ENDPOINT, name)

    def _serve(self, name: str, config: Record, fleet: Fleet, deployment: Any) -> None:
        """Send all traffic to ``fleet``, and have the endpoint InService on its configuration."""
        self._routes[name] = [(fleet, 1.0)]
        record = self._records.get(ENDPOINT, name)
        pending = record.get("PendingDeploymentSummary", {})
        kept = record.get("ProductionVariants") if record.get("_directory") == str(fleet.directory) else None
        self._records.change(
            ENDPOINT,
            name,
            EndpointStatus="InService",
            EndpointConfigName=config["EndpointConfigName"],
            ProductionVariants=pending.get("ProductionVariants") or kept or summaries(self._models, config),
            DataCaptureConfig=config.get("DataCaptureConfig"),
            LastDeploymentConfig=deployment,
            PendingDeploymentSummary=None,
            FailureReason=None,
            _directory=str(fleet.directory),
            _config=config,
        )

    def _begin(self, change: Any, name: str, *args: Any) -> None:
        def guarded() -> None:
            try:
                change(name, *args)
            except Exception as error:
                self._records.change(ENDPOINT, name, EndpointStatus="Failed", FailureReason=str(error)[:1024])

        threading.Thread(target=guarded, name=f"endpoint-{name}", daemon=True).start()

    def _config(self, params: dict[str, Any]) -> Record:
        return self._records.get(ENDPOINT_CONFIG, params["EndpointConfigName"])

    def _settled(self, name: str) -> Record:
        record = self._records.get(ENDPOINT, name)
        if record["EndpointStatus"] in _IN_PROGRESS:
            raise invalid(f'Cannot update in-progress endpoint "{record["EndpointArn"]}".')
        return record

    def _directory(self, name: str, kept: str | None = None) -> Path:
        return Path(kept) if kept else self._root / name / uuid.uuid4().hex[:12]
