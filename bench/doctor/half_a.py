"""Half A: faults and healthy runs that may be looked at by whoever sets thresholds."""

from __future__ import annotations

from bench.doctor.case import SCALED, Case, step, words

_PLAIN = {"early_stopping": False, "max_iter": 80, "n_iter_no_change": 80}  # as most programs on the lists run
_SGD = {"solver": "sgd", "learning_rate_init": 0.05, "momentum": 0.9}
_LONG = {"early_stopping": False, "max_iter": 400, "n_iter_no_change": 400, "alpha": 0.0}
_DEEP = (24,) * 8

FAULTS = (
    Case(
        "raw measurements", "breast cancer", "not working",
        words("inputs-unscaled saturated-units dead-units bad-start oscillation rate-too-high exploding-gradients"),
        words("standardize-inputs lower-rate clip-norm"),
        {**_PLAIN, **_SGD, "activation": "tanh"}, steps=(), mended_steps=SCALED, fitted=True,
    ),
    Case(
        "raw measurements, relu", "breast cancer", "UMLAUT",
        words("inputs-unscaled bad-start oscillation dead-units exploding-gradients rate-too-high"),
        words("standardize-inputs lower-rate clip-norm"),
        {**_PLAIN, "max_iter": 30}, steps=(), mended_steps=SCALED,
    ),
    Case(
        "one column in thousandths of its unit", "friedman", "Theia",
        words("inputs-unscaled bad-start oscillation exploding-gradients saturated-units dead-units"),
        words("standardize-inputs"),
        _PLAIN, steps=(step("standardize"), step("units", columns=[6], factor=1000.0)), mended_steps=SCALED,
    ),
    Case(
        "grams beside millimeters", "penguins", "asked",
        words("inputs-unscaled bad-start oscillation dead-units constant-units no-progress rate-too-high "
              "saturated-units"),
        words("standardize-inputs lower-rate"),
        {**_PLAIN, "max_iter": 40}, steps=(), mended_steps=SCALED,
    ),
    Case(
        "target as it is", "diabetes", "not working",
        words("target-unscaled bad-start rate-too-low stopped-too-early exploding-gradients"),
        words("standardize-target raise-rate more-epochs"),
        {**_PLAIN, "learning_rate_init": 0.001, "alpha": 0.001},
        steps=(step("standardize inputs"),), mended_steps=SCALED, mended={"alpha": 1.0},
    ),
    Case(
        "target in years", "friedman", "Theia",
        words("target-unscaled bad-start rate-too-low stopped-too-early exploding-gradients"),
        words("standardize-target raise-rate more-epochs"),
        {"learning_rate_init": 0.001, "max_iter": 60},
        steps=(*SCALED, step("target units", factor=10.0, shift=1990.0)), mended_steps=SCALED,
    ),
    Case(
        "age −999 where unknown", "titanic", "asked",
        words("marks-for-missing inputs-unscaled"), words("mark-missing standardize-inputs"),
        {**_PLAIN, "max_iter": 10, "learning_rate_init": 0.001},
        steps=(step("marks", value=-999.0),), mended_steps=SCALED,
    ),
    Case(
        "99999 where unknown, then standardized", "breast cancer", "defect4ML",
        words("marks-for-missing inputs-unscaled"), words("mark-missing"),
        steps=(step("gaps", share=0.1), step("marks", value=99999.0), step("standardize")),
        mended_steps=(step("gaps", share=0.1), step("standardize")),
    ),
    Case(
        "all weights 0", "moons", "DeepCrime",
        words("bad-start constant-units dead-units no-progress vanishing-gradients"), words("other-start"),
        {**_PLAIN, "activation": "tanh"}, start={"equal": 0.0}, fitted=True,
    ),
    Case(
        "all weights equal", "penguins", "DeepCrime",
        words("bad-start constant-units no-progress too-little-capacity saturated-units vanishing-gradients"),
        words("other-start"),
        {**_PLAIN, "activation": "tanh", "max_iter": 40}, start={"equal": 1.0}, fitted=True,
    ),
    Case(
        "weights forty times too wide", "breast cancer", "TheDeepChecker",
        words("bad-start saturated-units exploding-gradients constant-units overfitting"),
        words("other-start other-activation weight-decay"),
        {**_PLAIN, "activation": "tanh", "alpha": 0.001, "max_iter": 40}, start={"weights": 40.0},
        mended={"alpha": 1.0}, fitted=True,
    ),
    Case(
        "biases far below 0", "moons", "DeepDiagnosis",
        words("dead-units bad-start constant-units no-progress vanishing-gradients"),
        words("other-start other-activation"),
        _PLAIN, start={"bias": -25.0, "layer": 1}, fitted=True,
    ),
    Case(
        "relus killed by large steps", "friedman", "AutoTrainer",
        words("dead-units rate-too-high constant-units exploding-gradients no-progress oscillation"),
        words("lower-rate other-activation clip-norm other-optimizer warmup"),
        {**_PLAIN, "learning_rate_init": 1.0}, mended={"learning_rate_init": 0.005},
    ),
    Case(
        "a relu that starts at 12", "noisy regression", "DeepDiagnosis",
        words("dead-units constant-units no-progress vanishing-gradients bad-start"),
        words("other-activation other-start"),
        {**_PLAIN, "activation": "shifted relu"}, mended={"activation": "relu"},
    ),
    Case(
        "tanh sixty times too steep", "friedman", "DeepDiagnosis",
        words("saturated-units exploding-gradients bad-start overfitting vanishing-gradients"),
        words("other-activation other-start"),
        {**_PLAIN, "activation": "steep tanh"}, mended={"activation": "tanh"},
    ),
    Case(
        "eight layers of sigmoids", "moons", "AutoTrainer",
        words("vanishing-gradients no-progress saturated-units constant-units rate-too-low"),
        words("other-activation fewer-layers other-start other-optimizer"),
        {**_PLAIN, **_SGD, "activation": "logistic", "hidden_layer_sizes": _DEEP},
        mended={"activation": "relu", "hidden_layer_sizes": (24, 24)},
    ),
    Case(
        "five layers of sigmoids, sgd", "iris", "DeepLocalize",
        words("vanishing-gradients no-progress rate-too-low constant-units stopped-too-early"),
        words("other-activation fewer-layers other-start other-optimizer raise-rate more-epochs momentum"),
        {**_PLAIN, "solver": "sgd", "learning_rate_init": 0.01, "activation": "logistic",
         "hidden_layer_sizes": (12,) * 5},
        mended={"activation": "relu", "hidden_layer_sizes": (24,), "learning_rate_init": 0.1},
    ),
    Case(
        "weights four times too wide, ten layers", "diabetes", "AutoTrainer",
        words("exploding-gradients bad-start rate-too-high no-progress dead-units constant-units"),
        words("other-start clip-norm lower-rate fewer-layers other-activation warmup"),
        {**_PLAIN, **_SGD, "hidden_layer_sizes": (24,) * 10, "learning_rate_init": 0.01, "alpha": 1.0},
        start={"weights": 4.0}, mended={"hidden_layer_sizes": (32,)}, fitted=True,
    ),
    Case(
        "sgd on squared errors, rate 1", "friedman", "DeepFD",
        words("rate-too-high exploding-gradients oscillation no-progress dead-units constant-units"),
        words("lower-rate clip-norm warmup other-optimizer"),
        {**_PLAIN, **_SGD, "learning_rate_init": 1.0}, mended={"learning_rate_init": 0.01},
    ),
    Case(
        "adam, rate 0.5", "breast cancer", "DeepFD",
        words("rate-too-high oscillation exploding-gradients dead-units no-progress constant-units overfitting "
              "saturated-units"),
        words("lower-rate clip-norm warmup other-schedule other-optimizer"),
        {**_PLAIN, "learning_rate_init": 0.5}, mended={"learning_rate_init": 0.005},
    ),
    Case(
        "adam, rate 0.3, tanh", "noisy classes", "localisation",
        words("rate-too-high oscillation saturated-units no-progress constant-units exploding-gradients"),
        words("lower-rate clip-norm warmup other-schedule other-optimizer"),
        {**_PLAIN, "learning_rate_init": 0.3, "activation": "tanh"}, mended={"learning_rate_init": 0.005},
    ),
    Case(
        "adam, rate 1e-6", "penguins", "DeepFD",
        words("rate-too-low no-progress stopped-too-early"),
        words("raise-rate more-epochs other-optimizer"),
        {**_PLAIN, "learning_rate_init": 1e-6}, mended={"learning_rate_init": 0.005},
    ),
    Case(
        "sgd without momentum, rate 1e-4", "titanic", "AutoTrainer",
        words("rate-too-low no-progress stopped-too-early"),
        words("raise-rate more-epochs momentum other-optimizer"),
        {**_PLAIN, "solver": "sgd", "momentum": 0.0, "learning_rate_init": 1e-4, "max_iter": 60},
        mended={"learning_rate_init": 0.1},
    ),
    Case(
        "momentum 0.99, rate 0.3, few rows", "iris", "AutoTrainer",
        words("oscillation rate-too-high batch-too-small dead-units no-progress constant-units exploding-gradients"),
        words("lower-rate larger-batch clip-norm other-optimizer momentum warmup other-schedule"),
        {**_PLAIN, "solver": "sgd", "learning_rate_init": 0.3, "momentum": 0.99, "batch_size": 4},
        mended={"learning_rate_init": 0.02, "momentum": 0.9, "batch_size": 16},
    ),
    Case(
        "X and y in different orders", "breast cancer", "taxonomy",
        words("no-progress overfitting contradicting-labels"), words("check-labels"),
        steps=(*SCALED, step("apart")), mended_steps=SCALED,
    ),
    Case(
        "cosine over four epochs", "friedman", "defect4ML",
        words("schedule-ended stopped-too-early rate-too-low"), words("more-epochs other-schedule raise-rate"),
        {**_PLAIN, "learning_rate": "cosine", "max_iter": 4}, mended={"max_iter": 80},
    ),
    Case(
        "a learning rate that decays too fast", "moons", "localisation",
        words("schedule-ended rate-too-low stopped-too-early no-progress"),
        words("other-schedule raise-rate more-epochs other-optimizer"),
        {**_PLAIN, **_SGD, "learning_rate": "invscaling", "power_t": 1.5, "max_iter": 60},
        mended={"learning_rate": "constant", "learning_rate_init": 0.02},
    ),
    Case(
        "wide and long on 300 rows", "diabetes", "UMLAUT",
        words("overfitting"), words("early-stopping weight-decay dropout smaller-network"),
        {**_LONG, "hidden_layer_sizes": (128, 128)},
        mended={"early_stopping": True, "hidden_layer_sizes": (32,), "alpha": 1.0, "n_iter_no_change": 12}, judged=True,
    ),
    Case(
        "noise learned by heart", "noisy classes", "DeepCrime",
        words("overfitting"), words("early-stopping weight-decay dropout smaller-network"),
        {**_LONG, "hidden_layer_sizes": (128, 64), "max_iter": 150, "n_iter_no_change": 150}, judged=True,
        mended={"early_stopping": True, "alpha": 1.0, "n_iter_no_change": 12, "hidden_layer_sizes": (16,)},
    ),
    Case(
        "two epochs", "friedman", "DeepFD",
        words("stopped-too-early rate-too-low"), words("more-epochs raise-rate"),
        {**_PLAIN, "max_iter": 2}, mended={"max_iter": 100},
    ),
    Case(
        "patience of one epoch, wide tolerance", "diabetes", "TheDeepChecker",
        words("stopped-too-early rate-too-low"), words("more-epochs raise-rate"),
        {"early_stopping": False, "tol": 0.1, "n_iter_no_change": 1, "learning_rate_init": 0.001},
        mended={"tol": 1e-4, "n_iter_no_change": 10, "max_iter": 200, "learning_rate_init": 0.005},
    ),
    Case(
        "relu as the output for targets below 0", "friedman", "DeepLocalize",
        words("output-and-cost dead-units no-progress constant-units"), words("other-output-or-cost"),
        {"output_activation": "relu"}, mended={"output_activation": "identity"},
    ),
    Case(
        "sigmoid as the output for targets up to 350", "diabetes", "NeuraLint",
        words("output-and-cost target-unscaled no-progress saturated-units bad-start"),
        words("other-output-or-cost standardize-target"),
        {**_PLAIN, "output_activation": "sigmoid"}, steps=(step("standardize inputs"),), mended_steps=SCALED,
        mended={"output_activation": "identity"},
    ),
    Case(
        "absolute error as the cost of classes", "titanic", "DeepFD",
        words("output-and-cost no-progress vanishing-gradients saturated-units stopped-too-early rate-too-low"),
        words("other-output-or-cost"),
        {"loss": "absolute_error", "output_activation": "sigmoid"},
        mended={"loss": "log_loss", "output_activation": "auto"},
    ),
    Case(
        "a class with 3 % of the rows", "breast cancer", "DeepCrime",
        words("imbalance-ignored"), words("class-weight"),
        steps=(*SCALED, step("rare", share=0.03)), mended={"class_weight": "balanced"},
    ),
    Case(
        "a class with 6 % of the rows", "noisy classes", "asked",
        words("imbalance-ignored"), words("class-weight"),
        steps=(*SCALED, step("rare", share=0.06)), mended={"class_weight": "balanced"},
    ),
    Case(
        "steps by single rows", "diabetes", "DeepCrime",
        words("batch-too-small oscillation rate-too-high overfitting"),
        words("larger-batch lower-rate"),
        {**_PLAIN, **_SGD, "batch_size": 1, "learning_rate_init": 0.01, "max_iter": 40},
        mended={"batch_size": 32},
    ),
    Case(
        "one step per epoch", "friedman", "DeepCrime",
        words("batch-too-large stopped-too-early rate-too-low"),
        words("smaller-batch more-epochs raise-rate other-optimizer momentum"),
        {**_PLAIN, "batch_size": 1050, "max_iter": 40}, mended={"batch_size": 32},
    ),
    Case(
        "one unit", "moons", "DeepLocalize",
        words("too-little-capacity"), words("larger-network"),
        {"hidden_layer_sizes": (1,)}, mended={"hidden_layer_sizes": (32, 32)},
    ),
    Case(
        "no activation between layers", "friedman", "DeepCrime",
        words("too-little-capacity"), words("other-activation larger-network"),
        {"activation": "identity"}, mended={"activation": "relu"},
    ),
    Case(
        "the target among the columns", "titanic", "leakage",
        words("leak"), words("drop-column"),
        steps=(*SCALED, step("leak")), mended_steps=SCALED,
    ),
    Case(
        "a sum that holds the target", "diabetes", "leakage",
        words("leak"), words("drop-column"),
        steps=(*SCALED, step("leak", noise=0.02)), mended_steps=SCALED,
    ),
    Case(
        "labeled by two people, one guesses", "penguins", "DeepCrime",
        words("contradicting-labels"), words("check-labels"),
        steps=(*SCALED, step("twice", share=0.8)), mended_steps=SCALED,
    ),
    Case(
        "tanh with the derivative of a sigmoid", "moons", "silent bugs",
        words("wrong-derivative"), words("mend-derivative"),
        {"activation": "tanh, slope of a sigmoid"}, mended={"activation": "own tanh"},
    ),
    Case(
        "a cost whose gradient has the wrong sign", "friedman", "TheDeepChecker",
        words("wrong-derivative"), words("mend-derivative"),
        {"loss": "squared, gradient up"}, mended={"loss": "own squared"},
    ),
)  # fmt: skip


