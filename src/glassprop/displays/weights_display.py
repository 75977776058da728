"""`WeightsDisplay`: the weights of a network's first layer, as pictures, as a heat map, or as bars."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from glassprop.displays import drawing
from glassprop.displays.drawing import COLORS, DIVERGING, Keywords, label_axes, name_ticks
from glassprop.displays.networks_in import networks_in, steps_before
from glassprop.displays.picture_options import OneLine, whole_number, whole_numbers
from glassprop.displays.pictures_side_by_side import GAP, side_by_side
from glassprop.errors import SettingsError
from glassprop.ground.text import listed, quoted
from glassprop.insight.image import Picture, find_picture
from glassprop.tables.use.first_weights import first_weights

Kind = Literal["auto", "pictures", "heatmap", "bars"]
KINDS = ("auto", "pictures", "heatmap", "bars")
MOST_NAMED = 20  # inputs whose names find room


class WeightsDisplay:
    """The weights of a network's first layer: of each input to each of its neurons.

    Where inputs are pixels, each neuron is a picture; else a heat map has a row for each input and a column for each
    neuron, or bars say how large the weights of each input are. Factors that stand before the layer (``scale_inputs``)
    are multiplied in.

    Parameters
    ----------
    weights : array (n_neurons, n_inputs) or None
        ∂z/∂x, by the input as the network is given it: behind the scalers of a Pipeline. None where inputs have no
        weight of their own.
    sizes : array (n_inputs,)
        The length of the weights of each input: the root of the sum of their squares over the neurons, and the mean of
        that over the networks of a model that averages several.
    input_names : sequence of str (n_inputs,)
    shape : (int, int), optional
        Height and width of the picture that the inputs make up, row by row.
    name : str, optional
        Which of several networks this is, for the title.

    Attributes
    ----------
    im_ : matplotlib AxesImage or None
        All pictures side by side with a gap of one pixel, or the heat map.
    bars_ : matplotlib BarContainer or None
    colorbar_ : matplotlib Colorbar or None
    neurons_ : list of int
        Those that are drawn.
    ax_, figure_ : matplotlib Axes and Figure

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from glassprop import MLPClassifier
    >>> from glassprop.plot import WeightsDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> clf = MLPClassifier((16,), max_iter=2, tol=0, random_state=0).fit(X / 16, y)
    >>> WeightsDisplay.from_estimator(clf, shape=(8, 8)).im_.get_array().shape
    (35, 35)
    """

    def __init__(
        self,
        *,
        weights: Any,
        sizes: Any,
        input_names: Sequence[str],
        shape: tuple[int, int] | None = None,
        name: str | None = None,
    ) -> None:
        self.weights, self.sizes, self.input_names = weights, sizes, input_names
        self.shape, self.name = shape, name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        shape: tuple[int, int] | None = None,
        input_names: Sequence[str] | None = None,
        member: int | None = None,
        **more: Any,
    ) -> Self:
        """Draw the first layer of a fitted model.

        Parameters
        ----------
        estimator : fitted model
            An MLPClassifier, MLPRegressor (scikit-learn's, too), TabularClassifier or TabularRegressor, or a Pipeline
            or search that ends in one.
        shape : (int, int), optional
            Height and width, where inputs are the pixels of a picture, row by row. Found where their names say it
            ("pixel_3_5").
        input_names : sequence of str, optional
            Else those that the model knows.
        member : int, optional
            Which of several networks (from 0); without, bars are the mean of all and the others of the first.
        **more
            As of ``plot``.

        Raises
        ------
        MissingPackageError
            If matplotlib is not installed.
        NotFittedError
            If the model is not fitted.
        SettingsError
            If it is no network, has no such member, or the names or the shape are not of its inputs.
        """
        drawing.need_matplotlib(f"{cls.__name__}.from_estimator")
        networks = networks_in(estimator)
        if len(networks) > 1:
            raise SettingsError(
                f"a {type(estimator).__name__} holds several networks, {len(networks)} of them: give one of them"
            )
        found = first_weights(steps_before(estimator), networks[0])
        n = len(found.networks)
        if member is not None and whole_number(member, "member") >= n:
            raise SettingsError(f"there is no member {quoted(member)}: the model has {n}, counted from 0")
        with OneLine(f"{cls.__name__}.from_estimator"):
            names = [name.name for name in found.names] if input_names is None else [str(name) for name in input_names]
        if len(names) != len(found.names):
            raise SettingsError(f"input_names has {len(names)} names, and the network {len(found.names)} inputs")
        one = found.networks[member or 0]
        return cls(
            weights=one.weights,
            sizes=found.sizes if member is None else one.sizes,
            input_names=names,
            shape=shape,
            name=f"network {member or 0} of {n}" if n > 1 else None,
        ).plot(**more)

    @OneLine("WeightsDisplay.plot")
    def plot(
        self,
        *,
        kind: Kind = "auto",
        neurons: Sequence[int] | None = None,
        most: int = MOST_NAMED,
        cmap: Any = DIVERGING,
        colorbar: bool = True,
        ax: Any = None,
        im_kw: Keywords = None,
        bar_kw: Keywords = None,
    ) -> Self:
        """Draw it.

        Parameters
        ----------
        kind : {"auto", "pictures", "heatmap", "bars"}, default="auto"
            "auto": pictures where inputs make up one; bars of one neuron, and where inputs have no weight of their own;
            else the heat map. Bars of one neuron are its weights, of several the size of theirs.
        neurons : sequence of int, optional
            Which of them, from 0; else all.
        most : int, default=20
            Maximum number of inputs that are shown as rows or bars: those with the largest weights.
        cmap : str or Colormap, default="PuOr_r"
        colorbar : bool, default=True
        ax : matplotlib Axes, optional
        im_kw, bar_kw : mapping, optional
            Handed to ``imshow`` and ``barh``.

        Returns
        -------
        self

        Raises
        ------
        SettingsError
            If the model has no such picture, or there is no such neuron.
        """
        most = whole_number(most, "most", 1)
        chosen, picture = self._kind(kind, neurons), self._picture()
        ax = drawing.axes_for(ax, f"{type(self).__name__}.plot")
        self.neurons_ = [] if self.weights is None else self._chosen(neurons)
        self.im_ = self.bars_ = self.colorbar_ = None
        image = {"cmap": cmap, **drawing.normal(im_kw, "image.AxesImage")}
        if chosen == "pictures":
            assert picture is not None
            self._draw_pictures(ax, picture, image)
        elif chosen == "heatmap":
            self._draw_heatmap(ax, most, image)
        else:
            self._draw_bars(ax, most, drawing.normal(bar_kw, "patches.Rectangle"))
        if self.im_ is not None and colorbar:
            self.colorbar_ = drawing.color_bar(ax, self.im_, "weight")
        if self.name is not None and chosen != "bars":
            ax.set_title(self.name)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    # --- what is drawn -------------------------------------------------------------------------------------

    def _picture(self) -> Picture | None:
        n = len(self.input_names)
        if self.shape is None:
            return find_picture(list(self.input_names))
        height, width = whole_numbers(self.shape, "shape", 2)
        if height * width != n or height < 1:
            raise SettingsError(f"shape {height} × {width} has {height * width} pixels, and the network {n} inputs")
        return Picture(height, width, tuple(range(n)))

    def _kind(self, kind: str, neurons: Sequence[int] | None) -> str:
        if kind not in KINDS:
            raise SettingsError(f"kind is one of {listed(KINDS)}, got {quoted(kind)}")
        picture = self._picture()
        if self.weights is None and kind in ("pictures", "heatmap"):
            raise SettingsError(
                f"kind={kind!r} needs a weight of each input, and here a layer makes other numbers of inputs first: "
                "kind='bars' tells how long the weights are"
            )
        if kind == "pictures" and picture is None:
            raise SettingsError("pictures need shape=(height, width): the names of the inputs tell none")
        if kind != "auto":
            return kind
        if self.weights is None:
            return "bars"
        if picture is not None:
            return "pictures"
        return "bars" if len(self._chosen(neurons)) == 1 else "heatmap"

    def _chosen(self, neurons: Sequence[int] | None) -> list[int]:
        n = len(self.weights)
        chosen = list(range(n)) if neurons is None else whole_numbers(neurons, "neurons")
        wrong = [j for j in chosen if not 0 <= j < n]
        if wrong or not chosen:
            said = f"there is no neuron {listed(wrong, 3)}" if wrong else "neurons is empty"
            raise SettingsError(f"{said}: the first layer has {n}, counted from 0")
        return chosen

    def _largest(self, sizes: NDArray[np.float64], most: int) -> list[int]:
        """The inputs with the largest weights, in their own order where all find room."""
        if len(sizes) <= most:
            return list(range(len(sizes)))
        return np.argsort(-sizes, kind="stable")[:most].tolist()

    def _draw_pictures(self, ax: Any, picture: Picture, image: dict[str, Any]) -> None:
        across = ceil(sqrt(len(self.neurons_) * picture.height / picture.width))
        self._show(ax, side_by_side(np.asarray(self.weights)[self.neurons_], picture, across), image)
        ax.set_frame_on(False)
        rows = [self.neurons_[k : k + across] for k in range(0, len(self.neurons_), across)]
        middles = [k * (picture.height + GAP) + (picture.height - 1) / 2 for k in range(len(rows))]
        ax.set_xticks([])
        ax.set_yticks(middles, [_span(row) for row in rows])
        ax.tick_params(length=0)
        label_axes(ax, "", "neuron" if len(self.neurons_) == 1 else "neurons")

    def _draw_heatmap(self, ax: Any, most: int, image: dict[str, Any]) -> None:
        W = np.asarray(self.weights)[self.neurons_]
        inputs = self._largest(np.abs(W).max(axis=0), most)
        self._show(ax, W[:, inputs].T, {"aspect": "auto", **image})
        name_ticks(ax.yaxis, [self.input_names[k] for k in inputs])
        if len(self.neurons_) <= 2 * MOST_NAMED:
            name_ticks(ax.xaxis, self.neurons_, rotation=drawing.tilt(self.neurons_, 90))
        label_axes(ax, "neuron", _among("input", len(inputs), len(self.input_names)))

    def _show(self, ax: Any, values: NDArray[np.float64], image: dict[str, Any]) -> None:
        largest = float(np.abs(values[np.isfinite(values)]).max(initial=0.0)) or 1.0
        limits = {} if "norm" in image else {"vmin": -largest, "vmax": largest}
        self.im_ = ax.imshow(values, **{"interpolation": "nearest", **limits, **image})

    def _draw_bars(self, ax: Any, most: int, bar: dict[str, Any]) -> None:
        """The largest on top."""
        alone = len(self.neurons_) == 1
        if alone:
            values = np.asarray(self.weights)[self.neurons_[0]]
        elif self.weights is not None and len(self.neurons_) < len(self.weights):
            values = np.sqrt((np.asarray(self.weights)[self.neurons_] ** 2).sum(axis=0))
        else:
            values = np.asarray(self.sizes)
        inputs = np.argsort(-np.abs(values), kind="stable")[:most].tolist()
        colors = [COLORS[0] if values[k] >= 0 else COLORS[1] for k in inputs]
        usual = {} if {"color", "facecolor"} & set(bar) else {"color": colors}
        self.bars_ = ax.barh(
            range(len(inputs)), np.where(np.isfinite(values), values, np.nan)[inputs], **{**usual, **bar}
        )
        name_ticks(ax.yaxis, [self.input_names[k] for k in inputs])
        ax.set_ylim(len(inputs) - 0.5, -0.5)
        if alone:
            ax.axvline(0, color=drawing.ink(ax), linewidth=0.8)
        said = f"weight to neuron {self.neurons_[0]}" if alone else "length of its weights"
        label_axes(ax, said, _among("input", len(inputs), len(self.input_names)))


def _span(neurons: Sequence[int]) -> str:
    first, last = neurons[0], neurons[-1]
    return str(first) if first == last else f"{first}–{last}" if last - first == len(neurons) - 1 else f"{first} …"


def _among(what: str, shown: int, total: int) -> str:
    return what if shown == total else f"{what} ({shown} of {total}, the largest)"
