"""What a person sees of the demo's steps: a spinner with the latest word on a terminal, plain lines anywhere else."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.markup import escape


@dataclass(slots=True)
class Step:
    """A step under way: `say` tells where it stands, `result` is printed beside its time when it is done."""

    say: Callable[[str], None]
    result: str = ""


@dataclass(slots=True)
class Screen:
    """Prints steps and keeps their times in `seconds`, by title."""

    console: Console
    clock: Callable[[], float] = time.monotonic
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, title: str, *, spinner: bool = True) -> Iterator[Step]:
        """Run a step; a failure is marked and passed on. Without a `spinner`, what it draws is its own affair."""
        started = self.clock()
        try:
            if self.console.is_terminal and spinner:
                with self.console.status(escape(title)) as status:
                    step = Step(say=lambda text: status.update(f"{escape(title)}: [dim]{escape(text)}[/dim]"))
                    yield step
            else:
                self._plain(f"    ... {title}")
                step = Step(say=lambda text: self._plain(f"        {text}"))
                yield step
        except BaseException as error:
            mark = "stopped" if isinstance(error, KeyboardInterrupt) else "failed"
            self._line(mark, title, self.clock() - started, "")
            raise
        self.seconds[title] = round(self.clock() - started, 3)
        self._line("ok", title, self.seconds[title], step.result)

    def _plain(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _line(self, mark: str, title: str, seconds: float, result: str) -> None:
        color = "green" if mark == "ok" else "red"
        told = f"  [dim]{escape(result)}[/dim]" if result else ""
        line = f"[{color}]{mark:>7}[/{color}] {escape(title)}  {seconds:.1f} s{told}"
        self.console.print(line, highlight=False, soft_wrap=True)
