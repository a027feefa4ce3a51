"""sr-kernel check-rules: rewrite rules tried on many terms, one line for each that is refuted."""

import argparse

from sr_kernel.egraph.ruleset import Ruleset
from sr_kernel.egraph.soundness import check_rules
from sr_kernel.errors import OptionError


def run(arguments: argparse.Namespace) -> int:
    """Print the findings as file:line, name and instance; 1 if there are any."""
    rules = Ruleset.load(arguments.file)
    if not rules:
        raise OptionError(
            f"{arguments.file!r} holds no rules: name a file with (rewrite ...) in it"
        )
    findings = check_rules(rules, seed=arguments.seed)
    for finding in findings:
        print(finding)
    if findings:
        return 1
    print(f"{len(rules)} rules, none refuted" if len(rules) > 1 else "1 rule, not refuted")
    return 0
