"""Slots are shared out: whoever names slow servers keeps nobody else from fetching."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack

import pytest

from apps.fetching.errors import FetcherBusy
from apps.fetching.slots import Slots
from tests.fetching.fetching import fetch, fetcher_for
from tests.fetching.serving import ok, serve
from tests.together import run_together


def test_it_works() -> None:
    slots = Slots(4)
    with slots.held_by("olive"), slots.held_by("olive"):
        with pytest.raises(FetcherBusy), slots.held_by("olive"):
            pass
        with slots.held_by("eve"), slots.held_by("max"), pytest.raises(FetcherBusy):
            slots.held_by("someone else").__enter__()
        with slots.held_by("someone else"):
            pass
    with slots.held_by("olive"), slots.held_by("olive"):
        pass


@pytest.mark.parametrize(("at_once", "share"), [(1, 1), (2, 1), (3, 2), (4, 2), (64, 32)])
def test_half_is_for_the_same_asker(at_once: int, share: int) -> None:
    slots = Slots(at_once)
    with ExitStack() as stack:
        for _ in range(share):
            stack.enter_context(slots.held_by("olive"))
        with pytest.raises(FetcherBusy):
            stack.enter_context(slots.held_by("olive"))


def test_a_slot_comes_back_after_a_failure() -> None:
    slots = Slots(1)
    with pytest.raises(ZeroDivisionError), slots.held_by("olive"):
        raise ZeroDivisionError
    with slots.held_by("olive"):
        pass


def test_many_threads_hold_no_more_than_there_are() -> None:
    slots, lock = Slots(8), threading.Lock()
    held, most = 0, 0

    def hold() -> None:
        nonlocal held, most
        for _ in range(200):
            try:
                with slots.held_by(threading.get_ident()):
                    with lock:
                        held += 1
                        most = max(most, held)
                    with lock:
                        held -= 1
            except FetcherBusy:
                pass

    assert run_together(*[hold] * 16) == [None] * 16
    assert 0 < most <= 8
    with ExitStack() as stack:
        for asker in range(8):
            stack.enter_context(slots.held_by(asker))


def test_slow_servers_of_one_asker_leave_the_fetcher_to_others() -> None:
    began, may_end = threading.Semaphore(0), threading.Event()

    def talk(connection: socket.socket, head: str) -> None:
        began.release()
        may_end.wait(10)
        connection.sendall(ok(b"a pear"))

    with serve(talk) as slow, serve(ok(b"a plum")) as quick:
        fetcher = fetcher_for(slow, quick, limits={"at_once": 4})
        url = f"http://pears.example:{slow.port}/"
        threads = [threading.Thread(target=fetch, args=[fetcher, url]) for _ in range(2)]
        for thread in threads:
            thread.start()
        assert began.acquire(timeout=10)
        assert began.acquire(timeout=10)
        with pytest.raises(FetcherBusy):
            fetch(fetcher, url)
        assert fetch(fetcher, f"http://plums.example:{quick.port}/", asker="eve")[0] == b"a plum"
        may_end.set()
        for thread in threads:
            thread.join()
