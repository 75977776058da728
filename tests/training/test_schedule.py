"""Each schedule against its formula, step by step."""

from __future__ import annotations

from math import cos, log, pi

import numpy as np
import pytest
from rounding import assert_rounded

from glassprop.errors import SettingsError
from glassprop.training.schedule import (
    SCHEDULES,
    Adaptive,
    Constant,
    Cosine,
    CosLog4,
    FlatCos,
    InvScaling,
    OneCycle,
    Progress,
    WarmUp,
)

TOTAL = 40


def all_rates(schedule, epochs: int = 8, steps: int = 5, **progress: int) -> np.ndarray:
    """The rates of a whole run, asked for epoch by epoch."""
    return np.concatenate(
        [schedule.rates(Progress(step=e * steps, total_steps=epochs * steps, **progress), steps) for e in range(epochs)]
    )


def test_constant() -> None:
    np.testing.assert_array_equal(all_rates(Constant(0.3)), np.full(TOTAL, 0.3))


def test_invscaling_counts_examples() -> None:
    for samples in (0, 1, 99, 12345):
        rates = InvScaling(0.3, 0.7).rates(Progress(samples=samples), 3)
        np.testing.assert_allclose(rates, 0.3 / (samples + 1) ** 0.7, rtol=1e-13)


@pytest.mark.parametrize("plateaus", [441, 442, 5000, 2**53])
def test_plateaus_beyond_what_a_float_holds_leave_a_rate_of_0(plateaus: int) -> None:
    for schedule in (Adaptive(1e300), WarmUp(Adaptive(1e300), 3)):
        rates = all_rates(schedule, plateaus=plateaus)
        assert (rates >= 0).all()
        assert (rates < 1e-8).all()
        assert rates.any() == (plateaus == 441)


@pytest.mark.parametrize("power", [50, 100, 1000, 1000.0, np.int64(50), np.float64(1000)])
def test_a_power_beyond_what_a_float_holds_leaves_a_rate_of_0(power: float) -> None:
    """1798**100 came as an error, np.int64 turned around to rates below 0."""
    rates = InvScaling(0.3, power).rates(Progress(samples=10**4), 2)
    np.testing.assert_allclose(rates, 0.3 * 10 ** (-4.00004342728 * float(power)), rtol=1e-6, atol=1e-300)


def test_adaptive_divides_by_five_at_each_plateau() -> None:
    for plateaus in range(5):
        np.testing.assert_allclose(all_rates(Adaptive(0.3), plateaus=plateaus), 0.3 / 5**plateaus, rtol=1e-13)
    assert Adaptive(0.3).lowers_on_plateau
    assert Adaptive(0.3).floor == 1e-6
    assert not Constant(0.3).lowers_on_plateau


def test_cosine() -> None:
    expected = [0.3 * (1 + cos(pi * t / TOTAL)) / 2 for t in range(TOTAL)]
    assert_rounded(all_rates(Cosine(0.3)), expected)


def test_one_cycle() -> None:
    def by_hand(t: int) -> float:
        low, high, last, turn = 0.3 / 25, 0.3, 0.3 / 250_000, 0.3 * TOTAL
        if t < turn:
            return high + (low - high) * (1 + cos(pi * t / turn)) / 2
        return last + (high - last) * (1 + cos(pi * (t - turn) / (TOTAL - turn))) / 2

    rates = all_rates(OneCycle(0.3))
    assert_rounded(rates, [by_hand(t) for t in range(TOTAL)])
    assert rates.argmax() == 12
    assert rates.max() == pytest.approx(0.3)
    assert rates[0] == pytest.approx(0.3 / 25)


def test_coslog4() -> None:
    expected = [0.3 * (1 - cos(2 * pi * log(1 + 15 * t / TOTAL) / log(2))) / 2 for t in range(TOTAL)]
    assert_rounded(all_rates(CosLog4(0.3)), expected, 8 * pi * 0.3)  # the rounding of what the cosine is taken of


