"""What a worker process does: `python -m` this, one series after the other through its pipes."""

import pickle
import signal
import sys

from orchestration.forecasting.series import forecast_series


def main() -> None:
    """Forecast what is sent until nobody is there to send more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    try:
        while True:
            values, cadence = pickle.load(requests)
            pickle.dump(forecast_series(values, cadence), answers)
            answers.flush()
    except (EOFError, BrokenPipeError):
        return


if __name__ == "__main__":
    main()
