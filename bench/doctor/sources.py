"""Published lists of faults of training, and places where people ask about them: what the cases are taken from."""

from __future__ import annotations

SOURCES = {
    "AutoTrainer": "Zhang, Zhai, Ma & Shen: AUTOTRAINER: an automatic DNN training problem detection and repair system,"
    " ICSE 2021 (vanishing and exploding gradients, dying ReLU, oscillating loss, slow convergence)",
    "DeepLocalize": "Wardat, Le & Rajan: DeepLocalize: fault localization for deep neural networks, ICSE 2021,"
    " arXiv 2103.03376",
    "DeepDiagnosis": "Wardat, Cruz, Le & Rajan: DeepDiagnosis: automatically diagnosing faults and recommending"
    " actionable fixes in deep learning programs, ICSE 2022 (eight symptoms)",
    "UMLAUT": "Schoop, Huang & Hartmann: UMLAUT: debugging deep learning programs using program structure and model"
    " behavior, CHI 2021",
    "NeuraLint": "Nikanjam, Ben Braiek, Morovati & Khomh: Automatic fault detection for deep learning programs using"
    " graph transformations, TOSEM 2021 (23 rules)",
    "TheDeepChecker": "Ben Braiek & Khomh: Testing feedforward neural networks training programs, TOSEM 2023,"
    " arXiv 2204.00694",
    "DeepFD": "Cao et al.: DeepFD: automated fault diagnosis and localization for deep learning programs, ICSE 2022"
    " (loss, activation, optimizer, learning rate, epochs)",
    "DeepCrime": "Humbatova, Jahangirova & Tonella: DeepCrime: mutation testing of deep learning systems based on real"
    " faults, ISSTA 2021 (mutation operators)",
    "defect4ML": "Morovati, Nikanjam, Khomh & Jiang: Bugs in machine learning-based systems: a faultload benchmark,"
    " EMSE 2023",
    "taxonomy": "Humbatova et al.: Taxonomy of real faults in deep learning systems, ICSE 2020",
    "localisation": "Humbatova, Kim, Jahangirova, Yoo & Tonella: An empirical study of fault localisation techniques"
    " for deep neural networks, EMSE 2025, PMC12152046 (benchmark of real and of mutated faults)",
    "Theia": "Leveraging data characteristics for bug localization in deep learning programs, arXiv 2412.05775",
    "silent bugs": "Tambon, Nikanjam, An, Khomh & Antoniol: Silent bugs in deep learning frameworks, EMSE 2023,"
    " arXiv 2112.13314 (runs without a message, learns something else)",
    "not working": "Holden: My neural network isn't working! What should I do?, theorangeduck.com, 2017",
    "leakage": "Kaufman, Rosset, Perlich & Stitelman: Leakage in data mining, TKDD 2012",
    "asked": "asked again and again on Stack Overflow and Cross Validated",
}