HEALTHY = (
    Case("usual", "breast cancer", "our defaults, scaled"),
    Case("usual", "iris", "small"),
    Case("usual", "titanic", "missing values filled and marked"),
    Case("usual", "penguins", "three classes"),
    Case("usual", "diabetes", "noisy regression"),
    Case("usual", "friedman", "regression"),
    Case("usual", "moons", "two columns"),
    Case("usual", "noisy classes", "much irreducible noise"),
    Case("usual", "noisy regression", "much irreducible noise"),
    Case("from 0 to 1", "breast cancer", "scaled otherwise", steps=(step("unit range"),),
         arguments={"alpha": 0.1, "max_iter": 200}),
    Case("from 0 to 1", "friedman", "scaled otherwise", steps=(step("unit range"),)),
    Case("tanh", "friedman", "another activation", arguments={"activation": "tanh"}),
    Case("gelu, adamw, cosine", "titanic", "a schedule that falls to 0 at the right time",
         arguments={"activation": "gelu", "solver": "adamw", "learning_rate": "cosine", "max_iter": 30}),
    Case("sgd", "moons", "another optimizer", arguments={**_SGD, "max_iter": 120}),
    Case("sgd", "breast cancer", "another optimizer", arguments={**_SGD, "learning_rate_init": 0.01}),
    Case("lbfgs", "penguins", "another optimizer",
         arguments={"solver": "lbfgs", "early_stopping": False, "alpha": 1.0, "max_iter": 600}, fitted=True),
    Case("no hidden layer", "noisy classes", "all that is needed",
         arguments={"hidden_layer_sizes": (), "max_iter": 120}),
    Case("no hidden layer", "noisy regression", "all that is needed",
         arguments={"hidden_layer_sizes": (), "max_iter": 120}),
    Case("four layers of silu", "friedman", "deeper",
         arguments={"hidden_layer_sizes": (32,) * 4, "activation": "silu"}),
    Case("dropout", "moons", "regularized", arguments={"dropout": 0.1, "hidden_layer_sizes": (64, 64)}),
    Case("batches of 200", "friedman", "large batches, enough epochs",
         arguments={"batch_size": 200, "max_iter": 300, "learning_rate_init": 0.01}),
    Case("by the training loss alone", "moons", "no validation rows",
         arguments={**_PLAIN, "max_iter": 150, "n_iter_no_change": 10, "alpha": 0.3}),
    Case("by the training loss alone", "noisy regression", "no validation rows",
         arguments={**_PLAIN, "max_iter": 150, "n_iter_no_change": 10, "alpha": 3.0}),
    Case("own arctan", "penguins", "a correct derivative", arguments={"activation": "own arctan"}),
    Case("fitted", "titanic", "diagnosed after fitting", fitted=True),
    Case("judged by given rows", "friedman", "X_val", judged=True),
    Case("a pipeline", "breast cancer", "scaled by a step", steps=(), model="pipeline"),
    Case("a recipe", "titanic", "our tabular estimator", steps=(), model="tabular",
         arguments={"n_members": 1, "epochs": 40}),
)  # fmt: skip

CASES = (*FAULTS, *HEALTHY)
