"""All charts of the report of a training, drawn of what it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glassprop.ground.text import shown
from glassprop.training_report import charts, model_charts
from glassprop.training_report.map_chart import map_chart


def draw(data: Mapping[str, Any]) -> dict[str, str]:
    """The charts of a report; "" for those that it has nothing for."""
    history, residuals, target = data["history"], data["residuals"], shown(data["target"]["name"])
    best = history["best_epoch"]
    names = ("curves", "time", "predictions", "residuals", "left", "rows", "calibration", "columns", "neurons", "plane")
    drawn = dict.fromkeys(names, "") | _of_the_model(data)
    if data["seen"] is not None:
        drawn["rows"] = map_chart(data["seen"], regression=residuals is not None)
    if history["training"]:
        title = f"Cost by epoch over {len(history['training'])} epochs" + (f"; best epoch {best}" if best else "")
        drawn["curves"] = charts.curves(
            history["training"], history["validation"], best, title=title, label="cost", networks=history["networks"]
        )
    if history["seconds"]:
        drawn["time"] = charts.curves(
            history["training"],
            history["validation"],
            best,
            title=f"Cost by time, over {history['seconds'][-1]:.3g} seconds",
            label="cost",
            seconds=history["seconds"],
        )
    if residuals is not None:
        drawn["residuals"] = charts.histogram(
            residuals["edges"], residuals["counts"], title="Histogram of residuals", across="predicted - true"
        )
        if residuals.get("points"):
            drawn["left"] = model_charts.residual_chart(residuals["points"], title=f"Residuals by predicted {target}")
            title = f"Predicted against true {target}"
            drawn["predictions"] = charts.scatter(residuals["points"], title=title, across="true", up="predicted")
    return drawn


def _of_the_model(data: Mapping[str, Any]) -> dict[str, str]:
    """Whether its probabilities hold, what its first layer looks for, what it says of two columns."""
    first, found = data["first_layer"], {}
    found["columns"] = model_charts.size_bars(first["columns"], title="Length of the first layer's weights by column")
    if first["pictures"] is not None:
        found["neurons"] = model_charts.weight_pictures(first["pictures"])
    if data["calibration"] is not None:
        found["calibration"] = model_charts.reliability_chart(data["calibration"])
    if data["plane"] is not None:
        found["plane"] = model_charts.plane_chart(data["plane"])
    return found


def waterfalls(data: Mapping[str, Any]) -> list[str]:
    """Of each telling row how its prediction came about; "" for those of which it is not known."""
    said = {"probability": "probability of ", "score": "score of ", "amount": ""}
    drawn = [
        charts.waterfall(told, title=f"How the {said[told['of']]}{shown(told['output'])} that is predicted came about")
        for told in data["came_about"]
    ]
    return drawn or [""] * len(data["telling"])
