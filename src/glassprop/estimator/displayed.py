"""What a notebook shows of an estimator: scikit-learn's diagram, with our links and explanations, and the network."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from glassprop.errors import SettingsError
from glassprop.ground.documentation import page_of


class Displayed:
    """The part of an estimator that scikit-learn's HTML asks; what it does not ask in some version, nobody calls.

    Classes say what their network is, by ``_shown_network``.
    """

    _doc_link_module = "glassprop"
    _doc_link_template = "{page}"

    def _doc_link_url_param_generator(self) -> dict[str, str]:
        """scikit-learn asks for what its template needs: here the whole address; none where there is no site."""
        try:
            return {"page": page_of(type(self).__name__)}
        except SettingsError as error:  # it is to be shown nevertheless
            warnings.warn(f"no links: {error}", stacklevel=2)
            return {"page": ""}

    def _get_params_html(self, deep: bool = True, doc_link: str = "") -> Any:
        """scikit-learn's table of parameters, each with what the docstring says of it, wherever there is a page."""
        from glassprop.estimator.told_names import with_tips

        made: Any = super()._get_params_html(deep=deep, doc_link=doc_link)  # type: ignore[misc]
        drawn, doc = made._html_repr, type(self).__doc__ or ""
        made._html_repr = lambda: with_tips(drawn(), doc, "Parameters")
        return made

    def _get_fitted_attr_html(self, doc_link: str = "") -> Any:
        """scikit-learn's table of fitted attributes, and under it the network."""
        from glassprop.estimator.told_names import with_tips

        made: Any = super()._get_fitted_attr_html(doc_link)  # type: ignore[misc]
        drawn, doc, sketch = made._html_repr, type(self).__doc__ or "", self._sketch()
        made._html_repr = lambda: with_tips(drawn(), doc, "Attributes") + sketch
        return made

    def _sketch(self) -> str:
        """The network, drawn; nothing before ``fit``."""
        found = self._shown_network()
        if found is None:
            return ""
        from glassprop.architecture.sketched import sketch_of

        network, names = found
        return sketch_of(network, **names)

    def _shown_network(self: Any) -> tuple[Any, dict[str, Sequence[str]]] | None:
        """The network, and what its inputs and outputs are called; None before ``fit``."""
        if not hasattr(self, "network_"):
            return None
        network = self.network_
        names = getattr(self, "feature_names_in_", ())
        inputs = tuple(map(str, names)) if len(names) == network.n_inputs else ()
        epochs, best = int(getattr(self, "n_iter_", 0)), int(getattr(self, "best_epoch_", 0))
        said = [f"{epochs:,} epochs"] if epochs > 1 else ["1 epoch"] if epochs else []
        said += [f"weights of epoch {best:,}"] if 0 < best < epochs else []
        return network, {"inputs": inputs, "outputs": _outputs(getattr(self, "classes_", ()), network), "more": said}


def _outputs(classes: Any, network: Any) -> tuple[str, ...]:
    """What outputs stand for: each a class, or the second of two."""
    n = network.sizes[-1]
    if len(classes) == n:
        return tuple(map(str, classes))
    return (str(classes[1]),) if n == 1 and len(classes) == 2 else ()
