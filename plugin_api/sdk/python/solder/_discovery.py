"""Discovery: coroutines of upstream types that find something elsewhere and publish it. Called by the bridge in the
host, and by solder.testing."""

import json
from typing import Any, Callable, Coroutine, Dict, List, Optional, Tuple

from solder._calls import Tuples
from solder._declare import DISCOVERIES, Declaration
from solder._inputs import Ref
from solder._work import Services, Task, ToldProblems, Worker


class Discovery(Worker):
    """What a coroutine is given: the upstream that it looks after, and what it may do."""

    def __init__(self, services: Services, values: Tuple[Any, ...]) -> None:
        super().__init__(services)
        self.object: Ref = Ref(*values[0])
        self.key: str = values[1]  # the claimed type
        self.path: str = values[2]  # JSON pointer of the type's value: "/spec/listed"
        self._json: str = values[3]
        self._spec_json: str = values[4]
        self._name = f"{self.object.namespace}/{self.object.name}"
        self._path = self.path

    @property
    def value(self) -> Any:
        """What stands under the claimed key, as its user wrote it: without what was published."""
        return json.loads(self._json)

    @property
    def spec(self) -> Any:
        """The whole spec, options included."""
        return json.loads(self._spec_json)

    def publish(self, field: str, items: List[Any], *, key: str = "name") -> None:
        """All that was found, as a list of objects under a field of the upstream's value: ``publish("/members", [...])``.

        It stands there until the next ``publish`` of that field, over restarts too; what users wrote there wins. The
        host writes nothing where nothing is new.

        :param key: the member that names an item
        """
        problem = self._services.publish(self.object, self.path + field, key, json.dumps(items))
        if problem:
            raise ValueError(f"{field} cannot be published: {problem}")
        self._got_on()

    def _say(self, problems: ToldProblems) -> str:
        return self._services.report(self.object, problems)


class Discoverer:
    """The coroutines of one instance."""

    def __init__(self, declaration: Declaration, services: Services) -> None:
        self._declaration = declaration
        self._services = services
        self._tasks: Dict[Ref, Task] = {}

    def follow(self, batch: Tuples) -> None:
        for values in batch:
            function = self._function_of(values[1])
            self._end(Ref(*values[0]))
            if function is not None:
                task = Task(function, Discovery(self._services, values))
                self._tasks[Ref(*values[0])] = task
                task.begin()

    def forget(self, batch: Tuples) -> None:
        for values in batch:
            self._end(Ref(*values[0]))

    def end(self) -> None:
        for ref in list(self._tasks):
            self._end(ref)

    def _end(self, ref: Ref) -> None:
        task = self._tasks.pop(ref, None)
        if task is not None:
            task.end()

    def _function_of(self, key: str) -> Optional[Callable[[Discovery], Coroutine[Any, Any, None]]]:
        owner = self._declaration.upstream_types.get(key)
        for method in DISCOVERIES:
            function: Optional[Callable[[Discovery], Coroutine[Any, Any, None]]] = getattr(owner, method, None)
            if function is not None:
                return function
        return None
