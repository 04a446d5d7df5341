"""Plan, apply, destroy: the same walk over declarations and over what is there, for all kinds of things.

No state is kept: what is there is asked of AWS each time, and what is ours is known by its name and its tags. So a run
that ended anywhere is taken up by the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sakila_platform.deploy.aws import Aws
from sakila_platform.deploy.declarations import Change, Declaration, Exactly, Later, State
from sakila_platform.deploy.differences import Difference, changed_parts, differences
from sakila_platform.deploy.tags import ENVIRONMENT, TAGS
from sakila_platform.errors import PlatformError


@dataclass(frozen=True)
class ResourceKind:
    """How things of a kind are seen and made. `names` lists candidates by prefix; tags then say whose they are."""

    name: str
    describe: Callable[[Aws, str], dict[str, Any] | None]
    ensure: Callable[[Aws, Change], None]
    delete: Callable[[Aws, str], None]
    names: Callable[[Aws, str], list[str]]
    before_prefix: str = ""
    is_named_by_environment: bool = True
    """Whether the environment's prefix begins the name (after `before_prefix`)."""
    held: Callable[[Aws, str], str] | None = None
    """Of what keeps data: what would be lost with it, empty when nothing would."""
    has_own_names: bool = True
    """Whether nobody else would call something so: one without tags must then be ours."""


class Action(str, Enum):
    """What is done about a thing."""

    CREATE = "create"
    CHANGE = "change"
    REMOVE = "remove"
    KEEP = "keep"


_SIGNS = {Action.CREATE: "+", Action.CHANGE: "~", Action.REMOVE: "-", Action.KEEP: "="}
_REMOVALS_NAMED = 3


@dataclass(frozen=True)
class Step:
    """One thing and what is done about it. `reason` says why something is kept."""

    action: Action
    kind: str
    name: str
    differences: tuple[Difference, ...] = ()
    reason: str = ""

    def lines(self) -> list[str]:
        """The step as people read it: a line, and one for each difference."""
        why = f": it holds {self.reason}" if self.reason else ""
        head = f"{_SIGNS[self.action]} {self.action.value} {self.kind} {self.name}{why}"
        return [head, *(f"    {difference}" for difference in self.differences)]


OnStep = Callable[[Step], None]


