"""sr-kernel check-rules."""

import pytest

SOUND = '(rewrite (Sqrt (Pow a $2)) (Abs a) :ruleset mine :name "root-of-square")'
UNSOUND = '(rewrite (Sqrt (Pow a $2)) a :ruleset mine :name "root-of-square-plain")'
ENLARGED = '(rewrite (Exp (Log a)) a :ruleset mine :name "exp-log-plain")'


@pytest.fixture
def rules(tmp_path):
    """rules(line, ...) -> the path of a rule file."""

    def write(*lines):
        path = tmp_path / "mine.egg"
        path.write_text("\n".join(lines))
        return str(path)

    return write


def test_sound_rules(shell, rules):
    done = shell("check-rules", rules(SOUND))
    assert (done.code, done.out, done.err) == (0, ["1 rule, not refuted"], [])


def test_a_line_for_each_finding(shell, rules):
    done = shell("check-rules", rules(UNSOUND, SOUND, ENLARGED), "--seed", "3")
    assert done.code == 1
    assert [line.split(" ")[:2] for line in done.out] == [
        ["mine.egg:1:", "root-of-square-plain:"], ["mine.egg:3:", "exp-log-plain:"]
    ]  # fmt: skip


def test_the_seed_decides_what_is_tried(shell, rules):
    path = rules(UNSOUND)
    first, second = (shell("check-rules", path, "--seed", "7").out for _ in range(2))
    assert first == second


def test_a_directory_of_rules(shell, rules, tmp_path):
    rules(SOUND)
    (tmp_path / "other.egg").write_text(ENLARGED)
    done = shell("check-rules", str(tmp_path))
    assert done.code == 1
    assert done.out[0].startswith("other.egg:1: exp-log-plain: ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("(rewrite (Sqrt a)", "mine.egg:1"),
        ("(rewrite a b :ruleset mine)", "mine.egg:1"),
        ("(rule a b)", "not (rule ...)"),
        (SOUND + "\n" + SOUND, "is already used at mine.egg:1"),
        ("; nothing", "holds no rules"),
        (None, "cannot read the rule file: No such file or directory"),
    ],
)
def test_bad_files_are_named_in_one_line(shell, rules, tmp_path, text, says):
    path = str(tmp_path / "missing.egg") if text is None else rules(text)
    done = shell("check-rules", path)
    assert (done.code, done.out, len(done.err)) == (2, [], 1)
    assert says in done.err[0]


def test_it_is_in_the_help(shell):
    assert any("check-rules" in line for line in shell("--help").out)
