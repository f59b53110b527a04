"""The decorators, which write a plugin's manifest, and what they leave behind: a Declaration for each file."""

import contextlib
import inspect
import json
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Type, TypeVar, Union

from solder._inputs import Destination, Option, Source, Upstream
from solder._out import Out

Schema = Union[bool, Mapping[str, Any]]
OptionFunction = Callable[[Option, Out], None]
DeriveFunction = Callable[[Source, Out], None]
ConfigureFunction = Callable[[Any], None]
SaveFunction = Callable[[], Any]
RestoreFunction = Callable[[str, Any], None]
F = TypeVar("F", bound=Callable[..., Any])
C = TypeVar("C", bound=Type[Any])

SCOPES = (
    "settings", "gateway", "http_gateway", "tcp_gateway", "virtual_service", "virtual_host", "route",
    "weighted_destination", "upstream",
)


# Methods of upstream types that find something elsewhere, with the capability that each is.
DISCOVERIES = {
    "discover_endpoints": "solder.endpoint-discovery/1",
    "discover_functions": "solder.function-discovery/1",
}
_DISCOVERY_NEEDS = ("solder.loop/1", "solder.http/1", "solder.publish/1")
_SOURCE_NEEDS = ("solder.loop/1", "solder.http/1", "solder.objects/1")


class Declaration:
    """What one file declares: its manifest and its functions."""

    def __init__(self, default_name: str) -> None:
        self.name = default_name
        self.version = "0.1.0"
        self.summary = ""
        self.isolation = ""
        self.filters: List[Dict[str, str]] = []
        self.options: Dict[Tuple[str, str], OptionFunction] = {}
        self.upstream_types: Dict[str, Any] = {}
        self.derivers: Dict[str, DeriveFunction] = {}
        self.source: Any = None
        self.configure: Optional[ConfigureFunction] = None
        self.save: Optional[SaveFunction] = None
        self.restore: Optional[RestoreFunction] = None
        self._option_schemas: Dict[Tuple[str, str], Schema] = {}
        self._type_schemas: Dict[str, Tuple[Schema, Optional[Schema]]] = {}
        self._kinds: Dict[str, Dict[str, Any]] = {}

    def add_kind(self, name: str, api_version: str, schema: Schema, index: Sequence[str], derive: bool) -> None:
        if name in self._kinds:
            raise ValueError(f"the kind {name} is declared twice")
        self._kinds[name] = {
            "kind": name, "api_version": api_version, "schema": schema, "index": list(index), "derive": derive,
        }

    def discovery(self) -> str:
        """The method by which upstream types of the file find something; empty: none does."""
        found = {
            method for owner in self.upstream_types.values() for method in DISCOVERIES
            if getattr(owner, method, None) is not None
        }
        if len(found) > 1:
            raise ValueError("a file has discover_endpoints or discover_functions, not both")
        return next(iter(found), "")

    def manifest(self) -> Dict[str, Any]:
        """As the host reads it (solder/manifest.h)."""
        provides: List[Dict[str, Any]] = []
        if self._option_schemas:
            claims = [{"scope": s, "key": k, "schema": schema} for (s, k), schema in self._option_schemas.items()]
            provides.append({"id": "solder.options/1", "claims": claims})
        if self._type_schemas:
            types = []
            for key, (schema, destination) in self._type_schemas.items():
                types.append({"key": key, "schema": schema})
                if destination is not None:
                    types[-1]["destination"] = destination
            provides.append({"id": "solder.upstream-type/1", "claims": types})
        discovery = self.discovery()
        if discovery:
            provides.append({"id": DISCOVERIES[discovery]})
        if self.source is not None:
            provides.append({"id": "solder.config-watcher/1"})
        if self.derivers:
            provides.append({"id": "solder.discovery/1"})
        if self.save is not None or self.restore is not None:
            if self.save is None or self.restore is None:
                raise ValueError("@solder.save and @solder.restore go together; one is missing")
            provides.append({"id": "solder.state/1"})
        manifest: Dict[str, Any] = {
            "manifest_version": 1,
            "name": self.name,
            "version": self.version,
            "summary": self.summary,
            "abi": {"major": 1, "minor": 0},
            "provides": provides,
            "needs": list(dict.fromkeys((*(_DISCOVERY_NEEDS if discovery else ()), *(_SOURCE_NEEDS if self.source is not None else ())))),
            "filters": self.filters,
            "kinds": list(self._kinds.values()),
            "unload": "allowed",
        }
        if self.isolation:
            manifest["isolation"] = self.isolation
        return manifest

    def manifest_text(self) -> str:
        return json.dumps(self.manifest())


_loading: List[Declaration] = []


@contextlib.contextmanager
def declaring(default_name: str) -> Iterator[Declaration]:
    """While a plugin's file is imported, what its decorators say is collected here."""
    declaration = Declaration(default_name)
    _loading.append(declaration)
    try:
        yield declaration
    finally:
        _loading.pop()


def _current() -> Declaration:
    # A plugin that is imported by an editor's test or by another module declares into a Declaration that nobody reads.
    return _loading[-1] if _loading else Declaration("unnamed")


