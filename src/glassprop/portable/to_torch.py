"""``glassprop.to_torch``: the network of a fitted model as a module of PyTorch, with the same numbers."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.utils.validation import check_is_fitted

from glassprop.errors import ExportError, MissingPackageError, SettingsError
from glassprop.estimator.base_mlp import BaseMLP
from glassprop.portable.last_step import called, last_step
from glassprop.portable.torch_plan import Piece, pieces_of

_OF_CLASSES = ("softmax", "sigmoid")


def to_torch(model: Any, *, logits: bool = False) -> Any:
    """The network of a fitted model as a ``torch.nn.Module``.

    A dense network is a plain ``nn.Sequential`` of ``nn.Linear`` and activations. It takes the network's inputs, a
    tensor (n, n_features) of the dtype that was trained in; of a Pipeline these are ``pipeline[:-1].transform(X)``. It
    gives what the network does, (n, n_outputs): probabilities in the order of ``classes_`` (of two classes one column,
    the probability of the second); of a regression the predictions, in the target's own units. Its parameters are
    copies that can be trained on; it is handed over in the state of evaluation (``eval()``), in which dropout drops
    nothing.

    Parameters
    ----------
    model : MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, or a Pipeline or search that ends in one
        Fitted. Its last step is what becomes a module.
    logits : bool, default=False
        Leave out the softmax or sigmoid at the end, as ``CrossEntropyLoss`` and ``BCEWithLogitsLoss`` want it.

    Returns
    -------
    torch.nn.Module

    Raises
    ------
    MissingPackageError
        PyTorch is not installed.
    ExportError
        It is something else, or has a user-defined activation.
    SettingsError
        ``logits`` of what has none: a regression, the mean of several members, an output that is no probability.
    NotFittedError

    Examples
    --------
    >>> clf = MLPClassifier((16,)).fit(X, y)                       # doctest: +SKIP
    >>> module = glassprop.to_torch(clf)                           # doctest: +SKIP
    >>> module(torch.from_numpy(X[:3]))                            # doctest: +SKIP
    tensor([[...]])
    """
    network = last_step(model)
    if not isinstance(network, BaseMLP):
        raise ExportError(
            "to_torch takes a glassprop MLPClassifier or MLPRegressor, or a Pipeline or search that ends in one, got "
            f"{called(model)}"
        )
    check_is_fitted(network)
    pieces = torch_pieces(network, logits=logits)
    return _built(pieces, network.theta_.dtype)


def torch_pieces(network: Any, *, logits: bool = False) -> list[Piece]:
    """The modules that an estimator becomes. Raises as ``to_torch``, but for what is not installed."""
    architecture = network.network_
    if logits:
        _refuse_no_logits(network)
    pieces = pieces_of(architecture, network.theta_, logits=logits)
    if architecture.units is not None:
        pieces.append(Piece("OwnUnits", architecture.units.to_dict()))
    several = is_classifier(network) and network._kind(network.n_outputs_) == "multiclass"
    if several and not logits and architecture.layers[-1].activation.name == "sigmoid":
        pieces.append(Piece("SharesOfSum"))
    return pieces


def _refuse_no_logits(network: Any) -> None:
    last, members = network.network_.layers[-1], network.network_.members
    faults = [] if is_classifier(network) else ["it is a regression"]
    faults += [f"probabilities are the mean of {members} members"] if members > 1 else []
    if not faults and (last.activation.name not in _OF_CLASSES or last.residual):
        faults.append(f"its last layer is {last!r}")
    if faults:
        raise SettingsError(f"logits were asked for, and there are none: {', '.join(faults)}; leave logits out")


def _built(pieces: list[Piece], dtype: Any) -> Any:
    torch = _import_torch()
    from glassprop.portable import torch_modules

    made: dict[int, Any] = {}

    def build(piece: Piece) -> Any:
        if id(piece) not in made:
            inner = [build(one) for one in piece.inner]
            own = getattr(torch_modules, piece.module, None)
            if own is not None or not piece.arrays:
                module = (own or getattr(torch.nn, piece.module))(*inner, **piece.arguments)
            else:  # without drawing starting weights, which would move PyTorch's generator
                module = torch.nn.utils.skip_init(getattr(torch.nn, piece.module), **piece.arguments)
            module.to(getattr(torch, dtype.name))
            for name, array in piece.arrays.items():
                module.get_parameter(name).data.copy_(torch.from_numpy(np.array(array)))
            made[id(piece)] = module
        return made[id(piece)]

    return torch.nn.Sequential(*(build(piece) for piece in pieces)).eval()


def _import_torch() -> ModuleType:
    try:
        import torch
    except ImportError as error:
        raise MissingPackageError("to_torch needs the package torch: pip install torch") from error
    return torch
