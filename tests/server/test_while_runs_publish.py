"""Readers while runs publish: each sees one version, and the new one at once."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from support.servers import ADMIN, ROOT, Serving, api_call
from support.workspaces import publish, read_payloads


@pytest.fixture
def fair_threads() -> Iterator[None]:
    """Short turns, so that the readers of this process don't keep the publisher waiting."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 50)
    yield
    sys.setswitchinterval(usual)


def test_what_a_run_publishes_is_served_at_once(own: Serving, earlier_marts: Path) -> None:
    before = own.get("analytics/overview/").json()["as_of"]
    publish(own.workspace, earlier_marts)
    too_late = own.post(
        "analytics/calculate/", json={"date_from": before, "date_to": before}, headers=ADMIN
    )
    assert too_late.status_code == 400 and "after as_of" in too_late.text
    after = own.get("analytics/overview/")
    assert after.json()["as_of"] < before
    assert (
        after.content == (own.current / "1" / ROOT / "analytics/overview/index.json").read_bytes()
    )


def test_many_readers_see_one_version_each_while_runs_publish(
    own: Serving, few_marts: Path, earlier_marts: Path, fair_threads: None
) -> None:
    """Readers of the API and of whole pages, and runs that publish one figure or the other."""
    now = read_payloads(own.current)
    publish(own.workspace, earlier_marts)
    earlier = read_payloads(own.current)
    paths = [
        path
        for path in now
        if f"/{ROOT}/" in path and path in earlier and now[path] != earlier[path]
    ]
    done = threading.Event()
    failures: list[str] = []
    counts = {"answers": 0, "pages": 0, "switched pages": 0}

    def read_answers(start: int) -> None:
        calls = [api_call(path) for path in paths]
        with requests.Session() as session:
            while not done.is_set():
                start = (start + 1) % len(paths)
                path, (call, parameters) = paths[start], calls[start]
                answer = session.get(own.api + call, params=parameters, timeout=30)
                if answer.status_code != 200 or answer.content not in (now[path], earlier[path]):
                    failures.append(f"{path}: {answer.status_code}")
                counts["answers"] += 1

    def read_pages(start: int) -> None:
        """As the page does: the manifest first and last."""
        with requests.Session() as session:
            while not done.is_set():
                start = (start + 7) % (len(paths) - 5)
                first = session.get(f"{own.url}manifest.json", timeout=30)
                page = {
                    path: session.get(own.url + path, timeout=30)
                    for path in paths[start : start + 5]
                }
                last = session.get(f"{own.url}manifest.json", timeout=30)
                counts["pages"] += 1
                if first.content != last.content:
                    counts["switched pages"] += 1
                    continue
                files = now if first.content == now["manifest.json"] else earlier
                failures.extend(
                    f"{path}: {answer.status_code}, not of its manifest"
                    for path, answer in page.items()
                    if answer.content != files[path]
                )

    readers = [
        threading.Thread(target=read, args=(number * 5,))
        for number, read in enumerate([read_answers] * 4 + [read_pages] * 2)
    ]
    for reader in readers:
        reader.start()
    for number in range(6):
        publish(own.workspace, (few_marts, earlier_marts)[number % 2])
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert counts["answers"] > 100 and counts["pages"] > 10, counts
