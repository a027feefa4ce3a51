"""The magics ``%%discover`` and ``%discover``, blocking and awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sr_kernel.errors import OptionError, SrKernelError
from sr_kernel.jupyter.options import OPTIONS, Options, read_options

if TYPE_CHECKING:
    from sr_kernel.jupyter.session import Session
    from sr_kernel.report.laws import Laws

_HELP = """Search for laws in a table: formulas from the simplest to the most exact.

    %%discover TARGET ~ VARIABLES --data TABLE [options]
    laws = %discover TARGET ~ VARIABLES --data TABLE [options]

Examples

    %load_ext sr_kernel

    %%discover P ~ a --data planets --time 10s -o laws

    %%discover log(P) ~ . - body --data planets_modern
    operators: + - * / sqrt log
    where: a > 0.5          # only these rows

    laws = %discover lambda_nm ~ n1 + n2 --data hydrogen_lines --time 20s

    laws.equations_         # all laws as a DataFrame
    laws.predict(table)     # values of the best one
    laws.sympy(2), laws.latex(2), laws.python(2), laws.code("c", 2)
    laws.save("laws.json")  # and Laws.load("laws.json")
    laws.show()             # the result once more

The formula names the target and the columns that a law may use: y ~ x1 + x2, y ~ . for all
other columns of numbers, y ~ . - id for all but one, log(y) ~ x for a transformed target. How
they combine is found by the search. Names with spaces stand in `backticks`.

The table is a DataFrame, a dict of columns, the path of a CSV file or one of the data sets that
come with the package.

The Tab key completes columns, tables, options and operators.

While it runs, Stop (or the interrupt of the notebook) ends the search and keeps what was found.

Options, on the line or below it as key: value, one a line
"""


class DiscoverError(SrKernelError):
    """A cell that cannot run, shown as its one sentence without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def help_text() -> str:
    """What ``%%discover?`` shows."""
    rows = [(f"{', '.join(o.spellings)} {o.metavar}", o.help) for o in OPTIONS]
    width = max(len(flags) for flags, _ in rows)
    return _HELP + "\n" + "\n".join(f"    {flags:<{width}}  {text}" for flags, text in rows)


class DiscoverMagics:
    """The two magics bound to one shell."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def functions(self) -> dict[str, Callable[..., Any]]:
        """The magics by name, ready to be registered."""
        from sr_kernel.jupyter.transformer import AWAITED_MAGIC, MAGIC

        def discover(line: str, cell: str | None = None) -> Any:
            return self.blocking(line, cell)

        def discover_async(line: str, cell: str | None = None) -> Any:
            return self.awaited(line, cell)

        discover.__doc__ = help_text()
        discover_async.__doc__ = "The twin of %discover that is awaited; write %discover."
        named = {MAGIC: discover, AWAITED_MAGIC: discover_async}
        for function in named.values():
            _keep_line_as_typed(function)
        return named

    def blocking(self, line: str, cell: str | None) -> Laws | None:
        """Search while nothing else runs. The result for a line, None for a cell."""
        with _one_sentence():
            options, session = self._started(line, cell)
            with self._kept(options, session):
                laws = session.wait_blocking()
            return self._returned(laws, cell)

    async def awaited(self, line: str, cell: str | None) -> Laws | None:
        """Search while the kernel goes on answering."""
        with _one_sentence():
            options, session = self._started(line, cell)
            with self._kept(options, session):
                laws = await session.wait()
            return self._returned(laws, cell)

    def _started(self, line: str, cell: str | None) -> tuple[Options, Session]:
        options = read_options(line, cell or "")
        if not options.formula:
            raise OptionError("there is no formula: write %%discover y ~ x --data TABLE")
        return options, self._session(options)

    def _session(self, options: Options) -> Session:
        from sr_kernel.formula.task import problem_of
        from sr_kernel.guide import guide_of
        from sr_kernel.jupyter.data_source import find_table
        from sr_kernel.jupyter.session import Session
        from sr_kernel.jupyter.sessions import known_laws, remember
        from sr_kernel.jupyter.view import CellOutput, NoOutput
        from sr_kernel.search.process import SearchProcess

        guide = guide_of(options.guide)
        table = find_table(options.data, self._shell.user_ns)
        size = {} if options.max_size is None else {"max_size": options.max_size}
        task = problem_of(
            options.formula, table, operators=options.operators, where=options.where,
            random_state=options.seed, name=table.name, **size,
        )  # fmt: skip
        known = known_laws(task) if options.reuse else ()
        if known:
            task = replace(task, warnings=(*task.warnings, _begun(len(known))))
        engine = SearchProcess(
            task.problem,
            time_limit=options.time_limit,
            n_jobs=options.jobs,
            guesses=known,
            guide=guide,
        )
        is_kernel = hasattr(self._shell, "kernel")
        session = Session(
            task, engine, CellOutput() if is_kernel else NoOutput(),
            time_limit=options.time_limit, guide=options.guide,
            loop=_running_loop() if is_kernel else None,
        )  # fmt: skip
        remember(session)
        session.start()
        return session

    @contextmanager
    def _kept(self, options: Options, session: Session) -> Iterator[None]:
        """However the search ends, the variable holds what was found."""
        try:
            yield
        finally:
            if options.output is not None and session.laws is not None:
                self._shell.user_ns[options.output] = session.laws

    def _returned(self, laws: Laws, cell: str | None) -> Laws | None:
        """A cell's result is on the screen already, except in a terminal."""
        if cell is None:
            return laws
        if not hasattr(self._shell, "kernel"):
            print(laws)
        return None


def _begun(count: int) -> str:
    laws = "a law" if count == 1 else f"{count} laws"
    return f"started from {laws} found before for these rows (--reuse no starts anew)"


def _running_loop() -> asyncio.AbstractEventLoop | None:
    """None in a thread that a user has started: comms belong to the kernel's own."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


@contextmanager
def _one_sentence() -> Iterator[None]:
    try:
        yield
    except SrKernelError as error:
        raise DiscoverError(str(error)) from error


def _keep_line_as_typed(function: Callable[..., Any]) -> None:
    """IPython would evaluate ``{...}`` and ``$name`` in the line."""
    from IPython.core.magic import no_var_expand

    no_var_expand(function)
