"""Where %%discover becomes a top-level await, and where it must not."""

import ast
import asyncio
from types import SimpleNamespace

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from sr_kernel.jupyter.transformer import AwaitTransformer, rewritten


def awaited(cell: str, can_await: bool = True) -> str:
    lines = TransformerManager().transform_cell(cell).splitlines(keepends=True)
    return "".join(rewritten(lines, can_await=can_await))


def test_a_cell_is_awaited():
    text = awaited("%%discover y ~ x --data t\nwhere: x > 0\n")
    assert text.startswith("await get_ipython().run_cell_magic('discover_async', 'y ~ x --data t'")
    assert "where: x > 0" in text


def test_an_assigned_line_is_awaited():
    text = awaited("laws = %discover y ~ x --data t\n")
    assert text == (
        "laws = await get_ipython().run_line_magic('discover_async', 'y ~ x --data t')\n"
    )


def test_a_bare_line_is_a_cell_without_a_body():
    text = awaited("%discover y ~ x\n")
    assert text == "await get_ipython().run_cell_magic('discover_async', 'y ~ x', '\\n')\n"


def test_an_empty_body_is_filled_also_where_nothing_is_awaited():
    text = awaited("%%discover y ~ x\n", can_await=False)
    assert text == "get_ipython().run_cell_magic('discover', 'y ~ x', '\\n')\n"
    text = awaited("def f():\n    a = %discover y ~ x\n", can_await=False)
    assert text == "def f():\n    a = get_ipython().run_line_magic('discover', 'y ~ x')\n"


def test_a_loop_may_await_a_function_may_not():
    text = awaited("for i in [1]:\n    a = %discover y ~ é\ndef f():\n    a = %discover y ~ x\n")
    assert text.count("await") == 1
    assert "    a = await get_ipython().run_line_magic('discover_async', 'y ~ é')" in text


@pytest.mark.parametrize(
    "cell", ["x = 1\n", "%%time\n%%discover y ~ x\n", "def (\n", "%matplotlib inline\n"]
)
def test_other_cells_stay_as_they_are(cell):
    lines = TransformerManager().transform_cell(cell).splitlines(keepends=True)
    assert rewritten(lines, can_await=True) == lines


def test_the_rest_of_the_cell_is_untouched():
    cell = "é = 'ü'  # remark\nlaws = %discover y ~ x  # data\nprint(é)\n"
    lines = awaited(cell).splitlines()
    assert (lines[0], lines[2]) == ("é = 'ü'  # remark", "print(é)")
    ast.parse("\n".join(lines))


class Shell:
    autoawait = True
    kernel = SimpleNamespace()

    async def run_code(self, work):
        return work()


LINES = ["get_ipython().run_cell_magic('discover', 'y ~ x', '\\n')\n"]


async def transformed(shell):
    return AwaitTransformer(shell)(LINES)


def test_a_kernel_awaits():
    assert asyncio.run(transformed(Shell()))[0].startswith("await ")


def test_no_loop_no_kernel_or_no_autoawait_means_blocking():
    assert AwaitTransformer(Shell())(LINES) == LINES
    assert asyncio.run(transformed(SimpleNamespace(autoawait=True))) == LINES
    shell = Shell()
    shell.autoawait = False
    assert asyncio.run(transformed(shell)) == LINES


def test_within_another_cell_it_blocks():
    shell = Shell()
    assert asyncio.run(shell.run_code(lambda: AwaitTransformer(shell)(LINES))) == LINES
