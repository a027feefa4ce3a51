from pathlib import Path

import pytest

from sr_kernel.egraph.ruleset import Ruleset, rules_directory
from sr_kernel.errors import RuleError

GOOD = '(rewrite (Add a $0) a :ruleset mine :name "plus nothing")'


def test_a_rule_is_read_with_its_surroundings() -> None:
    text = f';;@ source: a book\n{GOOD}\n(birewrite (Neg a) (Sub $0 a) :ruleset mine :name "minus")'
    rules = Ruleset.parse(text, "mine.egg")
    assert [rule.name for rule in rules] == ["plus nothing", "minus", "minus-back"]
    rule = rules.rules[0]
    assert (rule.file, rule.line, rule.ruleset) == ("mine.egg", 2, "mine")
    assert rule.metadata["source"] == "a book"
    assert rules.themes == ("mine",)
    assert rules.by_name["minus"].heads == {"Mul"}
    assert rules.by_name["minus"].products == {"Add", "Mul"}


BAD = [
    ("(rewrite (Add a $0) a :ruleset mine)", 'the rule has no :name "..."'),
    ('(rewrite (Add a $0) a :name "x")', "the rule has no :ruleset"),
    ('(rewrite (Add a $0) b :ruleset mine :name "x")', "'b' on the right side is not on the left"),
    ('(rewrite a b :ruleset mine :name "x")', "the left side must be more than a metavariable"),
    ('(rewrite (Ad a) a :ruleset mine :name "x")', "there is no constructor called 'Ad'"),
    ('(rewrite (Abs a) a :when ((big a)) :ruleset m :name "x")', "there is no fact called 'big'"),
    ('(rewrite (Abs a) a :when ((nz b)) :ruleset m :name "x")', "'b' in a condition is not on"),
    ('(rewrite (Abs a) a :when ((= b a b)) :ruleset m :name "x")', "is not a condition"),
    ('(rewrite (Abs a) a :when nz :ruleset m :name "x")', ":when needs conditions in brackets"),
    ('(rewrite (Abs a) a :if ((nz a)) :ruleset m :name "x")', ":if is not an option"),
    ("(rewrite (Abs a) a :ruleset m :name)", "options come in pairs"),
    ("(rewrite (Abs a))", "a rewrite needs a left and a right side"),
    ("(function f (M) M)", r"a rule file holds \(rewrite"),
    (f"{GOOD}\n{GOOD}", "the name 'plus nothing' is already used at mine.egg:3"),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_errors_name_file_and_line(text: str, message: str) -> None:
    with pytest.raises(RuleError, match=rf"mine\.egg:[34]: .*{message}"):
        Ruleset.parse(f"\n; two lines above\n{text}", "mine.egg")


def test_a_directory_is_read_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "one.egg").write_text(GOOD)
    (tmp_path / "two.egg").write_text(GOOD.replace("nothing", "zero"))
    (tmp_path / "rejected.egg").write_text("not even a rule")
    assert [rule.file for rule in Ruleset.load(tmp_path)] == ["one.egg", "two.egg"]
    assert len(Ruleset.load(tmp_path / "two.egg")) == 1


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"gone\.egg:1: cannot read the rule file: No such file"):
        Ruleset.load(tmp_path / "gone.egg")
    (tmp_path / "binary.egg").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RuleError, match="not UTF-8"):
        Ruleset.load(tmp_path / "binary.egg")


def test_rulesets_are_joined() -> None:
    both = Ruleset.join([Ruleset.default(), Ruleset.parse(GOOD)])
    assert len(both) == len(Ruleset.default()) + 1
    with pytest.raises(RuleError, match="already used"):
        Ruleset.join([both, both])


def test_the_digest_follows_the_rules() -> None:
    assert Ruleset.parse(GOOD).digest == Ruleset.parse(GOOD).digest
    assert Ruleset.parse(GOOD).digest != Ruleset.parse(GOOD.replace("$0", "$1")).digest


def test_the_rules_come_with_the_package() -> None:
    assert (rules_directory() / "powers.egg").is_file()
    assert Ruleset.default() is Ruleset.default()


def test_every_rule_stands_on_one_line_of_its_own() -> None:
    for path in rules_directory().glob("*.egg"):
        for line in path.read_text("utf-8").splitlines():
            assert line.startswith((";", "(")), (path.name, line)
            assert line.count("(rewrite ") <= 1
