"""Errors that a user can cause. Each message names the thing and the way out."""


class LoyaltyError(Exception):
    """An error that is told in one line, without a traceback; `exit_code` as in the README."""

    exit_code = 1


class UsageError(LoyaltyError):
    """A wrong option, setting or argument."""

    exit_code = 2


class SourceError(LoyaltyError):
    """A source that can't be used: absent, unreadable, or not of the contract's shape."""

    exit_code = 2


class BusyError(LoyaltyError):
    """Another run is writing the workspace."""


class RunError(LoyaltyError):
    """A run or check that failed; what was published before stays as it was."""
