"""Many series: the same whatever the number of workers, and whatever becomes of them."""

import os
import subprocess
import sys
from random import Random

import pytest

from orchestration.forecasting.cadence import DAILY, WEEKLY
from orchestration.forecasting.candidates import can_fit
from orchestration.forecasting.many import LOST, MOST_ENDED, forecast_many
from orchestration.forecasting.series import forecast_series

ASKS = """
from orchestration.forecasting.cadence import DAILY
from orchestration.forecasting.many import forecast_many

class Announced(list):
    def __reduce__(self):
        print("sent", flush=True)
        return list, (list(self),)

forecast_many([(Announced(day * day % 89 for day in range(1000)), DAILY)] * 1000)
"""


class Deadly(list[int]):
    """Values that end the process which reads them."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (9,)


def some(seed: int, length: int = 120) -> list[int]:
    chance = Random(seed)
    return [chance.randrange(40) + 10 * (step % 7) for step in range(length)]


def test_the_number_of_workers_changes_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    jobs = [(some(1), DAILY), (some(2), WEEKLY), ([], DAILY), ([3] * 500, DAILY), (some(3), DAILY)]
    by_one = forecast_many(jobs, workers=1)
    assert by_one == forecast_many(jobs, workers=3)
    assert by_one == [forecast_series(*job) for job in jobs]
    assert {row.model for row in by_one[0].accuracy} == {"naive", "ets", "theta"}
    assert capfd.readouterr() == ("", "")


def test_nothing_to_forecast_is_nothing() -> None:
    assert forecast_many([]) == []


def test_a_fit_that_takes_its_process_down_costs_its_own_series() -> None:
    jobs = [(some(1), DAILY), (Deadly(some(2)), DAILY), (some(3), DAILY)]
    found = forecast_many(jobs, workers=1)
    assert [forecast.failures for forecast in found] == [(), (LOST,), ()]
    assert found[1].model == "naive" and found[1].steps[0].point == some(2)[-7]
    assert [row.model for row in found[1].accuracy] == ["naive"]
    assert found[2] == forecast_series(*jobs[2])


def test_processes_that_always_end_are_started_no_more() -> None:
    deadly = [(Deadly(some(1)), DAILY)] * MOST_ENDED
    found = forecast_many([*deadly, (some(2), DAILY)], workers=1)
    assert [forecast.failures for forecast in found] == [(LOST,)] * (MOST_ENDED + 1)


def test_without_the_library_all_is_naive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "statsmodels", None)
    assert not can_fit()
    (found,) = forecast_many([(some(1), DAILY)])
    assert [row.model for row in found.accuracy] == ["naive"]
    assert found.steps[0].high_80 is not None and not found.failures


def test_the_library_is_imported_only_where_something_is_fitted() -> None:
    shown = subprocess.run(
        [
            *(sys.executable, "-c"),
            "import sys\n"
            "from orchestration.forecasting.cadence import DAILY\n"
            "from orchestration.forecasting.many import forecast_many\n"
            "from orchestration.forecasting.series import forecast_series\n"
            "forecast_many([(list(range(100)), DAILY)])\n"
            "forecast_series([1, 2, 3], DAILY)\n"
            "print({'numpy', 'scipy', 'statsmodels'} & set(sys.modules))",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (shown.stdout, shown.stderr) == ("set()\n", "")


def test_workers_end_when_the_process_that_asks_is_killed() -> None:
    """They hold its standard error: it ends when the last of them has."""
    with subprocess.Popen(
        [sys.executable, "-c", ASKS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as asking:
        assert asking.stdout.readline() == "sent\n"
        asking.kill()
        assert asking.stderr.read() == ""


def test_it_is_told_how_far_long_work_is() -> None:
    told: list[str] = []
    forecast_many([([number], WEEKLY) for number in range(250)], on_progress=told.append)
    assert told == ["100 of 250 series forecast", "200 of 250 series forecast"]
