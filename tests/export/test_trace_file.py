"""Trace files: the same again, of one model alone; and forged ones, each refused in a line."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from forging.cases import at_random
from forging.sealing import parts_of, sealed

from glassprop import Layer, MLPClassifier, Network, Tracer, load_trace, save, save_trace
from glassprop.errors import DataError, ModelFileError, SettingsError
from glassprop.export.model_file import load
from glassprop.functions import Activation
from glassprop.influence.model_trace import ModelTrace
from glassprop.influence.trace import Trace

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X = np.random.default_rng(0).normal(size=(24, 3))
LABELS = np.repeat(["no", "yes"], 12)


def fitted(seed=0, **settings):
    tracer = Tracer(4)
    model = MLPClassifier((3,), max_iter=6, random_state=seed, engine="reference", **settings)
    return model.set_callbacks(tracer).fit(X, LABELS), tracer


def several(dtype=np.float64):
    """Of two networks, each taught by some rows."""
    net = Network(3, [Layer(2, "relu"), Layer(2, "softmax")], "log_loss")
    rng = np.random.default_rng(1)
    traces = tuple(
        Trace(np.stack([net.initial(rng) for _ in range(2)]).astype(dtype), np.ones(2), np.array([2, 5]))
        for _ in range(2)
    )
    return ModelTrace("ab" * 16, traces, net, rng.random((11, 2)) > 0.4)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "m.trace"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_is_written_is_read_again(path, dtype):
    written = several(dtype)
    save_trace(written, path)
    read = load_trace(path)
    assert (read.model, read.epochs, read.network) == (written.model, (2, 5), written.network)
    np.testing.assert_array_equal(read.taught, written.taught)
    for one, other in zip(read.traces, written.traces, strict=True):
        assert one.thetas.dtype == dtype
        for name in ("thetas", "rates", "epochs"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    first = path.read_bytes()
    save_trace(read, path)
    assert path.read_bytes() == first


def test_a_model_that_was_loaded_is_known_and_another_refused(path, tmp_path):
    (model, tracer), (other, _) = fitted(), fitted(1)
    save_trace(tracer, path)
    save(model, tmp_path / "m.glassprop")
    again = load(tmp_path / "m.glassprop")
    np.testing.assert_array_equal(
        again.blame(X, LABELS, row=3, trace=load_trace(path)).scores,
        model.blame(X, LABELS, row=3, trace=tracer).scores,
    )
    with pytest.raises(DataError, match="the trace is of another model"):
        other.blame(X, LABELS, row=3, trace=load_trace(path))
    save_trace(tracer.trace(), path)  # the bare trace is known by its last weights
    with pytest.raises(DataError, match="the trace is of another model"):
        other.blame(X, LABELS, row=3, trace=load_trace(path))


def test_it_has_no_data(path):
    rows = np.full((24, 3), 12345.678) + X
    tracer = Tracer(2)
    MLPClassifier((3,), max_iter=2, random_state=0).set_callbacks(tracer).fit(rows, np.repeat(["secret", "other"], 12))
    save_trace(tracer, path)
    data = path.read_bytes()
    assert b"secret" not in data
    assert all(number.tobytes() not in data for number in rows.ravel())


def test_what_is_no_trace(path, tmp_path):
    model, tracer = fitted()
    save(model, tmp_path / "m.glassprop")
    save_trace(tracer, path)
    with pytest.raises(ModelFileError, match="holds no trace"):
        load_trace(tmp_path / "m.glassprop")
    with pytest.raises(ModelFileError, match="is a trace, not a model file"):
        load(path)
    with pytest.raises(ModelFileError, match="there is no trace file"):
        load_trace(tmp_path / "nothing.trace")
    (tmp_path / "text").write_text("no")
    with pytest.raises(ModelFileError, match="is not a glassprop trace file"):
        load_trace(tmp_path / "text")
    with pytest.raises(SettingsError, match="has watched no completed fit"):
        save_trace(Tracer(), tmp_path / "none.trace")
    with pytest.raises(ModelFileError, match="cannot save a list as a trace"):
        save_trace([], tmp_path / "none.trace")
    with pytest.raises(ModelFileError, match="cannot write"):
        save_trace(tracer, tmp_path / "no" / "folder.trace")
    assert not (tmp_path / "none.trace").exists()


def test_functions_of_ones_own_are_not_written(path):
    own = Activation("own", np.tanh, lambda z, a: 1 - a * a)
    net = Network(3, [Layer(2, own), Layer(1, "identity")])
    one = Trace(np.zeros((1, net.layout.size)), np.ones(1), np.array([1]))
    with pytest.raises(ModelFileError, match="a file carries no code"):
        save_trace(ModelTrace("", (one,), net), path)
    assert not path.exists()


# --- forged -----------------------------------------------------------------------------------------------------


def _without(key):
    return lambda parts: parts.document.pop(key)


def _set(key, value):
    return lambda parts: parts.document.update({key: value})


def _network(**changes):
    return lambda parts: parts.document["network"].update(changes)


def _array(name, array):
    def forge(parts):
        parts.arrays[name].data = array.tobytes()

    return forge


FORGED = {
    "another kind": (_set("kind", "model"), "holds no trace"),
    "another version": (_set("version", 2), "version"),
    "a key too many": (_set("code", "import os"), "is not part of it"),
    "no digest": (_without("model"), "'model' is missing"),
    "a digest that is no text": (_set("model", 7), "text"),
    "no traces": (_set("traces", []), "entries"),
    "no network": (_set("network", None), "what network these are of"),
    "a network of other weights": (_network(n_inputs=4), "not those of one network"),
    "a network too large to build": (_network(n_inputs=2**50), "not those of one network"),
    "a layer of no kind": (_network(layers=[{"kind": "evil"}]), "layers"),
    "weights that are no numbers": (_array("trace.traces[0].thetas", np.full((2, 14), np.nan)), "not finite"),
    "rates below 0": (_array("trace.traces[1].rates", np.array([-1.0, 1.0])), "0 or more"),
    "an array twice": (
        lambda parts: parts.document["traces"][0].update(thetas={"array": "trace.traces[1].thetas"}),
        "twice|belongs to nothing",
    ),
    "arrays of nothing": (_set("taught", None), "belongs to nothing"),
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_file_is_refused_in_a_line(path, how):
    forge, words = FORGED[how]
    save_trace(several(), path)
    parts = parts_of(path.read_bytes())
    forge(parts)
    path.write_bytes(sealed(parts))
    with pytest.raises(ModelFileError, match=words) as caught:
        load_trace(path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_what_is_neither_true_nor_false_is_true(path):
    """NumPy would take a byte of 2 for an odd kind of true, and count it as two."""
    written = several()
    save_trace(written, path)
    parts = parts_of(path.read_bytes())
    parts.arrays["trace.taught"].data = (written.taught.astype(np.uint8) * 2).tobytes()
    path.write_bytes(sealed(parts))
    np.testing.assert_array_equal(load_trace(path).taught.sum(axis=1), written.taught.sum(axis=1))


def test_files_forged_at_random_are_refused_or_hold_a_trace(path):
    rng, held, refused = random.Random(5), 0, []
    save_trace(several(), path)
    good = path.read_bytes()
    for _ in range(150):
        forged, how = at_random(good, rng, 2)
        path.write_bytes(forged)
        try:
            found = load_trace(path)
        except ModelFileError as error:
            refused.append((how, str(error)))
            continue
        held += 1
        assert all(np.isfinite(one.thetas).all() for one in found.traces)
    assert not [(how, said) for how, said in refused if "\n" in said]
    assert held < 100
