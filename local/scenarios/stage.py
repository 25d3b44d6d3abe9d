"""What a story has to work with: a deployed stack of its own, a screen, a clock that marks what happens."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from local.demo_data import DemoData
from local.deployed import Deployed
from local.model_runs import Runs
from local.scenarios.figure import Mark
from local.scenarios.observer import Change, Observer, Probe, alarms, endpoint
from local.screen import Screen
from local.training_run import train

_LOOK_SECONDS = 0.5
_SAY_SECONDS = 5.0
_MOMENT_SECONDS = 2.0


@dataclass(slots=True, kw_only=True)
class Stage:
    """A running stack and everything told of it.

    Attributes
    ----------
    marks
        What happened, at which second since the story's clock began, in words.
    place
        Where on the chart's axis marks are put now; None puts them at the seconds since the story's clock began.
    quick
        Whether the story is told in its smallest size.
    """

    deployed: Deployed
    screen: Screen
    quick: bool = False
    place: float | None = None
    zero: float = field(default_factory=time.time)
    marks: list[Mark] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    runs: Runs = field(init=False)

    def __post_init__(self) -> None:
        self.runs = Runs(self.deployed)

    @property
    def now(self) -> float:
        """Seconds since the story's clock began."""
        return time.time() - self.zero

    def begin(self) -> None:
        """Begin the story's clock."""
        self.zero = time.time()
        self.marks.clear()

    def mark(self, text: str) -> float:
        """Say that something happens now; return the moment, seconds since 1970."""
        now = time.time()
        self.marks.append(Mark(at=now - self.zero if self.place is None else self.place, text=text))
        self.say(f"{now - self.zero:6.0f} s  {text}")
        return now

    def say(self, text: str) -> None:
        """Print a line."""
        self.screen.console.print(f"        {text}", markup=False, highlight=False, soft_wrap=True)

    def train(self, data: DemoData, **given: Any) -> Mapping[str, Any]:
        """Upload a history, fill the histories, train and deploy the first model; return its evaluation."""
        evaluation = train(self.deployed.client, self.deployed.outputs, data, self.screen, given=given)
        self.hear()
        return evaluation

    def hear(self) -> list[str]:
        """Return every letter that operations have received."""
        self.letters += self.runs.letters()
        return self.letters

    def until(
        self, title: str, condition: Callable[[], Any], seconds: float, says: Callable[[], str] = lambda: ""
    ) -> bool:
        """Wait for something as a step, and say meanwhile where it stands; return whether it came to pass in time."""
        with self.screen.step(title) as step:
            deadline, said = time.monotonic() + seconds, float("-inf")
            often = 1.0 if self.screen.console.is_terminal else _SAY_SECONDS
            while not (happened := bool(condition())) and time.monotonic() < deadline:
                if time.monotonic() - said >= often and (text := says()):
                    step.say(text)
                    said = time.monotonic()
                time.sleep(_LOOK_SECONDS)
            step.result = says() if happened else "it did not come to pass"
        return happened

    def pause(self, title: str, seconds: float, says: Callable[[], str] = lambda: "") -> None:
        """Let so many seconds pass as a step."""
        over = time.monotonic() + seconds
        self.until(title, lambda: time.monotonic() >= over, seconds + 1, says)

    def machine(self, title: str, output: str, given: Mapping[str, Any], *, seconds: float = 300) -> dict[str, Any]:
        """Run a state machine as a step, naming its states; return status, output and cause, however it ends."""
        with self.screen.step(title) as step:
            ended = self.runs.run(output, dict(given), on_state=step.say, seconds=seconds)
            step.result = f"{ended['status']}: {ended['said'].get('reason', ended.get('cause', ''))}"
        return ended

    def _alarm(self, name: str, state: str) -> None:
        """Mark that an alarm changed; those that change within a moment are one mark."""
        short, last = name.removesuffix("Alarm"), self.marks[-1] if self.marks else None
        if last and last.text.endswith(state) and self.place is None and self.now - last.at < _MOMENT_SECONDS:
            text = f"{last.text.removesuffix(state).strip()}, {short} {state}"
            self.marks[-1] = Mark(at=last.at, text=text)
            self.say(f"{self.now:6.0f} s  {short} {state}")
        else:
            self.mark(f"{short} {state}")

    @contextmanager
    def observing(self, names: Sequence[str] = (), probes: Sequence[Probe] = ()) -> Iterator[Observer]:
        """Look at alarms, the endpoint and more each second; changes of alarms are marked."""
        rang: set[str] = set()

        def changed(name: str, change: Change) -> None:
            if name in names and change.state == "ALARM":
                rang.add(name)
                self._alarm(name, "in alarm")
            elif name in rang and change.state == "OK":
                self._alarm(name, "OK again")

        client, outputs = self.deployed.client, self.deployed.outputs
        looked_at = [
            alarms(client("cloudwatch"), names),
            endpoint(client("sagemaker"), outputs["EndpointName"]),
            *probes,
        ]
        with Observer(looked_at, on_change=changed) as observer:
            yield observer
