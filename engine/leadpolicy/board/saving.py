"""“Save as new version”: the change in words first, then a file beside the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from leadpolicy.board.style import plain_lines, refusal
from leadpolicy.board.widgets import widgets
from leadpolicy.characters import inert
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.governance.difference import difference
from leadpolicy.governance.revise import next_version, revised, write_version
from leadpolicy.policy.load import parse_policy
from leadpolicy.policy.model import Policy
from leadpolicy.present.policy.difference import render_difference


def change_told(policy: Policy, version: str) -> str:
    """What the new version says that the file does not, in words. Raises `LeadpolicyError`."""
    made = parse_policy(revised(policy, version), policy.vocabulary, name=f"{policy.id}@{version}")
    before = policy.with_parameters(**{name: _declared(policy, name) for name in policy.changed})
    return render_difference(difference(before, made))


def _declared(policy: Policy, name: str) -> object:
    parameter = policy.parameters[name]
    texts = parameter.texts if parameter.declared is None else parameter.declared
    return list(texts) if parameter.listed else texts[0]


class Saving:
    """A button, the change in words, and the file once it is written.

    `current` gives the policy as it is set now; `saved` is told where it was written.
    """

    def __init__(
        self, current: Callable[[], Policy], saved: Callable[[Path], None] | None = None
    ) -> None:
        self.current = current
        self.saved = saved
        self.open = widgets.Button(
            description="Save as new version…", layout={"width": "auto"},
            tooltip="Show the change in words before it is written",
        )  # fmt: skip
        self.version = widgets.Text(description="Version", layout={"width": "200px"})
        self.write = widgets.Button(description="Write the file", layout={"width": "auto"})
        self.write.add_class("lp-go")
        self.cancel = widgets.Button(description="Not now", layout={"width": "auto"})
        self.told = widgets.HTML()
        self.row = widgets.HBox([self.version, self.write, self.cancel])
        self.row.layout.display = "none"
        self.widget = widgets.VBox([self.open, self.told, self.row])
        self.open.on_click(self.propose)
        self.write.on_click(self.save)
        self.cancel.on_click(self.close)

    def propose(self, _: object = None) -> None:
        """Shows what would be written."""
        self.row.layout.display = "none"
        try:
            policy = self.current()
            if not policy.changed:
                self.told.value = "<p>Nothing has been changed: move a slider first.</p>"
                return
            self.version.value = next_version(policy)
            change = change_told(policy, self.version.value)
        except LeadpolicyError as error:
            self.told.value = refusal(error)
            return
        self.told.value = (
            f"<h3>The change in words</h3><div class='lp-told'>{plain_lines(change)}</div>"
        )
        self.row.layout.display = ""

    def save(self, _: object = None) -> None:
        """Writes the file; the author's comments, order and wording stay."""
        try:
            path = write_version(self.current(), self.version.value.strip())
        except LeadpolicyError as error:
            self.told.value = refusal(error)
            return
        self.row.layout.display = "none"
        self.told.value = (
            f"<p role='status'><b>Written:</b> <code>{inert(path)}</code>. "
            "Comments, order and wording are those of the file it came from.</p>"
        )
        if self.saved is not None:
            self.saved(path)

    def close(self, _: object = None) -> None:
        """Puts the proposal away."""
        self.row.layout.display = "none"
        self.told.value = ""
