"""The plain record of a model read with NumPy alone, by what its docstrings say: beside what the fitted model gives."""

from __future__ import annotations

import math
import re
import unicodedata
from itertools import pairwise

import numpy as np

from glassprop.backprop.passes import forward
from glassprop.portable import whole_model as plan
from glassprop.tables.values.words import WORD


def read(source: plan.Source, values) -> np.ndarray:
    """What counts of a raw column: numbers with NaN, or texts with ""."""
    if source.given == "text":
        made = [str(value).strip(source.blanks) if source.blanks else str(value) for value in values]
        return np.array(["" if text.lower() in source.words else text for text in made], dtype=object)
    x = np.array(values, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        x[(x < source.low) | (x > source.high)] = np.nan
        x[np.abs(x) < source.least] = 0.0
    x[np.isin(x, source.absent)] = np.nan
    return np.floor(x) if source.whole else x


def step(of, x: np.ndarray) -> np.ndarray:
    match of:
        case plan.Fill():
            return np.array([of.value if math.isnan(v) else v for v in x])
        case plan.Bend():
            return np.array([math.asinh((v - of.origin) / (2 * of.unit)) for v in x])
        case plan.Affine():
            return (x - of.center) / of.spread
        case plan.Knots():
            return np.interp(x, of.at, of.to)
        case plan.Squeeze():
            return np.array([v / math.hypot(1.0, v / of.limit) for v in x])
        case plan.Clip():
            return np.minimum(np.maximum(x, of.low), of.high)
    raise AssertionError(of)


def row_of(lookup: plan.Lookup, value) -> int:
    if isinstance(value, str):
        if not value:
            return lookup.missing
        if value in lookup.by_text:
            return lookup.by_text[value]
        if not re.fullmatch(plan.PLAIN_NUMBER, value, re.ASCII) or abs(float(value)) >= plan.EXACT:
            return lookup.others
        value = float(value)
    return lookup.missing if value != value else lookup.by_number.get(float(value), lookup.others)


def terms_of(text: str) -> list[str]:
    if re.fullmatch(plan.PLAIN_NUMBER, text, re.ASCII) and abs(float(text)) < plan.EXACT:
        text = repr(float(text)) if float(text) % 1 else str(int(float(text)))
    words = re.findall(WORD, unicodedata.normalize("NFKC", text[:100_000].lower()))
    return [*words, *(f"{a} {b}" for a, b in pairwise(words))]


def weights(piece: plan.TextInput, text: str) -> np.ndarray:
    terms = terms_of(text)
    found = np.array([terms.count(term) for term in piece.terms], dtype=float)
    found = np.where(found > 0, 1 + np.log(np.maximum(found, 1)), 0.0) * piece.idf
    size = math.sqrt(float((found**2).sum()))
    return found / size if size else found


def made(piece, columns: list[np.ndarray], rows: int) -> np.ndarray:
    """(n_rows, width)."""
    if isinstance(piece, plan.FixedInput):
        return np.full((rows, 1), piece.value)
    x = columns[piece.source]
    match piece:
        case plan.NumberInput():
            if piece.wave:
                x = getattr(np, piece.wave)(2 * np.pi * (x / piece.turn))
            for of in piece.steps:
                x = step(of, x)
            return x[:, None]
        case plan.MissingInput():
            gone = np.array([value == "" or value != value for value in x])
            return np.where(gone, piece.missing, piece.there)[:, None]
        case plan.CategoryInput():
            return piece.table[[row_of(piece.lookup, value) for value in x.tolist()]]
        case plan.TextInput():
            return np.stack([weights(piece, text) for text in x])
    raise AssertionError(piece)


def inputs_of(whole: plan.Whole, given: list) -> np.ndarray:
    """The networks' inputs. given: a list of raw columns, in the order of the sources."""
    columns = [read(source, values) for source, values in zip(whole.sources, given, strict=True)]
    rows = len(given[0]) if given else 1
    return np.hstack([made(piece, columns, rows) for piece in whole.inputs]).astype(whole.precision)


def said(whole: plan.Whole, given: list) -> tuple[np.ndarray, np.ndarray | None]:
    """Predictions, and probabilities where there are any."""
    X, ending = inputs_of(whole, given), whole.ending
    a = np.mean([forward(network, theta, X).a[-1] for network, theta in whole.networks], axis=0)
    match ending.kind:
        case "amounts":
            y = a if ending.units is None else ending.units.own(a)
            return (y[:, 0] if ending.flat else y), None
        case "one class":
            labels, p = np.repeat(ending.classes, len(a)), np.ones((len(a), 1))
        case "two classes":
            labels, p = ending.classes[(a[:, 0] > 0.5).astype(int)], np.hstack([1 - a, a])
        case "classes":
            labels, p = ending.classes[a.argmax(axis=1)], a
            if ending.shares:
                total = a.sum(axis=1, keepdims=True)
                p = np.where(total > 0, a / np.where(total > 0, total, 1), 1 / a.shape[1])
        case "labels":
            labels, p = (a > 0.5).astype(int), a
        case _:
            raise AssertionError(ending.kind)
    return labels, p if ending.probabilities else None


def given_of(whole: plan.Whole, frame) -> list:
    """The columns of a pandas frame as a caller of an exported model gives them."""
    import pandas as pd

    found = []
    for source in whole.sources:
        column = frame[source.name]
        if source.given == "text":
            if pd.api.types.is_datetime64_any_dtype(column):
                found.append([_moment(value) for value in column])
            else:
                found.append(["" if pd.isna(value) else _text(value) for value in column])
        elif source.kind == "date":
            found.append([_days(value) for value in column])
        elif source.kind == "time":
            found.append([_hours(value) for value in column])
        else:
            found.append([math.nan if pd.isna(value) else float(value) for value in column])
    return found


def _text(value) -> str:
    return value if isinstance(value, str) else str(value)


def _moment(value) -> str:
    import pandas as pd

    return "" if pd.isna(value) else str(value).removesuffix(" 00:00:00")


def _days(value) -> float:
    import pandas as pd

    if pd.isna(value):
        return math.nan
    return (pd.Timestamp(value) - pd.Timestamp("1970-01-01")) / pd.Timedelta(seconds=1) / 86400


def _hours(value) -> float:
    if value is None or value != value:
        return math.nan
    parts = [float(part) for part in str(value).split(":")]
    return (parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0.0)) / 3600
