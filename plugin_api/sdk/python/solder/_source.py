"""Sources: a coroutine that brings whole objects from elsewhere into the store. Called by the bridge in the host, and by
solder.testing."""

import json
from typing import Any, Iterable, List, Mapping, NamedTuple, Optional, Tuple

from solder._calls import TookTooLong, Tuples, where_thrown
from solder._declare import Declaration
from solder._inputs import Ref
from solder._work import Services, Task, ToldProblems, Worker


class WatchedKind(NamedTuple):
    """A kind of objects that some part of Solder reads."""

    kind: str
    api_version: str


class Store(Worker):
    """What the coroutine of a source is given: which objects count, where they go, and what it may wait for.

    What is put counts like a file in a directory, once ``complete`` was called for the first time.
    """

    _name = "watch"

    def __init__(self, services: Services, kinds: List[WatchedKind]) -> None:
        super().__init__(services)
        self.kinds = kinds
        self._complete = False

    def put(self, object: Mapping[str, Any]) -> None:
        """Adds or replaces an object, whole: ``{"apiVersion": ..., "kind": ..., "metadata": ..., "spec": ...}``."""
        self._check(self._services.put(json.dumps(object)), f"the object {_named(object)}")

    def remove(self, kind: str, namespace: str, name: str) -> None:
        """Takes an object away."""
        self._check(self._services.remove((kind, namespace, name)), f"{kind} {namespace}/{name}")

    def replace(self, kind: str, objects: Iterable[Mapping[str, Any]], *, namespace: str = "") -> None:
        """All objects of a kind, in a namespace or in all: those that are not among them go.

        One that cannot be read raises ValueError, after the others were put; then nothing goes.
        """
        texts = [(json.dumps(each), each) for each in objects]  # what raises here leaves all as it was
        self._check(self._services.begin_list(kind, namespace), f"the list of {kind}")
        refused = [problem for problem in (_refusal(self._services.put(text), each) for text, each in texts) if problem]
        end = self._services.keep if refused else self._services.end_list
        self._check(end(kind, namespace), f"the list of {kind}")
        if refused:
            raise ValueError("; ".join(refused))

    def keep(self, kind: str, namespace: str = "") -> None:
        """They cannot be listed now: those that are known stay."""
        self._check(self._services.keep(kind, namespace), f"the list of {kind}")

    def complete(self) -> None:
        """All that there is has been put or kept: it counts from now on, and what comes later counts at once.

        Until then the world is what this source gave when it was last whole, and nothing is served where it never was.
        """
        self._check(self._services.complete(), "complete()")
        self._complete = True
        self._got_on()

    def _check(self, problem: str, what: str) -> None:
        if problem:
            raise ValueError(f"{what}: {problem}")

    def _say(self, problems: ToldProblems) -> str:
        return self._services.report_source(problems)


def _named(object: Mapping[str, Any]) -> str:
    meta = object.get("metadata")
    where = meta if isinstance(meta, Mapping) else {}
    return f"{object.get('kind', 'without a kind')} {where.get('namespace', '')}/{where.get('name', '')}"


def _refusal(problem: str, object: Mapping[str, Any]) -> str:
    return f"the object {_named(object)}: {problem}" if problem else ""


class Sourcing:
    """The source of one instance."""

    def __init__(self, declaration: Declaration, services: Services) -> None:
        self._source = declaration.source
        self._services = services
        self._task: Optional[Task] = None

    def watch(self, batch: Tuples) -> None:
        """Begins; begins anew where other kinds count."""
        self.end()
        store = Store(self._services, [WatchedKind(*values) for values in batch])
        self._task = Task(self._watch, store)
        self._task.begin()

    async def _watch(self, store: Store) -> None:
        await self._source.watch(store)
        if not store._complete:  # nothing comes any more
            store.complete()

    def statuses(self, batch: Tuples) -> None:
        for ref, text in batch:
            try:
                self._source.status(Ref(*ref), json.loads(text) if text else None)
            except TookTooLong as thrown:
                print(f"status: {where_thrown(thrown)}")
                return
            except BaseException as thrown:
                print(f"status: {where_thrown(thrown)}")

    def end(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.end()
