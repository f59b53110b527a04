"""Coroutines that the host carries on by its timers and requests, for discoveries and sources of objects: what they may
wait for, and what becomes of one that fails."""

import json
from typing import Any, Callable, Coroutine, Generator, List, Mapping, NamedTuple, Optional, Protocol, Sequence, Tuple

from solder._calls import where_thrown

# After an exception: seconds until the coroutine begins again, twice as many after each next.
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0
_WARNING = 1
ToldProblems = List[Tuple[int, str, str, str, str, str]]


class Problem(NamedTuple):
    """What is wrong with finding something, for the person who wrote the upstream, or set up the source."""

    message: str
    reason: str = "DiscoveryFailed"  # a stable CamelCase word
    field: str = ""  # JSON pointer below the upstream's value: "/region"
    found: str = ""
    expected: str = ""


class Answer(NamedTuple):
    """An HTTP answer, whatever its status is."""

    status: int
    headers: Mapping[str, str]  # names in small letters
    body: bytes

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


class RequestFailed(Exception):
    """There is no answer: nobody is there, it took too long, it was too long, or a Secret is missing."""


class Request(NamedTuple):
    """What a request says, as the host is given it."""

    method: str
    url: str
    headers: Tuple[Tuple[str, str], ...]
    body: bytes
    timeout: float
    max_body: int
    bearer: Optional[Tuple[str, str, str]]  # namespace and name of a Secret, and which value
    tls: Optional[Tuple[str, str]]  # namespace and name of a Secret


class Services(Protocol):
    """The host's side of an instance: timers, requests, and where things go that were found. Not for plugins."""

    def start_timer(self, seconds: float, fired: Callable[[], None]) -> int: ...
    def cancel_timer(self, timer: int) -> None: ...
    def send(self, request: Request, answered: Callable[[Any], None]) -> int: ...
    def cancel_request(self, request: int) -> None: ...
    def publish(self, ref: Tuple[str, str, str], field: str, key: str, items: str) -> str: ...
    def report(self, ref: Tuple[str, str, str], problems: ToldProblems) -> str: ...
    def put(self, text: str) -> str: ...
    def remove(self, ref: Tuple[str, str, str]) -> str: ...
    def begin_list(self, kind: str, namespace: str) -> str: ...
    def end_list(self, kind: str, namespace: str) -> str: ...
    def keep(self, kind: str, namespace: str) -> str: ...
    def complete(self) -> str: ...
    def report_source(self, problems: ToldProblems) -> str: ...


class _Wait:
    """What a coroutine waits for: begun with the function that goes on with the outcome; gives how to give up."""

    def __init__(self, begin: Callable[[Callable[[Any], None]], Callable[[], None]]) -> None:
        self.begin = begin

    def __await__(self) -> Generator["_Wait", Any, Any]:
        outcome = yield self
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


