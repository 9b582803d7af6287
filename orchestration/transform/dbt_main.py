"""dbt's own command, in a process that looks for no garbage while it starts.

Nearly all that dbt makes by then stays: its code and the parsed project. The plugin has garbage
looked for again as the first connection is made.
"""

import gc


def main() -> None:
    """Run dbt with the arguments of this process."""
    gc.disable()
    from dbt.cli.main import cli

    cli()


if __name__ == "__main__":
    main()
