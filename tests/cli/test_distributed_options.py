"""Options of `--distributed` that do not go together, and what happens without MPI."""

import sys

import pytest


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("iris", "--fast-sums"), "--fast-sums: only for several processes, add --distributed"),
        (("iris", "--distributed", "--no-stream"), "--no-stream: with --distributed each process reads its part"),
        (("-", "--target", "y", "--distributed"), "--distributed: each process reads the table, and standard input"),
        (("iris", "--lanes", "0"), "--lanes 0: give a whole number"),
    ],
)
def test_what_does_not_go_together_is_refused(refuse, words, said):
    assert said in refuse("train", *words)


def test_without_mpi_it_says_what_to_install(refuse, monkeypatch):
    monkeypatch.setitem(sys.modules, "mpi4py", None)
    assert "pip install 'glassprop[mpi]'" in refuse("train", "iris", "--distributed")
