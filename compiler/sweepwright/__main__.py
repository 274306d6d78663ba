"""``python -m sweepwright`` is the command ``sweepwright``."""

from sweepwright.cli.main import main

if __name__ == "__main__":
    main()
