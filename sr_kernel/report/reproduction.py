"""How to get a result again: in a notebook, in Python and in the shell."""

import platform
import shlex
from html import escape

from sr_kernel import __version__
from sr_kernel.formula.datasets import datasets
from sr_kernel.report.laws import Laws
from sr_kernel.report.question import USUAL_GUIDE, Question


def reproduction_box(laws: Laws) -> str:
    """The box as HTML."""
    asked = laws.question
    return (
        '<div class="again"><h3>To find it again</h3>'
        "<p>In a notebook, after <code>%load_ext sr_kernel</code>:</p>"
        f"<pre>{escape(notebook_cell(asked))}</pre>"
        f"<p>In a shell:</p><pre>{escape(shell_command(asked))}</pre>"
        f'<p class="soft">sr_kernel {escape(__version__)}, Python {platform.python_version()}, '
        f"seed {asked.random_state}, formulas up to size {asked.max_size} of "
        f"{escape(_signs(asked.operators))}.</p></div>"
    )


def notebook_cell(asked: Question) -> str:
    """The cell that asks the question."""
    line = f"%%discover {asked.formula} --data {_quoted(_bundled_name(asked) or asked.data)}"
    if asked.time_limit is not None:
        line += f" --time {asked.time_limit:g}s"
    line += f" --seed {asked.random_state}"
    if asked.guide != USUAL_GUIDE:
        line += f" --guide {_quoted(asked.guide)}"
    line += " -o laws"
    body = [f"operators: {_signs(asked.operators)}"]
    body += [f"where: {condition}" for condition in asked.where]
    return "\n".join([line, *body])


def _quoted(word: str) -> str:
    """``word`` as a cell reads it, which joins no quoted parts as a shell does."""
    return f'"{word}"' if "'" in word and '"' not in word else shlex.quote(word)


def shell_command(asked: Question) -> str:
    """The command that asks the question; data of a notebook stand as a CSV file."""
    data = _bundled_name(asked) or f"{asked.data}.csv"
    words = ["sr-kernel", "discover", asked.formula, "--data", data]
    if asked.time_limit is not None:
        words += ["--time", f"{asked.time_limit:g}"]
    words += ["--seed", str(asked.random_state), "--operators", _signs(asked.operators)]
    if asked.guide != USUAL_GUIDE:
        words += ["--guide", asked.guide]
    for condition in asked.where:
        words += ["--where", condition]
    return shlex.join(words)


def _bundled_name(asked: Question) -> str:
    """The bundled data set that the rows are from, whatever the notebook calls it."""
    for dataset in datasets().values():
        same_rows = asked.where or dataset.table().rows == asked.rows + asked.dropped
        if asked.source == dataset.citation and same_rows:
            return dataset.name
    return ""


def _signs(operators: tuple[str, ...]) -> str:
    """Operators as people type them."""
    signs = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**"}
    return " ".join(signs.get(name, name) for name in operators)
