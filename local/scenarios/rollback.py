"""A better model whose deployment goes wrong twice: the machine goes back by itself, the champion answers."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from local.faults import control, set_fault
from local.proofs import Proof
from local.scenarios.expecting import equal, expect, told, unchanged
from local.scenarios.flow import Flow
from local.scenarios.golden import Golden
from local.scenarios.rollback_chart import Run, chart
from local.scenarios.stage import Stage
from local.scenarios.story import Story, Told
from local.scenarios.worlds import middle_world
from local.sending import shipment

_RATE, _MOST_SECONDS = 30, 400


_LONGEST_STEP = 120


_WEAK = {"rounds": "2", "max_depth": "1"}


def tell(stage: Stage) -> Told:
    """Tell it on a deployed stack."""
    data = middle_world(transactions=_RATE * _MOST_SECONDS, seed=3)
    stage.train(data, hyperparameters=_WEAK)
    champion = stage.runs.champion()
    golden = Golden(stage.deployed, champion["model_package_arn"])
    before = stage.runs.standing()
    stage.begin()
    sent = shipment(data, now=datetime.now(UTC))
    probes = [golden.look]
    with (
        Flow(stage.deployed, sent, records_a_second=_RATE) as flow,
        stage.observing(probes=[flow.look, *probes]) as seen,
    ):
        stage.mark("the champion decides")
        stage.pause("the champion decides", 5, flow.says)
        retrained, kept = _undone_in_silence(stage)
        stood = stage.runs.standing()
        package = stage.runs.packages()[0]
        stage.pause("the champion goes on deciding", 3, flow.says)
        deployed = _nonsense(stage, package["ModelPackageArn"])
        stood_again = stage.runs.standing()
        stage.pause("the champion goes on deciding", 3, flow.says)
        stage.mark("the same model is deployed once more, and nothing breaks")
        sound = stage.machine("deploy it soundly", *_deployment(package["ModelPackageArn"]))
        stage.mark(f"it proves itself: {sound['said'].get('status', sound['status'])}")
        stage.pause("the new champion decides", 5, flow.says)
        flow.stop()
        stage.until("everything sent is resolved", lambda: not flow.unresolved, _LONGEST_STEP, lambda: flow.unresolved)
        end = stage.now
    run = Run(
        flow=flow,
        seen=seen,
        golden=golden,
        before=before,
        after=(stood, stood_again),
        ended=(retrained, deployed, sound),
        status=(package["ModelApprovalStatus"], kept),
        end=end,
    )
    proofs = _expected(stage, run)
    by = Counter(str(decision["model_version"]) for decision in flow.tally.decisions.values())
    return Told(proofs=proofs, figure=chart(stage, run, proofs, STORY.about), figures={"decisions_by_model": dict(by)})


STORY = Story(
    name="rollback",
    about="A better model passes the gate, and its deployment goes wrong: once the endpoint undoes it in silence, once "
    "the new model answers nonsense. Each time the machine goes back by itself and the champion answers.",
    tell=tell,
)


def _undone_in_silence(stage: Stage) -> tuple[dict[str, Any], str]:
    """Retrain, and have the endpoint go back from its update without a word; return how it ended, and why."""
    stage.mark("retraining makes a better model; the endpoint will undo its update in silence")
    control(stage.deployed, f"updates/{stage.deployed.outputs['EndpointName']}", {"end": "InService", "times": 1})
    ended = stage.machine("retrain; the update is undone in silence", "RetrainStateMachineArn", {"reason": "a story"})
    stage.mark("the machine noticed by the configuration's name: the champion stays, the model is rejected")
    return ended, str(ended.get("cause", ""))


def _nonsense(stage: Stage, package_arn: str) -> dict[str, Any]:
    """Deploy a package that answers scores beyond 1 from the update on, until the machine has seen it."""
    stage.mark("the model is deployed by hand; once it is up it answers nonsense")

    def on_state(name: str) -> None:
        if name == "UpdateEndpoint":
            set_fault(stage.deployed, {"mode": "out_of_range"})
        elif name == "StartRestoration":
            set_fault(stage.deployed, {"mode": "ok"})
            stage.mark("golden rows answered otherwise than evaluated: the machine goes back")

    output, given = _deployment(package_arn)
    try:
        with stage.screen.step("deploy it; its answers are nonsense") as step:
            ended = stage.runs.run(output, given, on_state=lambda name: (step.say(name), on_state(name))[0])
            step.result = f"{ended['status']}: {ended.get('cause', '')}"
    finally:
        set_fault(stage.deployed, {"mode": "ok"})
    stage.mark("the champion answers again")
    return ended


def _deployment(package_arn: str) -> tuple[str, dict[str, str]]:
    return "DeployStateMachineArn", {"model_package_arn": package_arn}


def _expected(stage: Stage, run: Run) -> list[Proof]:
    retrained, deployed, sound = run.ended
    letters = stage.hear()
    away = [state.state for state in run.seen.changes["golden rows"]]
    versions = Counter(str(decision["model_version"]) for decision in run.flow.tally.decisions.values())
    newer = str(sound["said"].get("model_version", ""))
    first, second = run.after
    return [
        equal("the deployment that was undone in silence failed", "FAILED", retrained["status"]),
        unchanged(run.before, first),
        equal("the model was rejected in the registry", "Rejected", run.status[0]),
        equal("the deployment whose answers were nonsense failed", "FAILED", deployed["status"]),
        unchanged(run.before, second),
        told("operations were told that it was put back", letters, "failed", "put back"),
        expect(
            "the champion's golden rows were answered as evaluated before and after each fault",
            away[0] == "as evaluated" and away.count("as evaluated") > 1 and "nonsense" in away,
            ", then ".join(away),
            cases=len(run.golden.distances),
        ),
        equal("the third time the same model was promoted", "promoted", sound["said"].get("status")),
        expect(
            "each transaction was decided by one of the two models, none by nonsense",
            versions.keys() <= {str(run.before.champion), newer} and bool(versions),
            ", ".join(f"{count:,} by {name}" for name, count in versions.items()),
            cases=versions.total(),
        ),
        expect("nothing that was sent is unresolved", not run.flow.unresolved, run.flow.unresolved or "nothing"),
    ]
