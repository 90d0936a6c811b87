"""Pages out of templates: every text escaped, none can turn the direction of what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leadpolicy.characters import inert, visible, visible_lines
from leadpolicy.present.theme import page_colours, variables

if TYPE_CHECKING:
    from jinja2 import Environment


def unbroken(text: str) -> str:
    """No line ends between a number and its percent sign."""
    return text.replace(" %", "\u00a0%")


def environment() -> Environment:
    """Where templates of this room are filled in: all texts escaped, no name left open."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    made = Environment(
        loader=PackageLoader("leadpolicy.present", ""),
        autoescape=True,
        finalize=_inert,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["page_colours"] = lambda media="": Markup(page_colours(media))
    made.globals["paper_colours"] = Markup(variables("light"))
    made.filters["shown"] = lambda text: Markup(inert(text))
    made.filters["unbroken"] = unbroken
    made.filters["visible"] = lambda text: visible(str(text))
    return made


def _inert(value: Any) -> Any:
    """What a template puts into a page, unless it was made as HTML."""
    return visible_lines(value) if type(value) is str else value


def page(template: str, **context: Any) -> str:
    """A template of this room, filled in. Nothing reaches the page unescaped."""
    return environment().get_template(template).render(context)
