"""Runs a plugin without a host: give it a value, look at what it emits::

    from solder.testing import load

    plugin = load("maintenance.py")
    result = plugin.option("route", "maintenance", "back at noon")
    assert result.one("route")["directResponse"]["status"] == 503
    assert not result.problems

The host's checks (schemas, slots, Envoy's own rules) are not made here; ``solder plugin check FILE`` makes them.
"""

import heapq
import json
import pathlib
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple, Union

from solder import _calls, _load
from solder._declare import Declaration
from solder._discovery import Discoverer
from solder._inputs import Json, Ref
from solder._source import Sourcing
from solder._work import Answer, Request, ToldProblems

_SEVERITIES = ("info", "warning", "error")


@dataclass
class Fragment:
    """What a plugin emitted for a slot."""

    slot: str
    message: Any  # a mapping where it was given as JSON, else bytes
    type: str = ""
    name: str = ""
    clear: Tuple[str, ...] = ()
    weight: int = 0
    field: str = ""
    disabled: bool = False  # these three of HTTP filters
    only: bool = False
    absent: bool = False


@dataclass
class Problem:
    severity: str  # "error", "warning" or "info"
    reason: str
    message: str
    field: str = ""
    found: str = ""
    expected: str = ""
    related: Ref = Ref("", "", "")


@dataclass
class SecretUse:
    sds_name: str
    ref: Ref
    form: int
    key: str = ""
    patch: bytes = b""
    field: str = ""


@dataclass
class SecretField:
    resource: str
    path: str
    ref: Ref
    key: str
    field: str = ""


@dataclass
class Result:
    """What came out for one item."""

    fragments: List[Fragment] = field(default_factory=list)
    problems: List[Problem] = field(default_factory=list)
    secret_uses: List[SecretUse] = field(default_factory=list)
    secret_fields: List[SecretField] = field(default_factory=list)
    objects: List[Any] = field(default_factory=list)
    lookups: List[Ref] = field(default_factory=list)  # what was asked for, found or not

    def all(self, slot: str) -> List[Any]:
        """The messages for a slot, in order."""
        return [each.message for each in self.fragments if each.slot == slot]

    def one(self, slot: str) -> Any:
        """The only message for a slot. An AssertionError says what else there is."""
        found = self.all(slot)
        if len(found) != 1:
            slots = ", ".join(sorted({each.slot for each in self.fragments})) or "nothing"
            raise AssertionError(f"{len(found)} fragments for {slot}; there are: {slots}; problems: {self.problems}")
        return found[0]


def _index_text(value: Any, pointer: str) -> Optional[str]:
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(value, Mapping) or key not in value:
            return None
        value = value[key]
    return value if isinstance(value, str) else None


class _Sink:
    """The host's part of a call for one item."""

    def __init__(self, objects: Sequence[Mapping[str, Any]]) -> None:
        self.result = Result()
        self._objects: Dict[Ref, Mapping[str, Any]] = {}
        for each in objects:
            meta = each.get("metadata", {})
            self._objects[Ref(each["kind"], meta.get("namespace", ""), meta["name"])] = each

    def fragment(self, index: int, slot: str, name: str, type_url: str, message: bytes, is_json: bool,
                 clear: Sequence[str], weight: int, flags: int, field: str) -> bool:
        body = json.loads(message) if is_json else message
        self.result.fragments.append(
            Fragment(slot, body, type_url.rpartition("/")[2], name, tuple(clear), weight, field,
                     *(bool(flags & each) for each in (1, 2, 4)))
        )
        return True

    def secret_use(self, index: int, sds_name: str, ref: Tuple[str, str, str], form: int, key: str, patch: bytes,
                   field: str) -> bool:
        self.result.secret_uses.append(SecretUse(sds_name, Ref(*ref), form, key, patch, field))
        return True

    def secret_field(self, index: int, resource: str, path: str, ref: Tuple[str, str, str], key: str,
                     field: str) -> bool:
        self.result.secret_fields.append(SecretField(resource, path, Ref(*ref), key, field))
        return True

    def object(self, index: int, text: str) -> bool:
        self.result.objects.append(json.loads(text))
        return True

    def problem(self, index: int, severity: int, field: str, reason: str, message: str, found: str, expected: str,
                related: Tuple[str, str, str]) -> None:
        self.result.problems.append(
            Problem(_SEVERITIES[severity], reason, message, field, found, expected, Ref(*related))
        )

    def lookup(self, index: int, kind: str, namespace: str, name: str) -> Optional[str]:
        ref = Ref(kind, namespace, name)
        self.result.lookups.append(ref)
        return json.dumps(self._objects[ref]) if ref in self._objects else None

    def list(self, index: int, kind: str, namespace: str, field: str, value: str) -> List[Tuple[str, str, str, str]]:
        return [
            (*ref, json.dumps(each))
            for ref, each in sorted(self._objects.items())
            if ref.kind == kind and ref.namespace == namespace
            and (field == "" or _index_text(each, field) == value)
        ]


