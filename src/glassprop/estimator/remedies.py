"""The table of remedies, and which of them do against what is found."""

from __future__ import annotations

from glassprop.estimator import remedies_data as data
from glassprop.estimator import remedies_network as network
from glassprop.estimator import remedies_training as training
from glassprop.estimator.remedy_change import Remedied

REMEDIES: dict[str, Remedied] = {
    "standardize-inputs": data.standardize_inputs,
    "standardize-target": data.standardize_target,
    "mark-missing": data.mark_missing,
    "other-activation": network.other_activation,
    "other-start": network.other_start,
    "lower-rate": training.lower_rate,
    "raise-rate": training.raise_rate,
    "warmup": training.warmup,
    "clip-norm": training.clip_norm,
    "other-schedule": training.other_schedule,
    "more-epochs": training.more_epochs,
    "early-stopping": training.early_stopping,
    "weight-decay": training.weight_decay,
    "dropout": training.dropout,
    "smaller-network": network.smaller_network,
    "larger-network": network.larger_network,
    "fewer-layers": network.fewer_layers,
    "other-output-or-cost": network.other_output_or_cost,
    "class-weight": training.class_weight,
    "larger-batch": training.larger_batch,
    "smaller-batch": training.smaller_batch,
    "drop-column": data.drop_column,
    "check-labels": data.check_labels,
    "mend-derivative": data.mend_derivative,
    "momentum": training.momentum,
    "other-optimizer": training.other_optimizer,
}

# What may do against each finding: the likeliest first, which are tried first.
AGAINST: dict[str, tuple[str, ...]] = {
    "wrong-derivative": ("mend-derivative",),
    "marks-for-missing": ("mark-missing",),
    "inputs-unscaled": ("standardize-inputs", "lower-rate"),
    "target-unscaled": ("standardize-target", "raise-rate"),
    "output-and-cost": ("other-output-or-cost",),
    "leak": ("drop-column",),
    "contradicting-labels": ("check-labels",),
    "imbalance-ignored": ("class-weight",),
    "bad-start": ("other-start", "lower-rate", "other-activation"),
    "rate-too-high": ("lower-rate", "clip-norm", "warmup"),
    "rate-too-low": ("raise-rate", "other-optimizer"),
    "batch-too-small": ("larger-batch", "lower-rate"),
    "batch-too-large": ("smaller-batch", "raise-rate", "more-epochs"),
    "exploding-gradients": ("lower-rate", "clip-norm", "other-start", "fewer-layers"),
    "vanishing-gradients": ("other-activation", "other-start", "fewer-layers"),
    "saturated-units": ("other-activation", "other-start", "lower-rate"),
    "dead-units": ("other-activation", "lower-rate", "other-start"),
    "constant-units": ("other-start", "other-activation", "lower-rate"),
    "oscillation": ("lower-rate", "other-schedule", "larger-batch", "momentum"),
    "schedule-ended": ("other-schedule", "more-epochs"),
    "too-little-capacity": ("larger-network", "other-activation"),
    "stopped-too-early": ("more-epochs", "raise-rate"),
    "overfitting": ("early-stopping", "weight-decay", "dropout", "smaller-network"),
    "no-progress": ("raise-rate", "other-start", "other-activation", "other-optimizer", "lower-rate", "check-labels"),
}
