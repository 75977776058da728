"""What scikit-learn may hang on any estimator, as fields: names of columns, what frames come out, metadata routing."""

from __future__ import annotations

from typing import Any

from glassprop.export.schema.array_values import Names
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.parts import Reading, Writing
from glassprop.export.schema.values import Field, Object, Word


def everywhere() -> dict[str, Field]:
    """Of a fitted one."""
    return {"feature_names_in_": Names(), **before_fitting()}


def before_fitting() -> dict[str, Field]:
    """Of one that is not fitted."""
    return {
        "_sklearn_output_config": Object({"transform": Word("default", "pandas", "polars")}),
        "_metadata_request": Requests(),
    }


class Requests:
    """scikit-learn's metadata requests (``set_fit_request``), as {method: {argument: true, false, null or a name}}."""

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        methods = {name: part for name, part in vars(value).items() if hasattr(part, "requests")}
        asked = {name: self._checked(dict(part.requests), at) for name, part in methods.items()}
        return {name: requests for name, requests in asked.items() if requests}

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        from sklearn.utils._metadata_requests import SIMPLE_METHODS, MetadataRequest

        if type(node) is not dict or not node.keys() <= set(SIMPLE_METHODS):
            raise Misfit(at, "it must be an object of scikit-learn's methods")
        made = MetadataRequest(owner="")
        for method, requests in node.items():
            getattr(made, method)._requests = self._checked(requests, at)
        return made

    def _checked(self, requests: Any, at: str) -> dict[str, Any]:
        if type(requests) is not dict or not all(
            type(name) is str and name.isidentifier() and (alias is None or type(alias) in (bool, str))
            for name, alias in requests.items()
        ):
            raise Misfit(at, "requests must be true, false, null or a name, by argument")
        return requests
