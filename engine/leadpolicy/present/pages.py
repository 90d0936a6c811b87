"""Pages out of templates: every text escaped, none can turn the direction of what follows."""

from __future__ import annotations

from html import escape
from typing import Any

from leadpolicy.present.characters import visible


def shown(text: object) -> str:
    """A text as HTML: escaped, invisible characters as codes, its direction kept to itself."""
    return f"<bdi>{escape(visible(str(text)))}</bdi>"


def page(template: str, **context: Any) -> str:
    """A template of this room, filled in. Nothing reaches the page unescaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("leadpolicy.present"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = lambda text: Markup(shown(text))
    return environment.get_template(template).render(context)
