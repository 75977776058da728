"""Puts this folder on the path, so that tests in any folder can take the shared lists of `core_cases`."""

import sys
from pathlib import Path

