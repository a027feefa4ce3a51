"""Stand-ins for the search process, the output of a cell and the comm of a front end."""

import queue

import comm
import pytest

from sr_kernel.expr import parse
from sr_kernel.formula import problem_of
from sr_kernel.search.engine import Progress, SearchResult
from sr_kernel.search.law import Law

PLANETS = {"a": [0.387, 0.723, 1.0, 1.524, 5.203], "P": [0.241, 0.615, 1.0, 1.881, 11.862]}


def law_of(text: str, loss: float) -> Law:
    expr = parse(text)
    return Law(expr, loss, 1.0 - loss, expr.size, (), (), 0.0, f"sr1:{text}")


FRONT = (law_of("a", 0.5), law_of("a**1.5", 1e-6))


def progress(elapsed: float = 0.1, front: tuple[Law, ...] = FRONT[:1]) -> Progress:
    return Progress(elapsed=elapsed, candidates=10, distinct=5, front=front, best=front[-1])


def result(stop_reason: str = "exact", front: tuple[Law, ...] = FRONT) -> SearchResult:
    return SearchResult(
        front=front, best=front[-1] if front else None, stop_reason=stop_reason, seconds=0.5,
        candidates=20, distinct=7, interrupted=False,
    )  # fmt: skip


class Engine:
    """Plays ``script`` at once, then waits to be stopped; ``deaf`` ones never answer a stop."""

    message = "the search process ended unexpectedly"

    def __init__(self, script=(), deaf=False):
        self.script, self.deaf = list(script), deaf
        self.queue = queue.SimpleQueue()
        self.started = self.closed = False
        self.stops = 0
        self.suggested = []
        self.orders = []

    def start(self):
        self.started = True

    def stop(self):
        self.stops += 1
        if not self.deaf:
            self.queue.put(result("stopped"))

    def suggest(self, *exprs):
        self.suggested.extend(exprs)

    def steer(self, hypotheses):
        self.orders.append(("steer", tuple(hypotheses)))

    def pause(self):
        self.orders.append(("pause",))

    def resume(self):
        self.orders.append(("resume",))

    def extend(self, seconds):
        self.orders.append(("extend", seconds))

    def events(self):
        for event in self.script:
            if isinstance(event, Exception):
                raise event
            yield event
            if isinstance(event, SearchResult):
                return
        while True:
            event = self.queue.get()
            yield event
            if isinstance(event, SearchResult):
                return

    def close(self):
        self.closed = True


class View:
    def __init__(self):
        self.bundles = []

    def show(self, bundle):
        self.bundles.append(bundle)

    update = show


class Comm:
    """The front end's half: what the kernel sent, and a way to send to the kernel."""

    def __init__(self, target_name="", data=None):
        self.target_name, self.opened = target_name, data
        self.sent = []
        self.closed = False

    def on_msg(self, callback):
        self.received = callback

    def on_close(self, callback):
        self.close_received = callback

    def send(self, data):
        self.sent.append(data)

    def close(self):
        self.closed = True

    def ask(self, **data):
        self.received({"content": {"data": data}})

    def replies(self):
        return [data for data in self.sent if "re" in data]

    def snapshots(self):
        return [data["snapshot"] for data in self.sent if "snapshot" in data]


@pytest.fixture
def task():
    return problem_of("P ~ a", PLANETS, name="planets")


@pytest.fixture
def comms(monkeypatch):
    """The comms that the kernel opened, newest last."""
    opened = []
    real = comm.create_comm

    def create_comm(**keywords):
        if keywords["target_name"] != "sr_kernel":  # those of ipywidgets
            return real(**keywords)
        opened.append(Comm(**keywords))
        return opened[-1]

    monkeypatch.setattr("comm.create_comm", create_comm)
    return opened


@pytest.fixture
def make():
    """Builders, because test modules cannot import one another."""

    class Make:
        Engine, View, Comm = Engine, View, Comm
        front = FRONT
        law_of, progress = staticmethod(law_of), staticmethod(progress)
        result = staticmethod(result)

    return Make
