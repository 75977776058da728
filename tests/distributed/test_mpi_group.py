"""A group of processes over MPI: its sums have the same bits whoever has which part, and one error ends all."""

import numpy as np
import pytest
from parts_of_ranks import roots_of
from ranks_at_work import script

from glassprop.distributed.segments import Segments, added_up


@pytest.fixture(scope="module", params=[1, 2, 3])
def sums(request, tmp_path_factory):
    ended = script(request.param, "sums", folder=tmp_path_factory.mktemp("sums"))
    assert ended.code == 0, ended.error
    return ended.found


def test_everyone_has_the_vectors_of_all(sums):
    ranks = range(len(sums))
    for rank in ranks:
        assert sums[rank]["alike"] == [3 + other for other in ranks]
        assert sums[rank]["long"] == [[float(other)] * 100 * other for other in ranks]
        assert sums[rank]["told"] == [{"rank": other, "names": ["ä", None]} for other in ranks]
        assert sums[rank]["exchanged"] == [[[10.0 * other + rank] * 2] * other for other in ranks]
        assert sums[rank]["summed"] == [len(sums), sum(ranks)]


def test_sums_are_made_in_the_fixed_order_on_all(sums):
    """Short vectors go to all, long ones by segments: both as one process adds them up."""
    for size in (1, 5, 5000):
        counts = sums[0]["counts"]
        rows = roots_of(0, size, [sum(counts)])
        expected = rows[0].copy()
        for row in rows[1:]:
            expected += row
        for rank in range(len(sums)):
            assert np.array_equal(sums[rank]["combined"][str(size)], expected)
    assert all(each["again"] == each["combined"]["5000"] for each in sums)


@pytest.mark.parametrize("counts", [[2, 0, 1], [1, 1, 1], [0, 2, 3, 1]])
@pytest.mark.parametrize("size", [1, 2, 7])
def test_segments_cover_the_vectors(counts, size):
    """What goes out by segments, put together as MPI would, adds up to the same as the whole rows."""
    every = np.random.default_rng(0).normal(size=(sum(counts), size))
    edges = np.cumsum([0, *counts])
    segments = [Segments(size, counts, rank) for rank in range(len(counts))]
    sent = [each.pack(every[edges[r] : edges[r + 1]]).copy() for r, each in enumerate(segments)]
    adds = [(1, 2), (0, 1)] if sum(counts) == 3 else [(4, 5), (1, 2), (3, 4), (0, 1), (0, 3)]
    came = []
    for rank, each in enumerate(segments):
        parts = [np.split(sent[r], np.cumsum(s.sent_counts)[:-1])[rank] for r, s in enumerate(segments)]
        assert [part.size for part in parts] == each.received_counts
        each.received.ravel()[...] = np.concatenate(parts)
        came.append(added_up(each.received, adds).copy())
    assert np.array_equal(np.concatenate(came), added_up(every.copy(), adds))


FAILURES = {"error": "this file cannot be read", "long error": "üüü", "interrupt": "interrupted"}


@pytest.mark.parametrize("failures", [FAILURES, {"exit": "it ended before the others"}], ids=["fails", "leaves"])
def test_one_rank_that_fails_ends_all_with_its_words(failures, tmp_path):
    """Also when it is not the first time: the next group of the same processes is as good as new."""
    ended = script(3, "one_fails", *failures, folder=tmp_path)
    assert ended.code == 3
    for how, words in failures.items():
        for rank in (0, 1):
            assert ended.found[rank][how].startswith(f"DistributedError: rank 2: {words}")
    assert "Segmentation fault" not in ended.error


def test_a_killed_rank_ends_the_job(tmp_path):
    ended = script(2, "one_fails", "killed", folder=tmp_path)
    assert ended.code != 0
    assert "signal 9" in ended.error