@dataclass
class Published:
    """What a discovery published at a time, in seconds from the beginning."""

    time: float
    field: str  # JSON pointer from the upstream's root: "/spec/listed/members"
    key: str
    items: List[Any]


@dataclass
class Discovered:
    """What came of a discovery."""

    published: List[Published] = field(default_factory=list)
    problems: List[Problem] = field(default_factory=list)  # that there are at the end
    requests: List[Request] = field(default_factory=list)

    def last(self, field: str) -> Any:
        """What stands under the field at the end; None where nothing was ever published."""
        found = [each.items for each in self.published if each.field == field]
        return found[-1] if found else None


@dataclass
class Sourced:
    """What came of a source."""

    objects: Dict[Ref, Any] = field(default_factory=dict)  # that there are at the end
    complete: Optional[float] = None  # when it was whole first, in seconds from the beginning
    kept: List[Tuple[str, str]] = field(default_factory=list)  # kinds and namespaces that could not be listed
    problems: List[Problem] = field(default_factory=list)  # that there are at the end
    requests: List[Request] = field(default_factory=list)

    def named(self, kind: str, namespace: str, name: str) -> Any:
        """The object of that name; None where there is none."""
        return self.objects.get(Ref(kind, namespace, name))


# What a request gets: an answer, or in words why there is none.
Respond = Callable[[Request], Union[Answer, str]]


class _Services:
    """The host's timers and requests with a clock that only goes on when everybody waits."""

    def __init__(self, respond: Respond) -> None:
        self.found = Discovered()
        self.sourced = Sourced()
        self._lists: Dict[Tuple[str, str], List[Ref]] = {}
        self.now = 0.0
        self._respond = respond
        self._last = 0
        self._due: List[Tuple[float, int, Callable[[], None]]] = []
        self._cancelled: List[int] = []

    def run(self, seconds: float) -> None:
        while self._due and self._due[0][0] <= seconds:
            self.now, number, fired = heapq.heappop(self._due)
            if number not in self._cancelled:
                fired()

    def start_timer(self, seconds: float, fired: Callable[[], None]) -> int:
        self._last += 1
        heapq.heappush(self._due, (self.now + max(0.0, seconds), self._last, fired))
        return self._last

    def cancel_timer(self, timer: int) -> None:
        self._cancelled.append(timer)

    def send(self, request: Request, answered: Callable[[Any], None]) -> int:
        self.found.requests.append(request)
        self.sourced.requests.append(request)
        answer = self._respond(request)
        outcome = answer if isinstance(answer, str) else (answer.status, list(answer.headers.items()), answer.body)
        return self.start_timer(0.0, lambda: answered(outcome))

    def cancel_request(self, request: int) -> None:
        self.cancel_timer(request)

    def publish(self, ref: Tuple[str, str, str], field: str, key: str, items: str) -> str:
        self.found.published.append(Published(self.now, field, key, json.loads(items)))
        return ""

    def report(self, ref: Tuple[str, str, str], problems: ToldProblems) -> str:
        self.found.problems = _read(problems)
        return ""

    def put(self, text: str) -> str:
        object = json.loads(text)
        meta = object.get("metadata", {})
        if not object.get("apiVersion") or not object.get("kind") or not meta.get("name"):
            return "apiVersion, kind and metadata.name have to be there"
        ref = Ref(object["kind"], meta.get("namespace", ""), meta["name"])
        self.sourced.objects[ref] = object
        for put in self._lists.values():
            put.append(ref)
        return ""

    def remove(self, ref: Tuple[str, str, str]) -> str:
        self.sourced.objects.pop(Ref(*ref), None)
        return ""

    def begin_list(self, kind: str, namespace: str) -> str:
        self._lists[kind, namespace] = []
        return ""

    def end_list(self, kind: str, namespace: str) -> str:
        put = self._lists.pop((kind, namespace), [])
        for ref in list(self.sourced.objects):
            if ref.kind == kind and namespace in ("", ref.namespace) and ref not in put:
                del self.sourced.objects[ref]
        return ""

    def keep(self, kind: str, namespace: str) -> str:
        self._lists.pop((kind, namespace), None)
        self.sourced.kept.append((kind, namespace))
        return ""

    def complete(self) -> str:
        if self.sourced.complete is None:
            self.sourced.complete = self.now
        return ""

    def report_source(self, problems: ToldProblems) -> str:
        self.sourced.problems = _read(problems)
        return ""


def _read(problems: ToldProblems) -> List[Problem]:
    return [
        Problem(_SEVERITIES[severity], reason, message, field, found, expected)
        for severity, field, reason, message, found, expected in problems
    ]


