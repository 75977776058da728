"""``python -m glassprop.cli``: the same as ``glassprop``."""

import sys

from glassprop.cli import main

if __name__ == "__main__":
    sys.exit(main())
