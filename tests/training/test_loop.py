"""The loop through Network.train: validation, stopping, best weights, history, interruption, divergence, bits."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace

import numpy as np
import pytest
from rounding import OF_A_TRAINING, assert_rounded

from glassprop import Activation, Cost, Layer, Network
from glassprop.backprop.objective import Objective
from glassprop.engine.plan import Data
from glassprop.errors import DataError, DerivativeError, DivergenceError, SettingsError
from glassprop.optimizer import SGD, Adam, AdamW, Momentum, Nesterov
from glassprop.training import loop
from glassprop.training.reports import EpochReport, Validation
from glassprop.training.schedule import Adaptive, Constant, Cosine, Progress
from glassprop.training.state import TrainState
from glassprop.training.train_settings import Settings

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 3))
LABEL = (X[:, 0] + 0.7 * RNG.normal(size=80) > 0).astype(int)
Y = np.eye(2)[LABEL]
QUICK = Settings(epochs=12, schedule=Constant(0.02), batch_size=16, patience=np.inf)


def network(dropout: float = 0.0) -> Network:
    return Network(3, [Layer(16, "relu", dropout=dropout), Layer(2, "softmax")], "cross_entropy")


def train(settings: Settings = QUICK, seed: int = 0, net: Network | None = None, **more):
    net = net or network()
    return net.train(
        net.initial(np.random.default_rng(1)), X, Y, settings=settings, rng=np.random.default_rng(seed), **more
    )


def test_theta_given_is_not_changed() -> None:
    theta = network().initial(np.random.default_rng(1))
    before = theta.copy()
    result = network().train(theta, X, Y, settings=QUICK, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(theta, before)
    assert not np.array_equal(result.theta, before)


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_same_seed_same_bits_and_another_seed_others(dropout: float) -> None:
    first, again, other = (train(seed=s, net=network(dropout), validation=0.2) for s in (5, 5, 6))
    np.testing.assert_array_equal(first.theta, again.theta)
    assert first.history == again.history
    assert not np.array_equal(first.theta, other.theta)


def test_history_has_the_plain_validation_cost() -> None:
    """No L2, no smoothing, no dropout in it; and the training cost has them."""
    settings = replace(QUICK, objective=Objective(l2=5.0), label_smoothing=0.2)
    net, held = network(0.3), (X[:20] + 0.1, Y[:20], np.linspace(1, 2, 20))
    seen = []
    result = train(settings, net=net, validation=held, on_epoch=lambda report: seen.append(report.state.theta.copy()))
    expected = [net.cost(theta, *held) for theta in seen]
    assert_rounded(result.history.validation_cost, expected)
    np.testing.assert_array_equal(result.history.score, [-cost for cost in result.history.validation_cost])
    assert result.history.cost[0] > train(QUICK).history.cost[0] + 0.1


def test_best_weights_are_restored() -> None:
    """Judged by labels that have nothing to do with the inputs, so that the best epoch is not the last."""
    seen: list[np.ndarray] = []
    judged = (X[:30], Y[np.random.default_rng(8).permutation(80)[:30]])
    result = train(validation=judged, on_epoch=lambda report: seen.append(report.state.theta.copy()))
    best = int(np.argmin(result.history.validation_cost))
    assert best < QUICK.epochs - 1
    assert result.best_epoch == best + 1
    np.testing.assert_array_equal(result.theta, seen[best])
    last = train(replace(QUICK, restore_best=False), validation=judged)
    np.testing.assert_array_equal(last.theta, seen[QUICK.epochs - 1])


def test_early_stopping_counts_epochs_without_improvement_strictly() -> None:
    result = train(replace(QUICK, epochs=500, patience=4, tol=0.01), validation=0.25, stratify=True)
    score, best, waiting, expected = result.history.score, -np.inf, 0, None
    for epoch, value in enumerate(score, start=1):
        waiting = waiting + 1 if value < best + 0.01 else 0
        best = max(best, value)
        if waiting > 4:
            expected = epoch
            break
    assert result.epoch == len(score) == expected
    assert "Validation score did not improve more than tol=0.010000 for 4 consecutive epochs" in result.stopped_by
    assert not result.exhausted


def test_without_validation_the_training_cost_decides() -> None:
    result = train(replace(QUICK, epochs=2000, patience=3, tol=0.02))
    assert result.epoch < 2000
    assert result.history.score == result.history.validation_cost == []
    assert result.stopped_by.startswith("Training loss did not improve")


def test_stratified_split_keeps_the_shares_of_classes() -> None:
    """Each class gives a quarter: the split and then the training match those made by hand."""
    rng = np.random.default_rng(3)
    theta = network().initial(np.random.default_rng(1))
    aside = np.zeros(80, dtype=bool)
    for value in np.unique(Y, axis=0):
        rows = np.flatnonzero((value == Y).all(axis=1))
        aside[rng.permutation(rows)[: round(0.25 * len(rows))]] = True
    expected = network().train(theta, X[~aside], Y[~aside], settings=QUICK, rng=rng, validation=(X[aside], Y[aside]))
    result = train(seed=3, validation=0.25, stratify=True)
    np.testing.assert_array_equal(result.theta, expected.theta)
    shares = Y[aside].mean(axis=0), Y.mean(axis=0)
    np.testing.assert_allclose(*shares, atol=0.03)


def test_shuffle_off_takes_the_order_as_it_is() -> None:
    first, second = (train(replace(QUICK, shuffle=False), seed=s) for s in (0, 1))
    np.testing.assert_array_equal(first.theta, second.theta)


def test_rates_of_a_schedule_reach_the_optimizer() -> None:
    """One full batch an epoch: gradient descent with cosine rates by hand."""
    net = network()
    settings = Settings(SGD(), Cosine(0.5), epochs=6, batch_size=80, shuffle=False)
    theta = net.initial(np.random.default_rng(1))
    for step in range(6):
        theta = theta - 0.25 * (1 + np.cos(np.pi * step / 6)) * net.gradient(theta, X, Y)
    assert_rounded(train(settings).theta, theta, roundings=OF_A_TRAINING)


def test_adaptive_lowers_the_rate_and_then_stops() -> None:
    said = []
    settings = Settings(Momentum(), Adaptive(1e-4), epochs=500, patience=1, tol=10.0)
    result = train(settings, on_epoch=lambda report: said.append(report.message))
    lowered = [message for message in said if "Setting learning rate to" in message]
    assert len(lowered) == 3  # 1e-4 → 2e-5 → 4e-6 → 8e-7, which is at the floor
    assert result.stopped_by.endswith("Learning rate too small. Stopping.")
    assert result.epoch == 1 + 2 * 4


def test_clipping_bounds_every_step() -> None:
    settings = Settings(SGD(), Constant(1.0), epochs=1, batch_size=80, objective=Objective(clip_norm=0.01))
    start = network().initial(np.random.default_rng(1))
    assert np.linalg.norm(train(settings).theta - start) == pytest.approx(0.01, rel=1e-9)


def test_on_epoch_stops() -> None:
    result = train(on_epoch=lambda report: report.state.epoch == 4)
    assert (result.epoch, result.stopped_by) == (4, "A callback asked to stop.")


@pytest.mark.parametrize("where", ["callback", "middle of an epoch"])
def test_ctrl_c_keeps_the_best_weights(where: str) -> None:
    seen, calls = [], []

    def value(z: np.ndarray) -> np.ndarray:
        calls.append(None)
        if where == "middle of an epoch" and len(seen) == 3:
            raise KeyboardInterrupt
        return z

    def watch(report: EpochReport) -> None:
        seen.append(report.state.theta.copy())
        if where == "callback" and len(seen) == 3:
            raise KeyboardInterrupt

    own = Activation("own", value, lambda z, a: np.ones_like(z))
    net = Network(3, [Layer(6, own), Layer(2, "softmax")], "cross_entropy")
    result = train(net=net, on_epoch=watch)
    assert result.interrupted
    assert result.stopped_by == "Interrupted by the user."
    np.testing.assert_array_equal(result.theta, seen[2])
    seen.clear()
    judged = train(replace(QUICK, schedule=Constant(0.5)), net=net, on_epoch=watch, validation=(X[:15], Y[:15]))
    assert judged.interrupted
    np.testing.assert_array_equal(judged.theta, seen[judged.best_epoch - 1])


def squared(*sizes: int) -> Network:
    hidden = [Layer(n, "relu") for n in sizes]
    return Network(3, [*hidden, Layer(1, "identity")], "squared_error")


def test_divergence_names_epoch_layer_and_remedy_and_keeps_good_weights() -> None:
    net, seen = squared(8), []
    start = net.initial(np.random.default_rng(1))
    target = X[:, :1] * 100
    settings = Settings(SGD(), Constant(5.0), epochs=50, batch_size=20)
    state = {}

    def watch(report: EpochReport) -> None:
        state["state"] = report.state
        seen.append(report.state.theta.copy())

    with pytest.raises(DivergenceError, match="clip_norm=1; the weights of the last good epoch are kept") as caught:
        net.train(start, X, target, settings=settings, rng=np.random.default_rng(0), on_epoch=watch)
    assert caught.value.epoch == len(seen) + 1
    assert f"in epoch {len(seen) + 1}:" in str(caught.value)
    assert "(learning rate 5)" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert seen
    np.testing.assert_array_equal(state["state"].theta, seen[-1])
    assert np.isfinite(state["state"].theta).all()
    assert state["state"].optimizer is None  # its vectors overflowed with θ


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_divergence_finds_the_layer_that_went_first(layer: int) -> None:
    net = squared(4, 4)
    theta = net.initial(np.random.default_rng(1))
    net.w(theta, layer)[...] = 1e200
    for earlier in range(1, layer):
        net.w(theta, earlier)[...] = 1.0
        net.b(theta, earlier)[...] = 50.0
    if layer == 1:
        big = np.full((80, 3), 1e200)
    else:
        big = X
        net.b(theta, layer - 1)[...] = 1e200
    with pytest.raises(DivergenceError, match="the weighted sums z") as caught:
        net.train(theta, big, np.zeros((80, 1)), settings=QUICK, rng=np.random.default_rng(0))
    assert (caught.value.epoch, caught.value.layer) == (1, layer)


def test_divergence_of_the_cost_alone() -> None:
    net = squared()
    with pytest.raises(DivergenceError, match="only the cost itself overflowed") as caught:
        net.train(np.zeros(4), X, np.full((80, 1), 1e200), settings=QUICK, rng=np.random.default_rng(0))
    assert caught.value.layer is None


def test_infinite_inputs_are_told_apart() -> None:
    bad = X.copy()
    bad[3, 1] = np.inf
    with pytest.raises(DivergenceError, match="the inputs themselves are not all finite"):
        squared(4).train(np.zeros(21), bad, np.zeros((80, 1)), settings=QUICK, rng=np.random.default_rng(0))


def test_wrong_derivatives_are_refused_before_the_first_step() -> None:
    net = Network(3, [Layer(4, Activation("bad", lambda z: z**3, lambda z, a: z**2)), Layer(1, "identity")])
    with pytest.raises(DerivativeError, match="activation 'bad'"):
        net.train(net.initial(np.random.default_rng(0)), X, Y[:, :1], rng=np.random.default_rng(0))
    cost = Cost("bad", lambda a, y: ((a - y) ** 2).sum(axis=1), lambda a, y: a - y)
    net = Network(3, [Layer(1, "identity")], cost)
    with pytest.raises(DerivativeError, match="cost 'bad'"):
        net.train(net.initial(np.random.default_rng(0)), X, Y[:, :1], rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("validation", "words"),
    [((X, Y[:, :1]), "Y must have shape"), ((X[:, :2], Y), "X must have shape"), ((X, 2 * Y), "cross_entropy")],
)
def test_validation_data_are_checked_before_the_first_step(validation, words: str) -> None:
    with pytest.raises(DataError, match=words):
        train(validation=validation)


def test_a_float32_run_stays_float32() -> None:
    net = network()
    theta = net.initial(np.random.default_rng(1), np.float32)
    result = net.train(
        theta, X.astype(np.float32), Y.astype(np.float32), settings=replace(QUICK, optimizer=Adam()), rng=RNG
    )
    assert result.theta.dtype == np.float32


@pytest.mark.parametrize("copy", [lambda error: error, lambda error: pickle.loads(pickle.dumps(error))])
def test_divergence_carries_the_last_good_state(copy) -> None:
    seen, net = [], squared(8)
    start = net.initial(np.random.default_rng(1))
    settings = Settings(SGD(), Constant(5.0), epochs=50, batch_size=20)
    with pytest.raises(DivergenceError) as caught:
        net.train(
            start,
            X,
            X[:, :1] * 100,
            settings=settings,
            rng=np.random.default_rng(0),
            on_epoch=lambda report: seen.append(report.state.theta.copy()),
        )
    state = copy(caught.value).state
    np.testing.assert_array_equal(state.theta, seen[-1])
    assert len(state.history.cost) == len(seen) == caught.value.epoch - 1 == state.epoch


def far() -> np.ndarray:
    """One example so far out that exp of what it gives overflows once its weight has grown a little."""
    return np.array([[2e3, 0.0, 0.0]])


@pytest.mark.parametrize(("judges", "restore_best"), [(True, True), (True, False), (False, True)])
def test_a_validation_cost_that_is_not_finite_stops_at_once(judges: bool, restore_best: bool) -> None:
    net = Network(3, [Layer(1, "exp")], "poisson")
    counts = np.exp(X[:, :1]).round()
    settings, seen = replace(QUICK, epochs=30, restore_best=restore_best), []
    state = TrainState(np.zeros(4))
    held = Validation(Data(far(), np.array([[1.0]])), judges=judges)
    more = {"rng": np.random.default_rng(0), "validation": held}

    def run() -> None:
        loop.train(net, state, Data(X, counts), settings, **more, on_epoch=lambda r: seen.append(r.state.theta.copy()))

    if not judges:  # it is only watched then, and shows what happens
        run()
        assert np.inf in state.history.validation_cost
        return
    if restore_best:
        run()
        assert state.diverged
        best = int(np.argmin(state.history.validation_cost))
        np.testing.assert_array_equal(state.theta, seen[best])
        assert state.epoch == len(seen) == state.kept_epoch + len(seen) - best - 1 > 1
        assert np.isnan(state.history.score[-1])
        assert state.history.validation_cost[-1] == np.inf
        assert "the cost of the validation data stopped being a finite number" in state.stopped_by
        assert state.stopped_by.endswith(f"the weights of the best epoch, {best + 1}, are kept")
    else:
        with pytest.raises(
            DivergenceError, match="the cost of the validation data stopped being a finite number"
        ) as caught:
            run()
        assert caught.value.epoch == len(seen) + 1 > 1
        assert caught.value.state is state
        np.testing.assert_array_equal(state.theta, seen[-1])
    assert len(state.history.cost) == len(state.history.validation_cost) == len(state.history.score) == len(seen)


def test_diverging_under_validation_warns_and_ends_with_the_best() -> None:
    """With a rate that grows without end, so that the first epochs are good ones."""

    @dataclass(frozen=True)
    class Growing(Constant):
        def rates(self, progress: Progress, n_steps: int) -> np.ndarray:
            return np.full(n_steps, 0.01 * 1e60 ** (progress.step // n_steps))

    settings = replace(QUICK, epochs=40, schedule=Growing(), optimizer=SGD())
    seen: list[np.ndarray] = []
    with pytest.warns(RuntimeWarning, match="Training ended: the cost stopped being a finite number in epoch"):
        result = train(settings, validation=0.25, on_epoch=lambda report: seen.append(report.state.theta.copy()))
    best = int(np.nanargmax(result.history.score))
    np.testing.assert_array_equal(result.theta, seen[best])
    assert result.diverged
    assert result.best_score == result.history.score[best]
    assert np.isnan(result.history.score[-1])


def test_a_score_that_is_no_number_is_no_improvement() -> None:
    scores = iter([0.5, np.nan, -np.inf, np.nan, np.nan, 0.9])
    settings = replace(QUICK, patience=3)
    state = TrainState(network().initial(np.random.default_rng(1)))
    held = Validation(Data(X, Y), score=lambda theta: next(scores))
    loop.train(network(), state, Data(X, Y), settings, rng=np.random.default_rng(0), validation=held)
    assert (state.epoch, state.best_epoch, state.best_score) == (5, 1, 0.5)
    for never in (np.nan, -np.inf):
        state = TrainState(network().initial(np.random.default_rng(1)))
        held = Validation(Data(X, Y), score=lambda theta, score=never: score)
        loop.train(network(), state, Data(X, Y), settings, rng=np.random.default_rng(0), validation=held)
        assert state.epoch == 4
        assert "did not improve" in state.stopped_by


def test_ctrl_c_in_the_middle_of_an_epoch_undoes_it() -> None:
    """Weights, memory and counters are those of the last whole epoch; gone on with, it is as if it had not come."""
    calls: list[None] = []

    def value(z: np.ndarray) -> np.ndarray:
        calls.append(None)
        if len(calls) == 60:
            raise KeyboardInterrupt
        return np.tanh(z)

    def net() -> Network:
        own = Activation("own", value, lambda z, a: 1 - a * a)
        return Network(3, [Layer(6, own, dropout=0.2), Layer(2, "softmax")], "cross_entropy")

    left = train(net=net())
    assert left.interrupted
    assert 1 < left.epoch < QUICK.epochs
    assert left.optimizer.t == left.step == 5 * left.epoch
    assert left.drawn
    resumed = net().resume(left, X, Y, settings=QUICK)
    straight = train(net=net())  # Ctrl-C comes only once
    assert [resumed.interrupted, straight.interrupted] == [False, False]
    np.testing.assert_array_equal(resumed.theta, straight.theta)
    assert resumed.history == straight.history
    for mine, theirs in zip(resumed.optimizer.vectors, straight.optimizer.vectors, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_another_optimizer_starts_with_a_memory_of_its_own() -> None:
    state = TrainState(network().initial(np.random.default_rng(1)))
    for optimizer in (Adam(), SGD(), Momentum(), Nesterov(), AdamW(), Adam()):
        before = state.theta.copy()
        settings = replace(QUICK, optimizer=optimizer, epochs=1)
        loop.train(network(), state, Data(X, Y), settings, rng=np.random.default_rng(0))
        assert state.optimizer.kind == type(optimizer).__name__
        assert state.optimizer.t == state.step == 5
        fresh = TrainState(before)
        loop.train(network(), fresh, Data(X, Y), settings, rng=np.random.default_rng(0))
        np.testing.assert_array_equal(state.theta, fresh.theta)
    loop.train(network(), state, Data(X, Y), settings, rng=np.random.default_rng(0))
    assert state.optimizer.t == 10  # of the same kind: it goes on


def test_theta_is_checked_before_the_first_step() -> None:
    theta = network().initial(np.random.default_rng(1))
    for wrong, words in (
        (theta[:-1], "theta must have shape"),
        (np.append(theta, 0), "theta must have shape"),
        (np.zeros(theta.size, dtype=int), "theta must hold floating-point numbers"),
        (list(theta[:3]), "theta must be a NumPy array, got a list"),
    ):
        for validation in (None, 0.2):
            with pytest.raises(DataError, match=words):
                network().train(wrong, X, Y, rng=np.random.default_rng(0), validation=validation)


@pytest.mark.parametrize("fraction", [np.float32(0.25), np.float64(0.25)])
def test_a_fraction_may_be_any_number(fraction) -> None:
    np.testing.assert_array_equal(train(validation=fraction).theta, train(validation=0.25).theta)


@pytest.mark.parametrize("validation", [1, 0, 1.5, True, "0.1", X, (X,), (X, Y, None, None)])
def test_validation_that_cannot_be_used(validation) -> None:
    with pytest.raises(SettingsError, match=r"validation must (lie between 0 and 1|be a fraction between 0 and 1, or)"):
        train(validation=validation)


def test_weights_may_be_lists() -> None:
    weight = np.linspace(1, 2, 80)
    one, other = (
        train(sample_weight=w, validation=(X[:9], Y[:9], v))
        for w, v in ((weight, weight[:9]), (list(weight), list(weight[:9])))
    )
    np.testing.assert_array_equal(one.theta, other.theta)
    assert one.history == other.history
