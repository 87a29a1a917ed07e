"""The brief: findings with their evidence, on a terminal, as HTML, Markdown or JSON."""

from detente.brief.brief import Brief, make_brief
from detente.brief.html import as_html
from detente.brief.markdown import as_markdown
from detente.brief.terminal import print_brief

__all__ = ["Brief", "as_html", "as_markdown", "make_brief", "print_brief"]
