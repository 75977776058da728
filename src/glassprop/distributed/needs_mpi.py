"""mpi4py, imported where it is asked for."""

from __future__ import annotations

from typing import Any

from glassprop.errors import MissingPackageError, SettingsError
from glassprop.ground.text import quoted


def world() -> Any:
    """The communicator of all processes that were started together; of this one alone without ``mpiexec``.

    Raises
    ------
    MissingPackageError
    """
    return _mpi().COMM_WORLD


def check_communicator(communicator: Any) -> None:
    """Refuse what is no communicator of mpi4py's between processes of one group.

    Raises
    ------
    SettingsError, MissingPackageError
    """
    MPI = _mpi()
    if not isinstance(communicator, MPI.Intracomm) or communicator == MPI.COMM_NULL:
        raise SettingsError(
            "communicator must be one of mpi4py's, such as MPI.COMM_WORLD, of which this process is a part, got "
            f"{quoted(communicator, 60)}"
        )


def _mpi() -> Any:
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError) as error:  # RuntimeError: mpi4py finds no MPI library
        raise MissingPackageError(
            f"several processes need mpi4py and an MPI library: pip install 'glassprop[mpi]' ({error})"
        ) from error
    return MPI
