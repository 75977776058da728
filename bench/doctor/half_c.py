"""Half C: other tables again, planted before findings were changed after half B, and asked of after that."""

from __future__ import annotations

from bench.doctor.case import SCALED, Case, step, words

_ALONE = {"early_stopping": False, "max_iter": 60, "n_iter_no_change": 60}
_DESCENT = {"solver": "sgd", "learning_rate_init": 0.05, "momentum": 0.9}
_SIGMOIDS = {**_ALONE, **_DESCENT, "activation": "logistic"}

FAULTS = (
    Case(
        "two columns times 30,000", "clusters", "Theia",
        words("inputs-unscaled bad-start oscillation dead-units constant-units no-progress rate-too-high "
              "exploding-gradients saturated-units"),
        words("standardize-inputs lower-rate clip-norm drop-column"),
        _ALONE, steps=(*SCALED, step("units", columns=[0, 3], factor=3e4)), mended_steps=SCALED,
    ),
    Case(
        "all columns times 0.0001", "shells", "UMLAUT",
        words("inputs-unscaled no-progress rate-too-low stopped-too-early vanishing-gradients"),
        words("standardize-inputs raise-rate more-epochs"),
        {**_ALONE, **_DESCENT, "max_iter": 40}, steps=(*SCALED, step("times", factor=1e-4)), mended_steps=SCALED,
    ),
    Case(
        "all columns times 800", "roll", "not working",
        words("inputs-unscaled bad-start oscillation dead-units constant-units rate-too-high exploding-gradients "
              "saturated-units no-progress"),
        words("standardize-inputs lower-rate clip-norm"),
        {**_ALONE, "activation": "tanh"}, steps=(*SCALED, step("times", factor=800.0)), mended_steps=SCALED,
        fitted=True,
    ),
    Case(
        "a target in millions", "two slopes", "Theia",
        words("target-unscaled bad-start rate-too-low stopped-too-early exploding-gradients no-progress"),
        words("standardize-target raise-rate more-epochs"),
        {"max_iter": 60}, steps=(*SCALED, step("target units", factor=2e6, shift=5e6)), mended_steps=SCALED,
    ),
    Case(
        "a target near 300", "waves", "asked",
        words("target-unscaled bad-start exploding-gradients rate-too-high rate-too-low stopped-too-early dead-units "
              "constant-units oscillation no-progress"),
        words("standardize-target clip-norm raise-rate lower-rate more-epochs"),
        {**_ALONE, **_DESCENT, "learning_rate_init": 0.01},
        steps=(*SCALED, step("target units", factor=1.0, shift=300.0)), mended_steps=SCALED,
    ),
    Case(
        "-1 where unknown, in columns near 3000", "glass", "defect4ML",
        words("marks-for-missing inputs-unscaled"), words("mark-missing standardize-inputs"),
        {**_ALONE, "learning_rate_init": 0.001},
        steps=(step("times", factor=1.0, shift=3000.0), step("gaps", share=0.2), step("marks", value=-1.0)),
        mended_steps=(step("gaps", share=0.2), step("standardize")),
    ),
    Case(
        "-9999 where unknown, then standardized", "roll", "asked",
        words("marks-for-missing inputs-unscaled"), words("mark-missing"),
        {"max_iter": 60},
        steps=(step("gaps", share=0.1), step("marks", value=-9999.0), step("standardize")),
        mended_steps=(step("gaps", share=0.1), step("standardize")),
    ),
    Case(
        "all weights 0", "clusters", "DeepCrime",
        words("bad-start constant-units dead-units no-progress vanishing-gradients"), words("other-start"),
        _ALONE, start={"equal": 0.0}, fitted=True,
    ),
    Case(
        "weights thirty times too wide", "waves", "DeepCrime",
        words("bad-start exploding-gradients saturated-units overfitting rate-too-low stopped-too-early dead-units "
              "constant-units oscillation rate-too-high"),
        words("other-start weight-decay clip-norm raise-rate more-epochs other-activation lower-rate"),
        {**_ALONE, "max_iter": 30}, start={"weights": 30.0}, fitted=True,
    ),
    Case(
        "biases of -40 in the first layer", "shells", "AutoTrainer",
        words("dead-units bad-start constant-units no-progress vanishing-gradients"),
        words("other-start other-activation"),
        _ALONE, start={"bias": -40.0, "layer": 0}, fitted=True,
    ),
    Case(
        "eight layers of two relus", "sum of squares", "TheDeepChecker",
        words("dead-units constant-units no-progress too-little-capacity vanishing-gradients"),
        words("other-activation larger-network fewer-layers other-start"),
        {**_ALONE, "hidden_layer_sizes": (2,) * 8}, mended={"hidden_layer_sizes": (64, 64)},
    ),
    Case(
        "nine layers of narrow relus", "roll", "DeepLocalize",
        words("dead-units constant-units no-progress too-little-capacity vanishing-gradients"),
        words("other-activation larger-network fewer-layers other-start"),
        {**_ALONE, "hidden_layer_sizes": (3,) * 9, "learning_rate_init": 0.02}, mended={"hidden_layer_sizes": (32, 32)},
    ),
    Case(
        "six layers of sigmoids", "clusters", "NeuraLint",
        words("vanishing-gradients no-progress saturated-units constant-units rate-too-low"),
        words("other-activation fewer-layers other-start other-optimizer"),
        {**_SIGMOIDS, "hidden_layer_sizes": (24,) * 6, "max_iter": 30},
        mended={"activation": "relu", "hidden_layer_sizes": (32, 32)},
    ),
    Case(
        "eight layers of tanh drawn narrow", "quadrants", "AutoTrainer",
        words("vanishing-gradients no-progress constant-units rate-too-low bad-start"),
        words("other-activation fewer-layers other-start other-optimizer raise-rate"),
        {**_ALONE, **_DESCENT, "layers": ({"n": 24, "activation": "tanh", "initial": "glorot_sigmoid"},) * 9},
        mended={"layers": ({"n": 32, "activation": "relu"},) * 2},
    ),
    Case(
        "weights six times too wide, seven layers", "two slopes", "AutoTrainer",
        words("exploding-gradients bad-start rate-too-high no-progress dead-units constant-units"),
        words("other-start clip-norm lower-rate fewer-layers other-activation warmup"),
        {**_ALONE, **_DESCENT, "hidden_layer_sizes": (32,) * 7, "learning_rate_init": 0.01},
        start={"weights": 6.0}, mended={"hidden_layer_sizes": (32,)}, fitted=True,
    ),
    Case(
        "sgd, rate 10", "clusters", "DeepFD",
        words("rate-too-high oscillation exploding-gradients no-progress dead-units constant-units"),
        words("lower-rate clip-norm warmup other-optimizer"),
        {**_ALONE, **_DESCENT, "learning_rate_init": 10.0, "momentum": 0.0}, mended={"learning_rate_init": 0.05},
    ),
    Case(
        "adam, rate 0.4", "waves", "localisation",
        words("rate-too-high oscillation exploding-gradients dead-units no-progress constant-units"),
        words("lower-rate clip-norm warmup other-schedule other-optimizer"),
        {**_ALONE, "learning_rate_init": 0.4}, mended={"learning_rate_init": 0.003},
    ),
    Case(
        "adam, rate 1e-6", "shells", "DeepFD",
        words("rate-too-low no-progress stopped-too-early"),
        words("raise-rate more-epochs other-optimizer"),
        {**_ALONE, "learning_rate_init": 1e-6}, mended={"learning_rate_init": 0.005},
    ),
    Case(
        "sgd, rate 1e-6", "phase", "AutoTrainer",
        words("rate-too-low no-progress stopped-too-early"),
        words("raise-rate more-epochs other-optimizer momentum"),
        {**_ALONE, **_DESCENT, "learning_rate_init": 1e-6}, mended={"learning_rate_init": 0.01},
    ),
    Case(
        "X and y in different orders", "clusters", "taxonomy",
        words("no-progress overfitting contradicting-labels"), words("check-labels early-stopping"),
        steps=(*SCALED, step("apart")), mended_steps=SCALED,
    ),
    Case(
        "X and y in different orders, regression", "two slopes", "taxonomy",
        words("no-progress overfitting contradicting-labels"), words("check-labels early-stopping weight-decay"),
        steps=(*SCALED, step("apart")), mended_steps=SCALED,
    ),
    Case(
        "one cycle of two epochs", "roll", "defect4ML",
        words("schedule-ended stopped-too-early rate-too-low"), words("more-epochs other-schedule raise-rate"),
        {**_ALONE, "learning_rate": "one_cycle", "max_iter": 2, "learning_rate_init": 0.002}, mended={"max_iter": 80},
    ),
    Case(
        "a learning rate that decays too fast", "clusters", "DeepFD",
        words("schedule-ended rate-too-low stopped-too-early no-progress"),
        words("other-schedule raise-rate more-epochs other-optimizer"),
        {**_ALONE, **_DESCENT, "learning_rate_init": 0.02, "learning_rate": "invscaling", "power_t": 1.0},
        mended={"learning_rate": "constant"},
    ),
    Case(
        "a third of the labels guessed, wide and long", "clusters", "UMLAUT",
        words("overfitting contradicting-labels"),
        words("early-stopping weight-decay dropout smaller-network check-labels"),
        {"early_stopping": False, "max_iter": 150, "n_iter_no_change": 150, "alpha": 0.0,
         "hidden_layer_sizes": (128, 128)},
        steps=(*SCALED, step("flips", share=0.3)), judged=True,
        mended={"early_stopping": True, "n_iter_no_change": 12, "hidden_layer_sizes": (32, 32)},
    ),
    Case(
        "a target measured badly", "waves", "not working",
        words("overfitting"), words("early-stopping weight-decay dropout smaller-network"),
        {"early_stopping": False, "max_iter": 150, "n_iter_no_change": 150, "alpha": 0.0,
         "hidden_layer_sizes": (128, 128)}, steps=(*SCALED, step("fewer", n=500), step("jitter", noise=1.0)),
        mended={"early_stopping": True, "n_iter_no_change": 12, "alpha": 1.0}, judged=True,
    ),
    Case(
        "three epochs", "phase", "DeepCrime",
        words("stopped-too-early rate-too-low"), words("more-epochs raise-rate"),
        {**_ALONE, "max_iter": 3, "learning_rate_init": 0.0005}, mended={"max_iter": 120, "learning_rate_init": 0.005},
    ),
    Case(
        "a patience of one epoch and a tolerance of a twentieth", "roll", "TheDeepChecker",
        words("stopped-too-early rate-too-low"), words("more-epochs raise-rate"),
        {"early_stopping": False, "tol": 0.05, "n_iter_no_change": 1, "learning_rate_init": 0.001},
        mended={"tol": 1e-4, "n_iter_no_change": 12, "early_stopping": True, "learning_rate_init": 0.005},
    ),
    Case(
        "early stopping that waits for one epoch, by a wide tolerance", "waves", "asked",
        words("stopped-too-early rate-too-low"), words("more-epochs raise-rate"),
        {"tol": 0.05, "n_iter_no_change": 1, "learning_rate_init": 0.001},
        mended={"tol": 1e-4, "n_iter_no_change": 12, "learning_rate_init": 0.005},
    ),
    Case(
        "a sigmoid as the output of a regression", "waves", "NeuraLint",
        words("output-and-cost no-progress saturated-units"), words("other-output-or-cost"),
        {"output_activation": "sigmoid"}, mended={"output_activation": "identity"},
    ),
    Case(
        "squared error as the cost of five classes", "clusters", "DeepFD",
        words("output-and-cost no-progress vanishing-gradients stopped-too-early rate-too-low saturated-units"),
        words("other-output-or-cost"),
        {**_DESCENT, "loss": "absolute_error", "output_activation": "softmax", "max_iter": 20,
         "learning_rate_init": 0.01},
        mended={"loss": "log_loss", "output_activation": "auto"},
    ),
    Case(
        "a class with 1.7 % of the rows", "sum of squares", "DeepCrime",
        words("imbalance-ignored"), words("class-weight"),
        {"hidden_layer_sizes": (16,)}, steps=(*SCALED, step("rare", share=0.017)), mended={"class_weight": "balanced"},
    ),
    Case(
        "steps by single rows", "two slopes", "DeepCrime",
        words("batch-too-small oscillation rate-too-high overfitting exploding-gradients dead-units"),
        words("larger-batch lower-rate clip-norm"),
        {**_ALONE, **_DESCENT, "batch_size": 1, "learning_rate_init": 0.02, "max_iter": 20}, mended={"batch_size": 32},
    ),
    Case(
        "one step per epoch", "clusters", "DeepCrime",
        words("batch-too-large stopped-too-early rate-too-low"),
        words("smaller-batch more-epochs raise-rate other-optimizer momentum"),
        {**_ALONE, "batch_size": 840, "max_iter": 25, "learning_rate_init": 0.002}, mended={"batch_size": 32},
    ),
    Case(
        "two units for five classes", "clusters", "DeepLocalize",
        words("too-little-capacity"), words("larger-network"),
        {"hidden_layer_sizes": (1,)}, mended={"hidden_layer_sizes": (32, 32)},
    ),
    Case(
        "no hidden layer for shells", "shells", "Theia",
        words("too-little-capacity no-progress"), words("larger-network"),
        {"hidden_layer_sizes": ()}, mended={"hidden_layer_sizes": (32, 32)},
    ),
    Case(
        "the answer among the columns", "quadrants", "leakage",
        words("leak"), words("drop-column"), steps=(*SCALED, step("leak")), mended_steps=SCALED,
    ),
    Case(
        "the target and a little noise", "phase", "leakage",
        words("leak"), words("drop-column"), steps=(*SCALED, step("leak", noise=0.05)), mended_steps=SCALED,
    ),
    Case(
        "labeled by two people, one guesses", "clusters", "DeepCrime",
        words("contradicting-labels"), words("check-labels"),
        steps=(*SCALED, step("twice", share=0.7)), mended_steps=SCALED,
    ),
    Case(
        "elu with a derivative of 1 everywhere", "waves", "silent bugs",
        words("wrong-derivative"), words("mend-derivative"),
        {"activation": "elu, slope 1 below 0"}, mended={"activation": "own elu"},
    ),
    Case(
        "tanh with the derivative of a sigmoid", "roll", "silent bugs",
        words("wrong-derivative"), words("mend-derivative"),
        {"activation": "tanh, slope of a sigmoid"}, mended={"activation": "own tanh"},
    ),
    Case(
        "tanh sixty times too steep", "sum of squares", "DeepLocalize",
        words("saturated-units exploding-gradients bad-start overfitting vanishing-gradients"),
        words("other-activation other-start"),
        {**_ALONE, "activation": "steep tanh"}, mended={"activation": "tanh"},
    ),
)  # fmt: skip