def _nobody(request: Request) -> str:
    return f"nobody answers at {request.url}"


class Plugin:
    """A loaded plugin. ``world`` holds objects that look-ups find."""

    def __init__(self, declaration: Declaration, world: Iterable[Mapping[str, Any]] = ()) -> None:
        self._declaration = declaration
        self.world: List[Mapping[str, Any]] = list(world)

    @property
    def manifest(self) -> Dict[str, Any]:
        """As the host reads it."""
        return self._declaration.manifest()

    def configure(self, config: Json) -> None:
        """As the host does once, before anything else."""
        _calls.configure(self._declaration, json.dumps(config))

    def save(self) -> Optional[bytes]:
        """The state as the host keeps it; None where the plugin keeps none."""
        return _calls.save(self._declaration)

    def restore(self, version: str, state: bytes) -> None:
        """As the host does before the first call, with what another generation saved."""
        _calls.restore(self._declaration, version, state)

    def option(self, scope: str, key: str, value: Json, *, options: Optional[Json] = None, action: str = "",
               object: Ref = Ref("Route", "gloo-system", ""), path: str = "") -> Result:
        """Calls the owner of an option with a value that has passed the schema."""
        neighbours = {key: value} if options is None else options
        where = path or "/options/" + key
        action = action or ("forward" if scope == "route" else "")
        values = (scope, action, object, key, where, json.dumps(value), json.dumps(neighbours))
        return self._call(_calls.options, values)

    def clusters(self, key: str, value: Json, *, spec: Optional[Json] = None,
                 object: Ref = Ref("Upstream", "gloo-system", "test")) -> Result:
        return self._call(_calls.clusters, self._upstream(key, value, spec, object))

    def endpoints(self, key: str, value: Json, *, spec: Optional[Json] = None,
                  object: Ref = Ref("Upstream", "gloo-system", "test")) -> Result:
        return self._call(_calls.endpoints, self._upstream(key, value, spec, object))

    def destinations(self, key: str, upstream_value: Json, spec: Json = None, *, weighted: bool = False,
                     upstream: Ref = Ref("Upstream", "gloo-system", "test")) -> Result:
        values = (weighted, Ref("Route", upstream.namespace, ""), key, "/routeAction/single", upstream,
                  json.dumps(upstream_value), "" if spec is None else json.dumps(spec),
                  f"{upstream.name}_{upstream.namespace}")
        return self._call(_calls.destinations, values)

    def derive(self, source: Mapping[str, Any]) -> Result:
        meta = source.get("metadata", {})
        ref = Ref(source["kind"], meta.get("namespace", ""), meta["name"])
        return self._call(_calls.derive, (ref, json.dumps(source)))

    def discover(self, key: str, value: Json, *, respond: Respond = _nobody, seconds: float = 60.0,
                 spec: Optional[Json] = None, object: Ref = Ref("Upstream", "gloo-system", "test")) -> Discovered:
        """Follows an upstream for so many seconds, which pass at once: ``discover_endpoints`` or ``discover_functions``.

        :param respond: gives a request's ``solder.Answer``, or in words why there is none
        """
        services = _Services(respond)
        discoverer = Discoverer(self._declaration, services)
        discoverer.follow([self._upstream(key, value, spec, object)])
        services.run(seconds)
        discoverer.end()
        return services.found

    def source(self, *, respond: Respond = _nobody, seconds: float = 60.0,
               kinds: Sequence[Tuple[str, str]] = ()) -> Sourced:
        """Runs the ``@solder.source`` for so many seconds, which pass at once.

        :param kinds: kinds that count, each with its apiVersion
        """
        services = _Services(respond)
        sourcing = Sourcing(self._declaration, services)
        sourcing.watch(list(kinds))
        services.run(seconds)
        sourcing.end()
        return services.sourced

    @staticmethod
    def _upstream(key: str, value: Json, spec: Optional[Json], ref: Ref) -> Tuple[Any, ...]:
        whole = {key: value} if spec is None else spec
        return (ref, key, "/spec/" + key, json.dumps(value), json.dumps(whole), f"{ref.name}_{ref.namespace}")

    def _call(self, operation: Any, values: Tuple[Any, ...]) -> Result:
        sink = _Sink(self.world)
        operation(self._declaration, [values], sink)
        return sink.result


_loaded = 0


def load(file: Union[str, pathlib.Path], *, world: Iterable[Mapping[str, Any]] = ()) -> Plugin:
    """Loads a plugin's file as the host does."""
    global _loaded
    _loaded += 1
    path = pathlib.Path(file).resolve()
    declaration, _ = _load.load_file(str(path), path.read_bytes(), f"_solder_test_{_loaded}_{path.stem}")
    return Plugin(declaration, world)