@dataclass(frozen=True)
class Deployment:
    """An environment in an account: its name, the prefix of its things' names, and the kinds in order of making."""

    aws: Aws
    environment: str
    prefix: str
    kinds: Mapping[str, ResourceKind]

    def plan(self, declarations: Sequence[Declaration]) -> list[Step]:
        """What `apply` would do; nothing is changed."""
        steps = [step for declaration in declarations if (step := self._look(declaration)[0])]
        return steps + [self._parting(kind, name, False) for kind, name in self._undeclared(declarations)]

    def apply(self, declarations: Sequence[Declaration], on_step: OnStep, allow_removals: bool = False) -> list[Step]:
        """Make what is there what shall be. `on_step` is called before each step. Raises PlatformError on a refusal.

        What is declared no more goes only with `allow_removals`; without it, nothing at all is changed then: a setting
        that was forgotten looks just the same.
        """
        undeclared = list(self._undeclared(declarations))
        if not allow_removals:
            self._require_none_removed(undeclared)
        steps = []
        for declaration in declarations:
            step, change = self._look(declaration)
            if step and change:
                _require_known(declaration, change)
                on_step(step)
                self.kinds[declaration.kind].ensure(self.aws, change)
                steps.append(step)
        return steps + self._remove(undeclared, False, on_step)

    def destroy(self, with_data: bool, on_step: OnStep) -> list[Step]:
        """Remove all that is ours; what holds data only `with_data`. Returns the steps, kept things among them."""
        return self._remove(self._ours(), with_data, on_step)

    def _look(self, declaration: Declaration) -> tuple[Step | None, Change | None]:
        kind = self.kinds[declaration.kind]
        wanted = self._resolved(declaration.wanted)
        present = kind.describe(self.aws, declaration.name)
        if present is None:
            change = Change(declaration.name, wanted, None, tuple(wanted), self._resolved(declaration.at_creation))
            return Step(Action.CREATE, kind.name, declaration.name), change
        self._require_ours(declaration, present)
        found = differences(wanted, present)
        if not found:
            return None, None
        change = Change(declaration.name, wanted, present, changed_parts(found), declaration.at_creation)
        return Step(Action.CHANGE, kind.name, declaration.name, tuple(found)), change

    def _require_ours(self, declaration: Declaration, present: State) -> None:
        if TAGS not in declaration.wanted:
            return
        owner = (present.get(TAGS) or {}).get(ENVIRONMENT)
        if owner == self.environment or (owner is None and self.kinds[declaration.kind].has_own_names):
            return
        whose = f"belongs to environment {owner}" if owner else "was not made by this command"
        raise PlatformError(
            f"There is a {declaration} already, and it {whose}. Take another account, or other names: "
            "SAKILA_GLUE_DATABASE_PREFIX for databases."
        )

    def _ours(self, but: Container[tuple[str, str]] = ()) -> Iterator[tuple[ResourceKind, str]]:
        for kind in reversed(list(self.kinds.values())):
            prefix = kind.before_prefix + (self.prefix if kind.is_named_by_environment else "")
            for name in sorted(kind.names(self.aws, prefix)):
                present = None if (kind.name, name) in but else kind.describe(self.aws, name)
                if present is None:
                    continue
                # What has no tags in AWS (a schedule in our group) is found by a list that is ours already.
                if TAGS not in present or present[TAGS].get(ENVIRONMENT) == self.environment:
                    yield kind, name

    def _undeclared(self, declarations: Sequence[Declaration]) -> Iterator[tuple[ResourceKind, str]]:
        return self._ours({(declaration.kind, declaration.name) for declaration in declarations})

    def _require_none_removed(self, undeclared: Iterable[tuple[ResourceKind, str]]) -> None:
        steps = [self._parting(kind, name, False) for kind, name in undeclared]
        removed = [f"{step.kind} {step.name}" for step in steps if step.action is Action.REMOVE]
        if removed:
            among = ", ".join(removed[:_REMOVALS_NAMED]) + (", ..." if len(removed) > _REMOVALS_NAMED else "")
            raise PlatformError(
                f"Environment {self.environment} has {len(removed)} things that are not declared, and apply would "
                f"remove them: {among}. Nothing was changed. Check that every setting of the environment is set; "
                "`deploy plan` lists the things. If they are to go, add --allow-removals."
            )

    def _parting(self, kind: ResourceKind, name: str, with_data: bool) -> Step:
        held = kind.held(self.aws, name) if kind.held and not with_data else ""
        return Step(Action.KEEP if held else Action.REMOVE, kind.name, name, reason=held)

    def _remove(self, things: Iterable[tuple[ResourceKind, str]], with_data: bool, on_step: OnStep) -> list[Step]:
        steps = []
        for kind, name in things:
            step = self._parting(kind, name, with_data)
            on_step(step)
            if step.action is Action.REMOVE:
                kind.delete(self.aws, name)
            steps.append(step)
        return steps

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, Later):
            there = (self.kinds[value.kind].describe(self.aws, value.name) or {}).get(value.part)
            return value.shape.format(there) if there else value
        if isinstance(value, Mapping):
            resolved = {name: self._resolved(each) for name, each in value.items()}
            return Exactly(resolved) if isinstance(value, Exactly) else resolved
        if isinstance(value, list):
            return [self._resolved(each) for each in value]
        return value


def _require_known(declaration: Declaration, change: Change) -> None:
    for value in _values(change.wanted):
        if isinstance(value, Later):
            raise PlatformError(f"{declaration} waits for {value.kind} {value.name}, which has no {value.part} yet.")


def _values(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _values(each)
    elif isinstance(value, list):
        for each in value:
            yield from _values(each)
    else:
        yield value
