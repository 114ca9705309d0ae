"""``python -m framewatt``: the command line."""

from framewatt.cli import main

if __name__ == "__main__":
    main()
