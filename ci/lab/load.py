"""A client that asks all the time and keeps a record of every request."""
import asyncio
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass

from . import processes


@dataclass
class Request:
    """One request: monotonic times in seconds; `server` is what answered, "" when nothing did."""
    start: float
    end: float
    server: str
    error: str


class Load:
    """Requests `GET /` at an address from a namespace: `rate` new ones a second, each on a connection of its
    own, at most `parallel` at a time, each given up after `patience` seconds; the last `keep`
    are on record. Use as a context manager."""

    def __init__(self, lab, name, address, port=80, rate=100.0, parallel=64, patience=2.0,
                 keep=1_000_000):
        self.address, self.port, self.rate, self.patience = address, port, rate, patience
        self.records, self._limit, self._stopping = deque(maxlen=keep), parallel, threading.Event()
        self._failure = None
        self._thread = threading.Thread(target=self._main, args=(lab.handle(name),), daemon=True)
        self._thread.start()

    def _main(self, handle):
        try:
            processes.enter_netns(handle)
            asyncio.run(self._loop())
        except BaseException as error:  # pylint: disable=broad-except
            self._failure = error

    async def _loop(self):
        running, following = set(), time.monotonic()
        while not self._stopping.is_set():
            if len(running) < self._limit:
                task = asyncio.create_task(self._ask())
                running.add(task)
                task.add_done_callback(running.discard)
            following += 1 / self.rate
            # A machine that cannot keep up lowers the rate; it never gets a burst to catch up.
            following = max(following, time.monotonic() - 0.05)
            await asyncio.sleep(max(0.0, following - time.monotonic()))
        if running:
            await asyncio.wait(running, timeout=self.patience + 1)

    async def _ask(self):
        start, server, error = time.monotonic(), "", ""
        try:
            server = await asyncio.wait_for(self._get(), self.patience)
        except (OSError, asyncio.TimeoutError, ValueError) as problem:
            error = str(problem) or type(problem).__name__
        self.records.append(Request(start, time.monotonic(), server, error))

    async def _get(self):
        reader, writer = await asyncio.open_connection(self.address, self.port)
        try:
            writer.write(f"GET / HTTP/1.0\r\nHost: {self.address}\r\n\r\n".encode())
            head, _, body = (await reader.read(-1)).decode().partition("\r\n\r\n")
        finally:
            writer.close()
        if " 200 " not in head.split("\r\n")[0] or not body.strip():
            raise ValueError(f"answer without 200: {head[:60]!r}")
        return body.strip()

    def stop(self):
        """No new requests; returns when the last one has its answer or was given up."""
        self._stopping.set()
        self._thread.join(self.patience + 5)
        if self._failure:
            raise self._failure

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def good(self, since=0.0):
        """Answered requests that began at `since` or later."""
        return [record for record in list(self.records) if record.server and record.start >= since]

    def failed(self, since=0.0):
        """Requests begun at `since` or later that got no answer."""
        return [record for record in list(self.records) if not record.server and record.start >= since]

    def shares(self, since=0.0):
        """Share of each server in percent of the answered requests, and their number."""
        counts = Counter(record.server for record in self.good(since))
        total = sum(counts.values())
        return {server: 100.0 * count / total for server, count in sorted(counts.items())}, total

    def wait_good(self, number, seconds, since=0.0):
        """Waits for that many answered requests."""
        processes.wait_for(f"{number} answers from {self.address}", lambda: len(self.good(since)) >= number, seconds)

    def gap(self, since):
        """Longest time without an answer from `since` on, in seconds: between one answer and the next, the time
        until the first and from the last until now included."""
        ends = sorted(record.end for record in list(self.records) if record.server and record.end >= since)
        times = [since, *ends, time.monotonic()]
        return max(later - earlier for earlier, later in zip(times, times[1:]))
