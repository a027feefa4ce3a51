"""python -m sr_kernel.cli is sr-kernel."""

import sys

from sr_kernel.cli.command import main

sys.exit(main())
