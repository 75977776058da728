#!/usr/bin/env bash
# Trains one network on several nodes of a Slurm cluster:
#
#     sbatch examples/cluster/slurm.sh DATA TARGET MODEL [OPTIONS OF glassprop train...]
#
# A job whose time is over is sent SIGTERM; --checkpoint keeps where it stands at least every minute, and the same
# command with --resume goes on, on as many nodes as there are then.
#SBATCH --job-name=glassprop
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=6
#SBATCH --cpus-per-task=1
#SBATCH --time=04:00:00
#SBATCH --requeue
set -euo pipefail
if (($# < 3)); then
    echo "usage: sbatch $0 DATA TARGET MODEL [OPTIONS OF glassprop train...]" >&2
    exit 2
fi
data=$1 target=$2 model=$3
shift 3
export GLASSPROP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1} OMP_NUM_THREADS=1
# --kill-on-bad-exit: a process that is killed ends all, as mpiexec has it. Without srun (START=mpiexec) the allocation's
# nodes are found by Open MPI itself.
start=${START:-srun --mpi=pmix --kill-on-bad-exit=1}
# shellcheck disable=SC2086  # several words
exec $start glassprop train "$data" --target "$target" --model "$model" --distributed "$@"
