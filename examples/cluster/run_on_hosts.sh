#!/usr/bin/env bash
# Trains one network on the machines that a host file names, with Open MPI:
#
#     examples/cluster/run_on_hosts.sh HOSTS PROCESSES DATA TARGET [OPTIONS OF glassprop train...]
#
# It takes one process a core, with one thread: each machine's slots are its cores, and beyond 12 processes add
# "--lanes PROCESSES". For one process a machine, with all its cores, set GLASSPROP_NUM_THREADS to their number and
# MPI_OPTIONS to "--bind-to none", and give each machine one slot.
#
# Every machine needs the same Python environment and the data at the same path (a shared folder, or copies), and ssh
# without a password from this one. MPI_OPTIONS may hold more for mpiexec, for example
# "--mca btl_tcp_if_include eth1", or in a container that runs as root "--allow-run-as-root --oversubscribe".
set -euo pipefail
if (($# < 4)); then
    sed -n '2,13s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
hosts=$1 processes=$2 data=$3 target=$4
shift 4
# Up to a dozen processes share the work better than threads do over several sockets.
export GLASSPROP_NUM_THREADS=${GLASSPROP_NUM_THREADS:-1} OMP_NUM_THREADS=1
# shellcheck disable=SC2086  # MPI_OPTIONS are several words
exec mpiexec ${MPI_OPTIONS:-} --hostfile "$hosts" -n "$processes" -x GLASSPROP_NUM_THREADS -x OMP_NUM_THREADS \
    glassprop train "$data" --target "$target" --distributed "$@"
