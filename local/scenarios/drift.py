"""The world shifts; drift is measured, an alarm rings, a retraining starts by itself, the live figures recover."""

from datetime import UTC, datetime
from typing import Any

from local import programs  # noqa: F401 makes the training programs importable
from local.findings import gather
from local.proofs import account_for, accounting
from local.scenarios.drift_chart import chart
from local.scenarios.drift_found import Run, expected, plain
from local.scenarios.drift_world import (
    AFTER,
    HISTORY,
    NORMAL,
    SEGMENT_DAYS,
    SHIFTED,
    Hours,
    segments_of,
    sent_of,
    shifting_world,
)
from local.scenarios.measuring import measure_drift, with_variables
from local.scenarios.replay import Replay
from local.scenarios.stage import Stage
from local.scenarios.story import Story, Told
from local.stream_plan import Kind
from local.training_run import read_evaluation

_LONGEST_STEP = 240


def tell(stage: Stage) -> Told:
    """Tell it on a deployed stack."""
    data, ends = shifting_world()
    stage.train(data)
    first = stage.runs.champion()

    stage.begin()
    hours = Hours.of(datetime.now(UTC))
    with Replay(stage, sent_of(data)) as replay, stage.observing(["ModelDriftAlarm"]) as seen:
        stage.place = 0.0
        stage.mark(f"the stream flows; the champion learned from the {HISTORY} days before")
        replay.send(f"{NORMAL} days as they always were", ends[0])
        stage.place = float(NORMAL)
        calm = _measured(stage, "measure drift", hours.before)
        stage.mark("the world shifts: amounts, shops, and a way of stealing that nobody knew")
        replay.send(f"{SHIFTED} days of the shifted world", ends[1] - ends[0])
        stage.place = float(NORMAL + SHIFTED)
        with with_variables(stage.deployed, "measure-drift", DRIFT_COOLDOWN_DAYS="0"):
            found = _measured(stage, "measure drift; the champion's first days are taken to be over", hours.found)
        stage.mark(f"drift is measured: {len(found['drifted'])} columns; retraining {found['retraining']['action']}")
        execution = stage.runs.executions("RetrainStateMachineArn")[0]
        held = _measured(stage, "measure drift again, with its cooldown", hours.again)
        stage.mark(f"measured again at once: a second retraining is {held['retraining']['action']} by the cooldown")
        stage.until("the alarm rings", lambda: seen.was("ModelDriftAlarm", "ALARM"), _LONGEST_STEP)
        ended = _follow(stage, execution)
        stage.mark(f"the retraining that drift started ends: {ended['said'].get('status', ended['status'])}")
        replay.send(f"{AFTER} days more, with whoever is champion now", ends[2] - ends[1])
        stage.place = float(NORMAL + SHIFTED + AFTER)
        after = _measured(stage, "measure drift against the new champion", hours.after)
        stage.mark(f"measured against the new baseline: {len(after['drifted'])} columns drifted")
        receipts = replay.producer.receipts
        rang = seen.was("ModelDriftAlarm", "ALARM")
    stage.place = None
    with stage.screen.step("measure each part by the truth that only the simulator knows") as step:
        archived = gather(stage.deployed.client, stage.deployed.outputs)
        run = Run(
            reports=(calm, found, held, after),
            first=first,
            second=stage.runs.champion(),
            ended=ended,
            rang=rang,
            retrainings=sum("drift-" in arn for arn in stage.runs.executions("RetrainStateMachineArn")),
            evaluation=_evaluation(stage, execution),
            segments=segments_of(stage, data, archived.archived, first),
            account=accounting(
                account_for(
                    {s: (r.transaction_id, r.data) for s, r in receipts.items() if r.kind is not Kind.LABEL},
                    decided_from=archived.decided_from,
                    quarantined=archived.quarantined.keys(),
                )
            ),
        )
        step.result = f"{len(run.segments)} segments of {SEGMENT_DAYS} days"
    proofs = expected(stage, run)
    figures = {
        "segments": [plain(each) for each in run.segments],
        "reports": [{"drifted": r["drifted"], "retraining": r["retraining"]} for r in run.reports],
    }
    return Told(proofs=proofs, figure=chart(stage, run, proofs, STORY.about), figures=figures)


STORY = Story(
    name="drift",
    about="The world shifts under a trained model: its ranking suffers, drift is found beyond chance, the alarm rings, "
    "a retraining starts by itself, wins on the later window, is deployed, and the live figures recover.",
    tell=tell,
)


def _measured(stage: Stage, title: str, as_of: datetime) -> dict[str, Any]:
    with stage.screen.step(title) as step:
        report = measure_drift(stage.deployed, as_of=as_of)
        named = ", ".join(report["drifted"][:4]) + (", ..." if len(report["drifted"]) > 4 else "")
        step.result = (
            f"{named or report.get('why_not') or 'nothing drifted'}; retraining: {report['retraining']['action']}"
        )
    return report


def _follow(stage: Stage, execution: str) -> dict[str, Any]:
    with stage.screen.step("the retraining that drift started") as step:
        ended = stage.runs.ended(execution, _LONGEST_STEP)
        step.result = f"{ended['status']}: {ended['said'].get('reason', ended.get('cause', ''))}"
    return ended


def _evaluation(stage: Stage, execution: str) -> dict[str, Any]:
    name = execution.rsplit(":", 1)[-1]
    return read_evaluation(stage.deployed.client("s3"), stage.deployed.outputs["ModelsBucketName"], name)
