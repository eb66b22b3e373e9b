"""Letters as PDF, by typst: plain words in, an accessible page out. No network, no other font."""

from relais.connectors.typst.page import Page, render

__all__ = ["Page", "render"]
