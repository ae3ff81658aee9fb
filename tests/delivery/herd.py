"""A herd: many clients that ask a server for one target at the same moment, as a program of its own.

    python -m tests.delivery.herd <port> <target> <count>

writes a JSON list, one [status, SHA-256 of the body, seconds] for each. A program, because it may have to run
in a network of its own.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing


def main() -> None:
    port, target, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    start = threading.Barrier(count)

    def ask(_: int) -> tuple[int, str, float]:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.connect()
            start.wait()
            began = time.monotonic()
            connection.request("GET", target)
            response = connection.getresponse()
            digest = hashlib.sha256(response.read()).hexdigest()
            return response.status, digest, time.monotonic() - began

    with ThreadPoolExecutor(count) as threads:
        json.dump(list(threads.map(ask, range(count))), sys.stdout)


if __name__ == "__main__":
    main()