class Worker:
    """What a coroutine may wait for, and where it says what is wrong."""

    _name = ""  # in the log
    _path = ""  # before the fields of problems

    def __init__(self, services: Services) -> None:
        self._services = services
        # Whether its last words were an exception's, and whether something was found since it began.
        self._threw = self._found = False

    async def sleep(self, seconds: float) -> None:
        """Goes on after that time."""

        def begin(go_on: Callable[[Any], None]) -> Callable[[], None]:
            timer = self._services.start_timer(seconds, lambda: go_on(None))
            return lambda: self._services.cancel_timer(timer)

        await _Wait(begin)

    async def get(self, url: str, **more: Any) -> Answer:
        """``request("GET", url, ...)``."""
        return await self.request("GET", url, **more)

    async def request(
        self, method: str, url: str, *, headers: Optional[Mapping[str, str]] = None, body: bytes = b"",
        timeout: float = 30.0, max_body: int = 8 << 20, bearer: Optional[Tuple[str, str, str]] = None,
        tls: Optional[Tuple[str, str]] = None,
    ) -> Answer:
        """An HTTP request, made by the host. Redirects are answers.

        :param bearer: namespace and name of a Secret, and which of its values is sent as a token; the plugin never sees it
        :param tls: namespace and name of a Secret with ca.crt, and perhaps tls.crt and tls.key
        :raises RequestFailed: there is no answer
        """
        request = Request(method, url, tuple((headers or {}).items()), body, timeout, max_body, bearer, tls)

        def begin(go_on: Callable[[Any], None]) -> Callable[[], None]:
            number = self._services.send(request, go_on)
            return lambda: self._services.cancel_request(number)

        outcome = await _Wait(begin)
        if isinstance(outcome, str):
            raise RequestFailed(outcome)
        status, pairs, content = outcome
        return Answer(status, dict(pairs), content)

    def report(self, *problems: Problem) -> None:
        """All problems that there are now, as warnings; none: all is well."""
        self._threw = False
        self._tell(problems)

    def _tell(self, problems: Sequence[Problem]) -> None:
        told = [(_WARNING, self._path + each.field, each.reason, each.message, each.found, each.expected) for each in problems]
        refused = self._say(told)
        if refused:
            raise ValueError(f"problems cannot be reported: {refused}")

    def _say(self, problems: ToldProblems) -> str:
        raise NotImplementedError

    def _got_on(self) -> None:
        self._found = True
        if self._threw:  # what an exception said before is over
            self.report()


class Task:
    """One coroutine, run until it ends; where it fails it is reported, and begun again after a while."""

    def __init__(self, function: Callable[[Any], Coroutine[Any, Any, None]], worker: Worker) -> None:
        self._function = function
        self._worker = worker
        self._coroutine: Optional[Coroutine[Any, Any, None]] = None
        self._give_up: Optional[Callable[[], None]] = None
        self._turn = 0
        self._wait = _FIRST_WAIT
        self._ended = False

    def begin(self) -> None:
        self._coroutine = self._function(self._worker)
        self._go_on(None)

    def end(self) -> None:
        """Nothing of it runs any more, but what it does in ``finally``."""
        self._ended = True
        self._turn += 1
        if self._give_up is not None:
            self._give_up()
        coroutine, self._coroutine = self._coroutine, None
        if coroutine is None:
            return
        try:
            coroutine.close()
        except BaseException as thrown:
            print(where_thrown(thrown))

    def _go_on(self, outcome: Any) -> None:
        assert self._coroutine is not None
        self._give_up = None
        try:
            while True:
                wait = self._coroutine.send(outcome)
                if not isinstance(wait, _Wait):
                    raise TypeError("only what it is given can be awaited: sleep, get, request")
                try:
                    self._give_up = wait.begin(self._next_turn())
                    return
                except Exception as problem:  # the host does not take it: the coroutine hears where it asked
                    outcome = problem
        except StopIteration:
            self._coroutine = None
        except BaseException as thrown:
            self._failed(where_thrown(thrown))

    def _next_turn(self) -> Callable[[Any], None]:
        """Goes on with an outcome, unless the task has gone on or ended before that came."""
        self._turn += 1
        turn = self._turn

        def go_on(outcome: Any) -> None:
            if turn == self._turn and not self._ended:
                self._go_on(outcome)

        return go_on

    def _failed(self, words: str) -> None:
        coroutine, self._coroutine = self._coroutine, None
        if coroutine is not None:
            coroutine.close()
        self._worker._threw = True
        print(f"{self._worker._name}: {words}")
        try:
            self._worker._tell((Problem(words, "PluginThrew"),))
        except ValueError as problem:
            print(problem)
        wait = _FIRST_WAIT if self._worker._found else self._wait
        self._worker._found, self._wait = False, min(2 * wait, _LONGEST_WAIT)
        self._turn += 1
        timer = self._worker._services.start_timer(wait, self.begin)
        self._give_up = lambda: self._worker._services.cancel_timer(timer)