HEALTHY = (
    Case("usual", "glass", "small"),
    Case("usual", "zoo", "a hundred rows, seven classes"),
    Case("usual", "clusters", "classes"),
    Case("usual", "shells", "classes"),
    Case("usual", "sum of squares", "classes"),
    Case("usual", "quadrants", "two columns"),
    Case("usual", "roll", "regression"),
    Case("usual", "phase", "regression"),
    Case("usual", "waves", "regression"),
    Case("usual", "two slopes", "regression"),
    Case("six layers of residuals", "roll", "deeper", arguments={"hidden_layer_sizes": (32,) * 6, "residual": True}),
    Case("four layers of residuals", "clusters", "deeper",
         arguments={"hidden_layer_sizes": (48,) * 4, "residual": True}),
    Case("gelu, cosine", "waves", "another activation and schedule",
         arguments={"activation": "gelu", "learning_rate": "cosine", "max_iter": 100, "n_iter_no_change": 100}),
    Case("from 0 to 1", "zoo", "0 and 1 as they are", steps=(step("unit range"),),
         arguments={"learning_rate_init": 0.01, "max_iter": 200}),
    Case("sgd", "clusters", "another optimizer", arguments={**_DESCENT, "learning_rate_init": 0.02}),
    Case("lbfgs", "two slopes", "another optimizer",
         arguments={"solver": "lbfgs", "early_stopping": False, "alpha": 1.0, "max_iter": 100}, fitted=True),
    Case("sigmoid, one layer", "clusters", "another activation",
         arguments={"activation": "logistic", "hidden_layer_sizes": (64,), "learning_rate_init": 0.02}),
    Case("by the training loss alone", "two slopes", "no validation rows",
         arguments={"early_stopping": False, "max_iter": 60, "n_iter_no_change": 10, "alpha": 1.0}),
    Case("by the training loss alone", "phase", "no validation rows",
         arguments={"early_stopping": False, "max_iter": 120, "n_iter_no_change": 10}),
    Case("few epochs, all learned", "two slopes", "stopped when converged",
         arguments={"early_stopping": False, "max_iter": 200, "n_iter_no_change": 3, "tol": 1e-3}),
    Case("a patience of three", "clusters", "early stopping", arguments={"n_iter_no_change": 3}),
    Case("dropout", "sum of squares", "regularized", arguments={"dropout": 0.2, "hidden_layer_sizes": (96, 96)}),
    Case("own elu", "roll", "a correct derivative", arguments={"activation": "own elu"}),
    Case("a pipeline", "glass", "scaled by a step", steps=(), model="pipeline"),
    Case("a recipe", "quadrants", "our tabular estimator", steps=(), model="tabular", arguments={"n_members": 1}),
)  # fmt: skip

CASES = (*FAULTS, *HEALTHY)
