"""Pause and resume: refused where unsafe, the same however often, whole again after any interruption."""

import json
from typing import Any

import pytest

from operate.pausing.command import pause_main, resume_main
from tests.unit.pausing_world import FakeAws, ProcessEndedError

PARAMETER = "/fraudstream/paused"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> FakeAws:
    """A stack in service."""
    made = FakeAws()
    monkeypatch.setattr("operate.pausing.command.find_target", lambda _: made.target())
    return made


def pause(*more: str) -> int:
    return pause_main(["--patience", "1", *more])


def resume() -> int:
    return resume_main(["--patience", "1"])


def is_paused(aws: FakeAws) -> bool:
    off = [*aws.schedules.values(), *aws.rules.values()]
    phase = json.loads(aws.parameters[PARAMETER])["phase"]
    return (aws.mapping, aws.endpoint, phase) == ("Disabled", None, "paused") and "ENABLED" not in off


def test_a_pause_and_a_resume_leave_everything_as_it_was(aws, capsys):
    """Reading, schedules that were on, the endpoint with its scaling; what was off stays off."""
    before = aws.state()
    assert pause() == 0
    assert is_paused(aws)
    said = capsys.readouterr().out
    assert "RESUME BEFORE" in said
    assert "2 provisioned shards by the hour" in said
    assert "MaximumRecordAgeSeconds" in said
    assert resume() == 0
    assert aws.state() == before
    assert resume() == 0
    assert "nothing is paused" in capsys.readouterr().out


def test_the_model_answers_before_anything_is_read(aws):
    """Otherwise rules alone would decide what waited; and reading stops before the model goes."""
    pause()
    stopped = aws.log.index("update_event_source_mapping")
    assert stopped < aws.log.index("delete_endpoint")
    aws.log.clear()
    resume()
    assert aws.log.index("create_endpoint") < aws.log.index("update_event_source_mapping")
    assert aws.log[-1] == "delete_parameter"


def calls_of(aws: FakeAws, command: Any) -> int:
    begun = len(aws.log)
    command()
    return len(aws.log) - begun


def test_interrupted_anywhere_the_command_can_be_given_again(aws):
    """After every call of a pause and of a resume: given again, it ends as if it had run through."""
    before = aws.state()
    pausing, resuming = calls_of(aws, pause), calls_of(aws, resume)
    assert aws.state() == before
    for calls in range(pausing):
        aws.calls_left = calls
        with pytest.raises(ProcessEndedError):
            pause()
        aws.calls_left = None
        assert pause() == 0
        assert is_paused(aws), calls
        assert resume() == 0
        assert aws.state() == before, calls
    for calls in range(resuming):
        pause()
        aws.calls_left = calls
        with pytest.raises(ProcessEndedError):
            resume()
        aws.calls_left = None
        assert resume() == 0
        assert aws.state() == before, calls


def test_an_interrupted_pause_can_be_undone_at_once(aws):
    """Resume needs no pause that ran to its end."""
    before = aws.state()
    for calls in range(calls_of(aws, pause)):
        resume()
        aws.calls_left = calls
        with pytest.raises(ProcessEndedError):
            pause()
        aws.calls_left = None
        assert resume() == 0
        assert aws.state() == before, calls
        pause()


@pytest.mark.parametrize(
    ("changed", "hours", "reason"),
    [
        ({}, "49", "LOST"),
        ({}, "25", "make redrive"),
        ({"running": ["retrain-1"]}, "12", "retrain-1 is running"),
    ],
)
def test_an_unsafe_pause_is_refused_unless_it_is_wanted(aws, changed, hours, reason, capsys):
    """Nothing was changed by then; --yes goes on."""
    for name, value in changed.items():
        setattr(aws, name, value)
    before = aws.state()
    assert pause("--hours", hours) == 3
    assert reason in capsys.readouterr().err
    assert aws.state() == before
    assert pause("--hours", hours, "--yes") == 0
    assert is_paused(aws)


def test_what_was_off_before_stays_off(aws, capsys):
    """A mapping somebody had disabled is not enabled by a resume."""
    aws.mapping = "Disabled"
    before = aws.state()
    pause()
    assert resume() == 0
    assert aws.state() == before
    assert "not read before the pause either" in capsys.readouterr().out


def test_a_stack_without_a_model_pauses_too(aws):
    """There is no endpoint to put back."""
    aws.endpoint, aws.scaling, aws.policies = None, None, {}
    before = aws.state()
    assert pause() == 0
    assert resume() == 0
    assert aws.state() == before
    assert "create_endpoint" not in aws.log


def test_an_endpoint_can_be_kept(aws):
    """Then it costs, and answers callers of the API."""
    assert pause("--keep-endpoint") == 0
    assert (aws.mapping, aws.endpoint) == ("Disabled", "c1")
    assert resume() == 0


def test_a_deployment_during_the_pause_has_the_last_word(aws, capsys):
    """What it deployed is served, and said."""
    pause()
    aws.endpoint = "c2"
    assert resume() == 0
    assert aws.endpoint == "c2"
    assert "it serves c2" in capsys.readouterr().out


def test_a_configuration_that_is_gone_is_said_with_what_to_do(aws, capsys):
    """Nothing is read meanwhile, and resume can be given again."""
    pause()
    aws.configs.clear()
    assert resume() == 1
    assert "DeployStateMachineArn" in capsys.readouterr().err
    assert aws.mapping == "Disabled"
    aws.endpoint = "c2"
    assert resume() == 0
    assert aws.mapping == "Enabled"


def test_a_deadline_that_has_passed_is_said(aws, capsys):
    """Records are gone then, and their producers have to send them again."""
    pause()
    known = json.loads(aws.parameters[PARAMETER])
    aws.parameters[PARAMETER] = json.dumps(known | {"deadline": "2020-01-01T00:00:00+00:00"})
    assert resume() == 0
    assert "HAS PASSED" in capsys.readouterr().out


def test_an_on_demand_stream_is_not_called_cheaper(aws, capsys):
    """It has an hourly charge as well."""
    aws.on_demand = True
    pause()
    assert "on-demand streams have an hourly charge too" in capsys.readouterr().out
