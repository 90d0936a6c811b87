"""The widgets, imported in one place: they come without types."""

import ipywidgets as widgets  # type: ignore[import-untyped]

__all__ = ["widgets"]
