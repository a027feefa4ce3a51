"""The sr-kernel command: one line on stderr for what went wrong, and an exit code.

0 done, 1 ran but found or decided nothing, 2 bad usage or input, 130 interrupted.
"""

import io
import os
import sys
from collections.abc import Sequence

from sr_kernel.cli.arguments import parse_arguments
from sr_kernel.cli.terminal import one_line
from sr_kernel.errors import SrKernelError

DONE, NOTHING, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; never a traceback."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # what the terminal cannot show is escaped
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        arguments = parse_arguments(sys.argv[1:] if argv is None else argv)
        code = int(arguments.run(arguments))
        sys.stdout.flush()
    except SystemExit as stop:  # argparse: --help, --version, bad usage
        return stop.code if isinstance(stop.code, int) else BAD_INPUT
    except KeyboardInterrupt:
        return _failed("interrupted", INTERRUPTED)
    except BrokenPipeError:
        return _reader_gone()
    except SrKernelError as error:
        return _failed(str(error), BAD_INPUT)
    except Exception as error:  # the outermost door: whatever it is, one line
        if os.environ.get("SR_KERNEL_DEBUG"):
            raise
        about = f"{type(error).__name__}: {error}"
        return _failed(f"internal error, {about} (set SR_KERNEL_DEBUG=1 to see where)", BAD_INPUT)
    return code


def _failed(message: str, code: int) -> int:
    print(f"sr-kernel: {one_line(message)}", file=sys.stderr)
    return code


def _reader_gone() -> int:
    """Nobody reads on (sr-kernel ... | head): end quietly, also when Python flushes at its exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    return DONE
