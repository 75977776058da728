"""Search for good settings on a Dask cluster: scikit-learn's GridSearchCV, its fits spread over workers by joblib.

Install Dask first: pip install dask distributed
Run it: python examples/grid_search_on_dask.py                         (a cluster of this machine's cores)
        python examples/grid_search_on_dask.py tcp://scheduler:8786    (one that is there)
"""

from __future__ import annotations

import os
import sys

import joblib
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from glassprop import MLPClassifier


def main() -> None:
    try:
        from dask.distributed import Client, LocalCluster
    except ImportError:
        raise SystemExit("this example needs Dask: pip install dask distributed") from None
    X, y = load_digits(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), MLPClassifier(max_iter=40, tol=1e-2, random_state=0))
    grid = {"mlpclassifier__hidden_layer_sizes": [(16,), (64,)], "mlpclassifier__learning_rate_init": [0.001, 0.01]}
    search = GridSearchCV(pipeline, grid, cv=3)
    if len(sys.argv) > 1:
        cluster = sys.argv[1]
    else:  # a worker a core, each with one thread: fits do not share a core
        cluster = LocalCluster(n_workers=min(os.cpu_count() or 1, 4), threads_per_worker=1, dashboard_address=None)
    with Client(cluster) as client:
        with joblib.parallel_config(backend="dask", scatter=[X, y]):  # X and y travel to each worker once
            search.fit(X, y)
        threads = client.run(lambda: os.environ.get("OMP_NUM_THREADS", "all"))
    if len(sys.argv) <= 1:
        cluster.close()
    fits, of_each = 3 * len(search.cv_results_["params"]), "/".join(sorted(set(threads.values())))
    print(f"{fits} fits on {len(threads)} workers, threads of each: {of_each}")
    print(f"best {search.best_params_}, accuracy {search.best_score_:.3f}")


if __name__ == "__main__":
    main()
