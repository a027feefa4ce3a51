"""What is found outlives the process that found it."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest

from sr_kernel.errors import DataError
from sr_kernel.expr import parse, walk
from sr_kernel.search import Problem, search
from sr_kernel.search.checkpoint import Checkpoint, State, as_json, from_json
from sr_kernel.search.refine import judge
from sr_kernel.search.sample import Sample
from sr_kernel.search.scaling import Scaling

pytestmark = pytest.mark.filterwarnings("error")


def made(noise=0.1, rows=80, scale=1.0, **options):
    generator = np.random.default_rng(0)
    X = generator.uniform(1, 4, (rows, 2))
    y = np.sin(X[:, 0]) * X[:, 1] + noise * generator.normal(size=rows)
    return Problem(("a", "b"), X, scale * y, **options)


SCRIPT = textwrap.dedent("""
    import sys, time
    import numpy as np
    from sr_kernel.search import Problem, search
    generator = np.random.default_rng(0)
    X = generator.uniform(1, 4, (80, 2))
    y = np.sin(X[:, 0]) * X[:, 1] + 0.1 * generator.normal(size=80)
    result = search(Problem(("a", "b"), X, y), time_limit=60, checkpoint=sys.argv[1],
                    on_progress=lambda progress: print("alive", flush=True))
    print(result.stop_reason, result.interrupted, len(result.front), result.reports)
