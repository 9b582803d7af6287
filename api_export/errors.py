"""Errors that a user can cause. Each message names the thing and the way out."""


class LoyaltyError(Exception):
    """An error shown in one line, without a traceback; the command ends with its `exit_code`."""

    exit_code = 1


class UsageError(LoyaltyError):
    """A wrong option, setting or argument; `field` names it where a request holds several."""

    exit_code = 2

    def __init__(self, message: str, field: str = "non_field_errors") -> None:
        """Say what is wrong, and with which field."""
        super().__init__(message)
        self.field = field


class BusyError(LoyaltyError):
    """Another process is writing the workspace."""


class UnwritableError(UsageError):
    """The workspace's folder can't be written."""


class NoRoomError(LoyaltyError):
    """No more ranges or widget edits may be kept."""


class NotFoundError(LookupError):
    """A website, record, widget or client that doesn't exist; the message may say why."""
