"""What a plugin's functions are given: one item of a call, and how it reads other objects."""

import json
from typing import Any, ClassVar, List, NamedTuple, Optional, Protocol, Sequence, Tuple, Union

Json = Union[None, bool, int, float, str, List[Any], "dict[str, Any]"]


class Ref(NamedTuple):
    """Names one object: ``Ref("Upstream", "gloo-system", "petstore")``."""

    kind: str
    namespace: str
    name: str


class Found(NamedTuple):
    """An object that ``Item.list`` found."""

    ref: Ref
    object: Any


class Sink(Protocol):
    """The host's side of one call: where items go, and where look-ups are answered. Not for plugins."""

    def fragment(
        self, index: int, slot: str, name: str, type_url: str, message: bytes, is_json: bool,
        clear: Sequence[str], weight: int, flags: int, field: str,
    ) -> bool: ...
    def secret_use(
        self, index: int, sds_name: str, ref: Tuple[str, str, str], form: int, key: str, patch: bytes, field: str
    ) -> bool: ...
    def secret_field(
        self, index: int, resource: str, path: str, ref: Tuple[str, str, str], key: str, field: str
    ) -> bool: ...
    def object(self, index: int, text: str) -> bool: ...
    def problem(
        self, index: int, severity: int, field: str, reason: str, message: str, found: str, expected: str,
        related: Tuple[str, str, str],
    ) -> None: ...
    def lookup(self, index: int, kind: str, namespace: str, name: str) -> Optional[str]: ...
    def list(
        self, index: int, kind: str, namespace: str, field: str, value: str
    ) -> List[Tuple[str, str, str, str]]: ...


class Item:
    """One item of a call. Reads through it are recorded: the item is translated again when an answer would change."""

    __slots__ = ("_index", "_sink")

    _index: int
    _sink: Sink

    @classmethod
    def _make(cls, sink: Sink, index: int, values: Tuple[Any, ...]) -> Any:
        item = cls.__new__(cls)
        item._sink = sink
        item._index = index
        for name, value in zip(cls._fields, values):
            setattr(item, name, value)
        return item

    _fields: ClassVar[Tuple[str, ...]] = ()

    def lookup(self, kind: str, namespace: str, name: str) -> Any:
        """Another object as it was written, or None where there is none (which is recorded too).

        A Secret comes as its shape: type, keys and problems, never its values.
        """
        text = self._sink.lookup(self._index, kind, namespace, name)
        return None if text is None else json.loads(text)

    def list(self, kind: str, namespace: str, field: str = "", value: str = "") -> List[Found]:
        """Objects of a kind that some plugin declares (``solder.kind``), in order of name.

        ``field`` is a declared index, a JSON pointer, and ``value`` the text that stands there; "" has all objects of
        the kind in that namespace.
        """
        found = self._sink.list(self._index, kind, namespace, field, value)
        return [Found(Ref(a, b, c), json.loads(text)) for a, b, c, text in found]


class Option(Item):
    """A value under a claimed key."""

    __slots__ = ("_json", "_options_json", "action", "key", "object", "path", "scope")
    _fields = ("scope", "action", "object", "key", "path", "_json", "_options_json")  # in the order of the host's tuple

    scope: str  # where it stands: "route", "virtual_host", ...
    action: str  # of a route: "forward", "redirect" or "direct_response"; else ""
    object: Ref  # that holds it; of a route only the namespace is told
    key: str
    path: str  # JSON pointer of the value
    _json: str
    _options_json: str

    @property
    def value(self) -> Any:
        """The value, which has passed the schema: lowerCamel names, durations as "5s", enums by name."""
        return json.loads(self._json)

    @property
    def options(self) -> Any:
        """All options at that place, the neighbours included."""
        return json.loads(self._options_json)


class Upstream(Item):
    """An Upstream of a claimed type."""

    __slots__ = ("_json", "_spec_json", "cluster_name", "key", "object", "path")
    _fields = ("object", "key", "path", "_json", "_spec_json", "cluster_name")  # in the order of the host's tuple

    object: Ref  # the Upstream
    key: str  # the claimed type
    path: str  # JSON pointer of the type's value: "/spec/static"
    cluster_name: str  # as it will stand in Envoy
    _json: str
    _spec_json: str

    @property
    def value(self) -> Any:
        """What stands under the claimed key, which has passed the schema."""
        return json.loads(self._json)

    @property
    def spec(self) -> Any:
        """The whole spec, options included."""
        return json.loads(self._spec_json)


class Destination(Item):
    """A route's destination on an Upstream of a claimed type."""

    __slots__ = ("_destination_json", "_upstream_json", "cluster_name", "key", "object", "path", "upstream", "weighted")
    _fields = (  # in the order of the host's tuple
        "weighted", "object", "key", "path", "upstream", "_upstream_json", "_destination_json", "cluster_name",
    )

    weighted: bool  # one of several: the slot "weighted_cluster" takes the place of "route" and "route_action"
    object: Ref  # the route's object: only the namespace is told
    key: str  # the claimed type
    path: str  # JSON pointer of the destination below its route
    upstream: Ref
    cluster_name: str
    _upstream_json: str
    _destination_json: str

    @property
    def upstream_value(self) -> Any:
        """What stands under the claimed key in the Upstream."""
        return json.loads(self._upstream_json)

    @property
    def spec(self) -> Any:
        """``destinationSpec`` under the claimed key; None where the route has none."""
        return json.loads(self._destination_json) if self._destination_json else None


class Source(Item):
    """An object of a kind with ``solder.derive``."""

    __slots__ = ("_json", "object")
    _fields = ("object", "_json")  # in the order of the host's tuple

    object: Ref
    _json: str

    @property
    def value(self) -> Any:
        """The whole object: apiVersion, kind, metadata and the rest."""
        return json.loads(self._json)