""")


def started(script, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)], stdout=subprocess.PIPE, text=True,
        stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip


def wait_for(path, process, seconds=60):
    until = time.perf_counter() + seconds
    while not path.exists():
        assert process.poll() is None, process.stderr.read()
        assert time.perf_counter() < until
        time.sleep(0.05)


@pytest.mark.usefixtures("uncovered")
def test_kill_9_and_go_on(tmp_path):
    path = tmp_path / "search.json"
    process = started(SCRIPT, path)
    wait_for(path, process)
    time.sleep(1)
    process.kill()
    process.communicate()
    assert [file.name for file in tmp_path.iterdir() if not file.name.endswith(".tmp")] == [
        "search.json"
    ]
    saved = from_json(json.loads(path.read_text()))
    assert saved.front
    result = search(made(), time_limit=2, checkpoint=path)
    assert result.reports == ()
    again = Checkpoint(path, made(), print).read()
    assert again.runs == 2
    assert again.seconds > saved.seconds
    assert again.candidates > saved.candidates
    shortest = min(_length(expr) for expr in saved.front)
    # Made plain a law may take a word more; one that is lost would take tens of nats.
    assert min(_length(law.expr) for law in result.front) <= shortest + 2.0


def _length(expr):
    """What the front goes by, not the loss: a law that bends more gives way to one that is told in
    fewer words."""
    floats = tuple(node.value for node in walk(expr) if isinstance(node.value, float))
    return judge(expr, Sample.of(made()), floats, floats).length


@pytest.mark.usefixtures("uncovered")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_search_and_keeps_what_was_found(tmp_path, number):
    path = tmp_path / "search.json"
    process = started(SCRIPT, path)
    for _ in range(3):
        assert process.stdout.readline() == "alive\n"
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert out.splitlines()[-1].startswith("stopped True"), err
    assert from_json(json.loads(path.read_text())).front


@pytest.mark.usefixtures("uncovered")
def test_a_second_sigterm_ends_the_process(tmp_path):
    script = SCRIPT.replace("on_progress=", "should_stop=lambda: (time.sleep(9), False)[1], _=")
    script = script.replace(", _=lambda progress: print(\"alive\", flush=True)", "")
    script = script.replace("import sys, time", "import sys, time\nprint('alive', flush=True)")
    process = started(script, tmp_path / "x.json")
    assert process.stdout.readline() == "alive\n"
    time.sleep(4)
    process.terminate()
    time.sleep(0.3)
    process.terminate()
    process.communicate(timeout=5)
    assert process.returncode == -signal.SIGTERM


@pytest.mark.usefixtures("uncovered")
def test_out_of_memory_keeps_what_was_found(tmp_path):
    script = SCRIPT.replace(
        "result =",
        textwrap.dedent("""
        import resource
        from sr_kernel.search import search as warm
        warm(Problem(("a", "b"), X, y), time_limit=3)
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 60_000_000, -1))
        result ="""),
    )  # fmt: skip
    process = started(script, tmp_path / "search.json")
    out, err = process.communicate(timeout=120)
    assert out.splitlines()[-1].startswith("memory False"), err
    assert int(out.split("False")[1].split()[0]) >= 1
    assert from_json(json.loads((tmp_path / "search.json").read_text())).front


def test_a_memory_limit_of_ones_own():
    result = search(made(), time_limit=20, memory_limit=1)
    assert result.stop_reason == "memory"
    assert result.front


# ------------------------------------------------------------------ trouble with the file


@pytest.mark.parametrize("place", ["missing/folder/search.json", "file/search.json", "folder"])
def test_a_place_that_cannot_be_written_is_reported_once(tmp_path, place):
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "folder" / "within").mkdir(parents=True)
    path = tmp_path / place
    if path.is_dir():
        with pytest.raises(DataError, match="cannot read"):
            search(made(), time_limit=1, checkpoint=path)
        return
    result = search(made(), time_limit=5, checkpoint=path)
    assert result.front
    [report] = result.reports
    assert "cannot be saved" in report
    assert "what it finds is returned" in report


@pytest.mark.usefixtures("uncovered")
def test_a_full_disk_loses_neither_the_search_nor_the_file(tmp_path):
    path = tmp_path / "search.json"
    search(made(), time_limit=1, checkpoint=path)
    before = path.read_bytes()
    limited = SCRIPT.replace(
        "result =",
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40, 40))\nresult =",
    ).replace("time_limit=60", "time_limit=5")  # fmt: skip
    out, err = started(limited, path).communicate(timeout=60)
    last = out.splitlines()[-1]
    assert last.startswith("time False"), err
    assert last.count("cannot be saved") == 1
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture(scope="module")
def content():
    exprs = (parse("1.5*a + b"), parse("sin(a)"))
    return as_json(State(("a", "b"), "y", "0", Scaling(1.0, {}), 1, 2.0, 3, exprs, exprs[:1]))


def test_what_is_written_is_read(content):
    state = from_json(json.loads(json.dumps(content)))
    assert as_json(state) == content
    assert state.exprs == (parse("1.5*a + b"), parse("sin(a)"))


BROKEN = [
    ("format", "other"), ("version", 2), ("version", None), ("variables", "ab"),
    ("variables", [1]), ("target", 3), ("digest", None), ("units", {"target": 0, "columns": {}}),
    ("units", []), ("runs", -1), ("runs", True), ("seconds", "1"), ("candidates", 1.5),
    ("front", "x"), ("front", [["system", "a"]]), ("front", [["add", "a", "c"]]),
    ("front", [["__import__", "os"]]), ("archive", [{"a": 1}]), ("archive", None),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), BROKEN)
def test_anything_else_is_refused_and_left_alone(tmp_path, content, field, value):
    path = tmp_path / "search.json"
    path.write_text(json.dumps({**content, field: value}))
    before = path.read_bytes()
    with pytest.raises(DataError, match=r"search.json.*(remove it|name another file)"):
        search(made(), time_limit=1, checkpoint=path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("text", ["", "{", "null", "[" * 100_000, "\x80", "cos(a)"])
def test_no_json_is_refused(tmp_path, text):
    path = tmp_path / "search.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(DataError, match="not a saved search"):
        search(made(), time_limit=1, checkpoint=path)


def test_other_columns_are_refused_and_other_rows_reported(tmp_path):
    path = tmp_path / "search.json"
    search(made(), time_limit=1, checkpoint=path)
    other = made()
    with pytest.raises(DataError, match="name another file for p, q"):
        search(Problem(("p", "q"), other.X, other.y), time_limit=1, checkpoint=path)
    result = search(made(noise=0.2), time_limit=1, checkpoint=path)
    assert any("other rows" in report for report in result.reports)


def test_units_of_the_search_are_kept(tmp_path):
    path = tmp_path / "search.json"
    first = search(made(scale=1e200), time_limit=3, checkpoint=path)
    again = search(made(scale=1e200), time_limit=1, checkpoint=path)
    assert again.reports == ()
    assert again.best.r2 >= first.best.r2 - 1e-9