def test_coslog4_has_four_hills_that_double() -> None:
    """log₂(1 + 15 t) is a whole number, and the rate 0, at t = 0, 1/15, 3/15, 7/15 and 1; ½ more at the tops."""
    rates = all_rates(CosLog4(0.3), epochs=30, steps=100)
    assert_rounded(rates[[0, 200, 600, 1400]], np.zeros(4), 0.3 * 1e-6)
    tops = [round(3000 * (2 ** (k + 0.5) - 1) / 15) for k in range(4)]
    np.testing.assert_allclose(rates[tops], 0.3, rtol=1e-4)
    between = [int(rates[low:high].argmax()) + low for low, high in ((0, 200), (200, 600), (600, 1400), (1400, 3000))]
    assert between == tops
    assert CosLog4(0.3).now(Progress(step=3000, total_steps=3000)) == pytest.approx(0, abs=1e-12)


def test_flat_cos() -> None:
    def by_hand(t: int) -> float:
        return 1.0 if 2 * t <= TOTAL else (1 + cos(pi * (2 * t / TOTAL - 1))) / 2

    rates = all_rates(FlatCos(0.3))
    assert_rounded(rates, [0.3 * by_hand(t) for t in range(TOTAL)])
    assert (rates[: TOTAL // 2 + 1] == 0.3).all()
    assert rates[3 * TOTAL // 4] == pytest.approx(0.15)
    assert FlatCos(0.3).now(Progress(step=TOTAL, total_steps=TOTAL)) == 0


@pytest.mark.parametrize("name", SCHEDULES)
def test_warm_up_rises_linearly_and_then_leaves_the_schedule_alone(name: str) -> None:
    inner = SCHEDULES[name](0.3)
    rates, plain = all_rates(WarmUp(inner, 7)), all_rates(inner)
    rise = [min((t + 1) / 7, 1) for t in range(TOTAL)]
    assert_rounded(rates, plain * rise)
    assert WarmUp(inner, 7).lowers_on_plateau == inner.lowers_on_plateau
    assert WarmUp(inner, 7).floor == inner.floor


@pytest.mark.parametrize("name", SCHEDULES)
def test_now_is_the_rate_of_the_next_step(name: str) -> None:
    schedule, progress = SCHEDULES[name](0.3), Progress(step=11, total_steps=TOTAL, samples=500, plateaus=2)
    assert schedule.now(progress) == schedule.rates(progress, 4)[0]


@pytest.mark.parametrize("name", SCHEDULES)
def test_past_the_end_rates_stay_finite_and_not_negative(name: str) -> None:
    rates = SCHEDULES[name](0.3).rates(Progress(step=100, total_steps=TOTAL), 5)
    assert np.isfinite(rates).all()
    assert (rates >= 0).all()


@pytest.mark.parametrize("rate", [0, -1.0, float("nan"), float("inf"), "a", True])
def test_a_rate_must_be_above_zero(rate: float) -> None:
    with pytest.raises(SettingsError, match="a learning rate must be above 0 and finite, got"):
        Constant(rate)


@pytest.mark.parametrize("steps", [-3, 2.5, "a", True])
def test_warm_up_takes_a_whole_number_of_steps(steps) -> None:
    with pytest.raises(SettingsError, match="WarmUp: steps must be a whole number of 0 or more, got"):
        WarmUp(Constant(), steps)


def test_warm_up_takes_a_schedule() -> None:
    with pytest.raises(SettingsError, match=r"WarmUp: inner must be a schedule, got 0\.1"):
        WarmUp(0.1, 3)


@pytest.mark.parametrize("power", [-1, float("nan"), "a"])
def test_power_of_invscaling(power) -> None:
    with pytest.raises(SettingsError, match="InvScaling: power must be 0 or more, got"):
        InvScaling(0.1, power)


def test_which_run_to_the_end() -> None:
    assert {name for name, kind in SCHEDULES.items() if kind().runs_to_the_end} == {
        "cosine", "one_cycle", "coslog4", "flat_cos",
    }  # fmt: skip
    assert WarmUp(Cosine(), 3).runs_to_the_end
    assert not WarmUp(Constant(), 3).runs_to_the_end
