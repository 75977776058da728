"""How long an epoch takes, by a clock that says what it is told to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from glassprop.training.trial import Trial, TrialOver


class Timed:
    """A clock, and a trial whose steps and validations take as long as they are told to."""

    def __init__(self, step: float, judging: float, until: float, n_steps: int = 10, compiling: float = 100.0) -> None:
        self.now, self.step, self.judging, self.n_steps, self.compiling = 0.0, step, judging, n_steps, compiling
        self.trial, self.epochs = Trial(lambda: self.now, until, n_steps), 0

    def run(self) -> float | None:
        self.now += self.compiling
        try:
            while True:
                for made in range(1, self.n_steps):
                    self.now += self.step
                    self.asked(made)
                self.now += self.step + self.judging
                self.epochs += 1
                if self.trial.epoch_ended(SimpleNamespace(state=self.state(0))):  # type: ignore[arg-type]
                    break
                self.asked(0)
        except TrialOver:
            pass
        return self.trial.seconds(lambda: self.judging)

    def state(self, made: int) -> Any:
        return SimpleNamespace(epoch=self.epochs, steps_made=made)

    def asked(self, made: int) -> None:
        if self.trial.due():
            self.trial.keep(self.state(made))


@pytest.mark.parametrize(
    ("step", "judging", "until", "epochs"),
    [
        (0.01, 0.05, 10.0, 3),  # whole epochs, but the first, which has compiled
        (0.0001, 0.0005, 10.0, 50),  # so short that there are some more
        (0.01, 0.1, 0.22, 1),  # no more than are over by then
        (1.0, 3.0, 8.0, 0),  # not one epoch
        (1.0, 3.0, 17.0, 1),  # one, and steps on both sides of its validation
        (10.0, 3.0, 8.0, 0),  # some steps are needed, whatever the time
        (0.5, 0.0, 3.0, 0),
    ],
)
def test_an_epoch_takes_its_steps_and_its_validation(step: float, judging: float, until: float, epochs: int) -> None:
    timed = Timed(step, judging, until)
    assert timed.run() == pytest.approx(10 * step + judging, rel=1e-9)
    assert timed.epochs == epochs
    assert timed.now <= timed.compiling + max(until, 9 * step, 0.0001 * 50 * 15) + step + judging


def test_of_one_step_an_epoch() -> None:
    timed = Timed(2.0, 1.0, 4.0, n_steps=1)
    assert timed.run() == pytest.approx(3.0)


def test_nothing_is_known_where_nothing_was_timed() -> None:
    assert Trial(lambda: 0.0, 1.0, 10).seconds(lambda: 5.0) is None


def test_a_pause_is_not_the_pace() -> None:
    """Another program may have had the processor for a while."""
    timed = Timed(0.1, 0.0, 10.0, n_steps=1000)
    steps = iter(range(10**6))

    def step() -> float:
        return 5.0 if next(steps) == 20 else 0.1

    timed.__class__ = type("Uneven", (Timed,), {"step": property(lambda self: step(), lambda self, value: None)})
    assert timed.run() == pytest.approx(100.0, rel=0.1)
