"""``python -m wstui.engine``: the engine process."""

from wstui.engine.process import main

if __name__ == "__main__":
    main()
