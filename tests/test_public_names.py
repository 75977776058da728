"""The public face: exactly these names, each found, none by accident; and importing them is quick."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest

import glassprop
from glassprop import errors

PUBLIC = [
    "Activation",
    "Cost",
    "GlasspropError",
    "Layer",
    "MLPClassifier",
    "MLPRegressor",
    "Network",
    "check_gradient",
    "explain",
    "load",
    "save",
]


def test_the_list_is_this_one():
    assert sorted(glassprop.__all__) == sorted([*PUBLIC, "__version__"])
    assert dir(glassprop) == sorted([*PUBLIC, "__version__"])


@pytest.mark.parametrize("name", PUBLIC)
def test_each_name_is_there_and_documented(name):
    thing = getattr(glassprop, name)
    assert thing.__name__ == name
    assert thing.__doc__
    assert thing.__module__.startswith("glassprop.")


def test_no_other_name():
    with pytest.raises(AttributeError, match="module 'glassprop' has no attribute 'Nonsense'"):
        glassprop.Nonsense  # noqa: B018


def test_version_is_that_of_the_package():
    assert glassprop.__version__ == version("glassprop")


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, glassprop; print([m for m in ('numpy', 'scipy', 'sklearn', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_importing_the_core_does_not_load_scikit_learn():
    code = "import sys; from glassprop import Network, check_gradient; print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_every_error_is_a_glassprop_error_and_pictured():
    own = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, Exception)]
    for error in own:
        assert issubclass(error, errors.GlasspropError)
        assert error.__name__ in errors.__doc__
        if error not in (errors.GlasspropError, errors.MissingPackageError):
            assert issubclass(error, ValueError)


def test_a_divergence_error_survives_pickling():
    import pickle

    error = pickle.loads(pickle.dumps(errors.DivergenceError("said", epoch=3, layer=2)))
    assert (str(error), error.epoch, error.layer) == ("said", 3, 2)
    assert error.state is None
