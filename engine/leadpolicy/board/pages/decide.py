"""The end of a workshop: a version, its sheet, the agreed cards, and two signatures."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Final

from leadpolicy.board.answer import sheet
from leadpolicy.board.desk import Desk
from leadpolicy.board.pages.page import button, show, told_in
from leadpolicy.board.signing import changed_examples, keep_agreed
from leadpolicy.board.style import faint, plain_lines
from leadpolicy.board.widgets import widgets
from leadpolicy.characters import inert
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.governance.adoption import Signature, adoption_of, sign
from leadpolicy.governance.difference import difference
from leadpolicy.governance.expect import failures, follow
from leadpolicy.policy.load import load_policies, load_policy, versions
from leadpolicy.policy.model import Policy
from leadpolicy.present.policy.adoption import render_adoption
from leadpolicy.present.policy.difference import render_difference

REVIEW: Final = timedelta(days=182)
"""When a version is looked at again, unless the teams say otherwise."""


class DecidePage:
    """Chooses a version, shows what it says and what is new in it, and takes signatures."""

    title = "Decide"

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.which = widgets.Dropdown(
            options=[("", None)], description="Version", layout={"width": "480px"}
        )
        self.change = widgets.HTML()
        self.sheet = widgets.HTML()
        self.state = widgets.HTML()
        self.told = widgets.HTML()
        self.kept = widgets.HTML()
        self.keep = button(
            "Keep the agreed cards as examples", self.keep_cards,
            tip="Every later version has to give the same answers",
        )  # fmt: skip
        self.examples = widgets.HTML()
        self.let = button("These examples change on purpose", self.let_follow)
        self.print_it = button(
            "Write the sheet to print", self.print_sheet, tip="As HTML and as PDF, with signatures"
        )
        self.printed = widgets.HTML()
        today = date.today()
        self.team = widgets.Dropdown(options=[("", None)], description="Team")
        self.name = widgets.Text(description="Name", placeholder="who signs")
        self.effective = widgets.DatePicker(
            description="In force from", value=today, style={"description_width": "100px"}
        )
        self.review = widgets.DatePicker(description="Review on", value=today + REVIEW)
        self.sign_it = button("Sign", self.sign, main=True)
        self.form = widgets.VBox(
            [
                widgets.HTML("<h2>Sign</h2>"), self.state,
                widgets.HBox([self.team, self.name], layout={"flex_flow": "row wrap"}),
                widgets.HBox([self.effective, self.review], layout={"flex_flow": "row wrap"}),
                self.sign_it, self.told,
            ]
        )  # fmt: skip
        self.widget = widgets.VBox(
            [
                widgets.HTML(
                    "<h1>Decide and sign</h1><p>A version counts as adopted when both teams have "
                    "signed the same text. Whoever changes it later has to ask again.</p>"
                ),
                self.which, self.change, self.examples, self.let, self.keep, self.kept, self.form,
                self.print_it, self.printed, self.sheet,
            ]
        )  # fmt: skip
        self.which.observe(self.show, "value")

    def enter(self) -> None:
        """Lists all versions of the policies on the table, the one written last first."""
        chosen = self.desk.chosen or self.desk.available()[0]
        files: dict[Path, None] = dict.fromkeys(reversed(self.desk.written))
        order = sorted(chosen, key=lambda policy: policy.id != self.desk.wanted)
        for policy in order:
            files |= dict.fromkeys(reversed(versions(Path(policy.path).parent)))
        options = list(dict.fromkeys((f"{p.parent.name}@{p.stem}", p) for p in files))
        before = self.which.value
        self.which.options = options or [("none", None)]
        kept = before in files and not self.desk.written
        self.which.value = before if kept else (options[0][1] if options else None)
        show(self.form, visible=bool(options))
        show(self.keep, visible=bool(self.desk.vote_files()))
        self.kept.value = ""
        self.show()

    def policy(self) -> Policy:
        """The version that is chosen. Raises `LeadpolicyError`."""
        if self.which.value is None:
            raise LeadpolicyError.of("LP101", f"there is no policy in {self.desk.policies}")
        return load_policy(self.which.value)

    def show(self, _: object = None) -> None:
        """What the version says, what is new in it, and who has signed it."""
        with told_in(self.change):
            policy = self.policy()
            self.change.value = _new_in(policy)
            self.sheet.value = f"<h2>The definition</h2>{sheet(policy)}"
            self.team.options = [(team, team) for team in policy.teams]
            self.told.value = self.printed.value = ""
            self._examples(policy)
            self._state(policy)

    def _examples(self, policy: Policy) -> None:
        self.examples.value = changed_examples(policy)
        show(self.let, visible=bool(self.examples.value))

    def let_follow(self, _: object = None) -> None:
        """The examples that this version reads otherwise expect from now on what it says."""
        with told_in(self.kept):
            policy = self.policy()
            path = follow(policy)
            self._examples(policy)
            self.kept.value = (
                f"<p role='status'>The examples in <code>{inert(path)}</code> expect now what "
                f"{inert(policy.identity)} says; what earlier versions have to say stands there "
                "as before.</p>"
            )

    def _state(self, policy: Policy) -> None:
        state = adoption_of(policy)
        head = (
            "<p role='status'><b>Adopted by both teams.</b> You are done: "
            f"<code>{inert(policy.path)}</code></p>"
            if state.adopted
            else ""
        )
        self.state.value = f"{head}<div class='lp-told'>{plain_lines(render_adoption(state))}</div>"
        if state.missing:
            self.team.value = state.missing[0]
        other = next(iter(state.valid.values()), None)
        if other is not None:
            self.effective.value, self.review.value = other.effective, other.review

    def keep_cards(self, _: object = None) -> None:
        """Adds the cards that both teams agree on to the policy's examples."""
        with told_in(self.kept):
            deck = self.desk.deck()
            if deck is None:
                raise LeadpolicyError.of("LP505", "no cards are dealt yet")
            self.kept.value = keep_agreed(self.policy(), self.desk.ballots(deck))

    def print_sheet(self, _: object = None) -> None:
        """The definition sheet with its signatures, as files in the workshop's folder."""
        from leadpolicy.present.policy.printed import write_html, write_pdf

        with told_in(self.printed, "Writing the sheet…"):
            policy = self.policy()
            name = f"{policy.id}-{policy.version}"
            page = write_html([policy], self.desk.workshop / f"{name}.html")
            paper = write_pdf([policy], self.desk.workshop / f"{name}.pdf")
            self.printed.value = (
                f"<p role='status'>Written: <code>{inert(page)}</code> and "
                f"<code>{inert(paper)}</code>.</p>"
            )

    def sign(self, _: object = None) -> None:
        """Appends a signature to adoptions.yaml beside the version."""
        with told_in(self.told):
            policy = self.policy()
            failing = failures(policy)
            if failing:
                raise LeadpolicyError.of(
                    "LP601",
                    f"{policy.identity} does not give what {len(failing)} of its examples expect, "
                    f"{failing[0].card.name} among them",
                    help="say above that they change on purpose, or choose other settings",
                )
            if self.effective.value is None or self.review.value is None:
                raise LeadpolicyError.of(
                    "LP506", "a date is missing", expected="from when it is in force, and a review"
                )
            name = " ".join(self.name.value.split())
            signature = Signature(
                policy.version, adoption_of(policy).content, self.team.value, name,
                date.today(), self.effective.value, self.review.value,
            )  # fmt: skip
            path = sign(policy, signature)
            self.name.value = ""
            self._state(policy)
            self.told.value = faint(f"Signed in {inert(path)}.")


def _new_in(policy: Policy) -> str:
    """What a version says differently from the one before it."""
    files = versions(Path(policy.path).parent)
    before = [path for path in files if path.stem != policy.version]
    earlier = [path for path in before if files.index(path) < files.index(Path(policy.path))]
    if not earlier:
        return faint("This is the first version.")
    (old,) = load_policies(earlier[-1:])
    told = render_difference(difference(old, policy))
    return f"<h2>What is new</h2><div class='lp-told'>{plain_lines(told)}</div>"
