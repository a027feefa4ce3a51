import json
import tomllib
from pathlib import Path

import sr_kernel

ROOT = Path(__file__).parents[2]


def test_all_files_name_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    front_end = json.loads((ROOT / "package.json").read_text())
    assert project["version"] == front_end["version"] == sr_kernel.__version__


def test_pins_cover_the_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = project["dependencies"] + extras["notebook"] + extras["test"] + extras["guide"]
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {normal(line.split("==")[0]) for line in lines if "==" in line}
    assert {normal(requirement) for requirement in wanted} <= pinned


def normal(requirement: str) -> str:
    name = requirement.partition("[")[0]
    for sign in "<>=~!":
        name = name.partition(sign)[0]
    return name.strip().lower().replace("_", "-")
