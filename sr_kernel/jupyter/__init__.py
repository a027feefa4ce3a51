"""The notebook door: ``%%discover``, live results and the widget for other hosts."""