def plugin(
    *, name: Optional[str] = None, version: Optional[str] = None, summary: str = "", isolation: str = "",
    filters: Sequence[Tuple[str, str]] = (),
) -> None:
    """Says what the plugin is. Without it the name is that of the file.

    :param name: a-z, 0-9, _ and -; one plugin a name
    :param version: MAJOR.MINOR.PATCH
    :param isolation: "process" for a process of its own
    :param filters: HTTP filters that it may bring, each with its stage
    """
    declaration = _current()
    if name is not None:
        declaration.name = name
    if version is not None:
        declaration.version = version
    declaration.summary = summary
    declaration.isolation = isolation
    declaration.filters = [{"name": each, "stage": stage} for each, stage in filters]


def option(scope: str, key: str, *, schema: Schema) -> Callable[[F], F]:
    """Claims a key of options at a scope; the function is called for each value: ``f(item: Option, out: Out)``.

    Several of these may stand above one function.

    :param scope: one of settings, gateway, http_gateway, tcp_gateway, virtual_service, virtual_host, route,
        weighted_destination, upstream
    :param schema: JSON Schema of the value (docs/plugins/schema.md), or True for any value
    """
    if scope not in SCOPES:
        raise ValueError(f"the scope is {scope!r}; right are {', '.join(SCOPES)}")
    declaration = _current()
    if (scope, key) in declaration._option_schemas:
        raise ValueError(f"{scope}:{key} is claimed twice")
    declaration._option_schemas[scope, key] = schema

    def keep(function: F) -> F:
        declaration.options[scope, key] = function
        return function

    return keep


def upstream_type(key: str, *, schema: Schema, destination: Optional[Schema] = None) -> Callable[[C], C]:
    """Claims a type of Upstream, ``spec.<key>``. Stands above a class without required arguments, whose methods are

    ``clusters(self, item: Upstream, out: Out)``: the cluster;
    ``destinations(self, item: Destination, out: Out)``, optional: what a route to it needs;
    ``endpoints(self, item: Upstream, out: Out)``, optional: the endpoints of an EDS cluster;
    ``async discover_endpoints(self, found: Discovery)`` or ``async discover_functions(self, found: Discovery)``,
    optional: looks elsewhere for what belongs to the upstream, and publishes it.

    :param destination: JSON Schema of ``destinationSpec.<key>`` in routes; without it anything may stand there
    """
    declaration = _current()
    if key in declaration._type_schemas:
        raise ValueError(f"the upstream type {key} is claimed twice")
    declaration._type_schemas[key] = (schema, destination)

    def keep(owner: C) -> C:
        if not callable(getattr(owner, "clusters", None)):
            raise TypeError(f"the class of upstream type {key} has no method clusters(item, out)")
        for method in DISCOVERIES:
            if hasattr(owner, method) and not inspect.iscoroutinefunction(getattr(owner, method)):
                raise TypeError(f"{method} of upstream type {key} has to be async def {method}(self, found)")
        declaration.upstream_types[key] = owner()
        return owner

    return keep


def kind(name: str, *, api_version: str, schema: Schema = True, index: Sequence[str] = ()) -> None:
    """Declares a kind of objects that the plugin reads by ``item.lookup`` and ``item.list``.

    :param index: JSON pointers whose text ``item.list`` finds objects by; "" stands for all of the kind
    """
    _current().add_kind(name, api_version, schema, index, False)


def derive(
    kind_name: str, *, api_version: str, schema: Schema = True, index: Sequence[str] = ()
) -> Callable[[F], F]:
    """Declares a kind from whose objects others follow: ``f(item: Source, out: Out)`` gives them by ``out.object``."""
    declaration = _current()
    declaration.add_kind(kind_name, api_version, schema, index, True)

    def keep(function: F) -> F:
        declaration.derivers[kind_name] = function
        return function

    return keep


def source(owner: C) -> C:
    """Says that the plugin brings objects from elsewhere. Stands above a class without required arguments, whose methods are

    ``async watch(self, store: Store)``: looks there, again and again, and says by ``store`` what there is;
    ``status(self, ref: Ref, status)``, optional: what became of an object that it brought, ``{"state": ..., "reason": ...}``;
    None where there is nothing to say of it any more.
    """
    declaration = _current()
    if declaration.source is not None:
        raise ValueError("a file has one @solder.source")
    if not inspect.iscoroutinefunction(getattr(owner, "watch", None)):
        raise TypeError("the class of a source has to have async def watch(self, store)")
    declaration.source = owner()
    return owner


def configure(function: F) -> F:
    """Called once with the operator's configuration of this plugin ({} where there is none), before anything else. An
    exception refuses the configuration."""
    _current().configure = function
    return function


def save(function: F) -> F:
    """``f()`` gives what the next generation of the plugin is to know, as JSON or bytes: a cache, a counter. Called when
    the file is replaced. The output of other functions must not depend on it."""
    _current().save = function
    return function


def restore(function: F) -> F:
    """``f(version, state)`` takes what ``save`` of that version gave, before the first call. An exception keeps the
    generation that runs."""
    _current().restore = function
    return function
