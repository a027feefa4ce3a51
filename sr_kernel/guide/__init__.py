"""The guide: what a search learns beforehand about where to look.  Its corpus needs no torch."""
