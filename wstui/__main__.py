"""``python -m wstui`` is the console script."""

from wstui.cli import main

if __name__ == "__main__":
    main()
