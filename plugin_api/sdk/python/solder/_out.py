"""What a plugin may say about one item: fragments, filters, uses of secrets, objects, problems.

``field`` is a JSON pointer below the item's path ("/hosts/0/port"): reports point at it with file and line, and
provenance names it. The slots and the rules of the merge are those of ``solder/items.h``.
"""

import json
from typing import Any, Mapping, Sequence, Tuple, Union

from solder._inputs import Json, Ref, Sink

Message = Union[bytes, str, Mapping[str, Any]]

_NOBODY = ("", "", "")
_TYPE_PREFIX = "type.googleapis.com/"
_DISABLED, _ONLY, _ABSENT = 1, 2, 4
_SECRET_FORMS = {"tls_certificate": 1, "validation_context": 2, "generic": 3}


def _encoded(message: Message) -> Tuple[bytes, bool]:
    """Bytes, and whether they are proto3 JSON."""
    if isinstance(message, bytes):
        return message, False
    if isinstance(message, str):
        return message.encode(), True
    return json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode(), True


def _type_url(name: str) -> str:
    return name if not name or "/" in name else _TYPE_PREFIX + name


class Out:
    """Where the answer to one item goes. Everything is copied at once. Methods give False where the host refused what
    they were given; the object's report then says why.

    A message is a mapping or text in proto3 JSON (null unsets a field, an explicit false or 0 overrides), or wire bytes.
    A type is an Envoy message's full name: "envoy.extensions.filters.http.lua.v3.Lua".
    """

    __slots__ = ("_index", "_sink", "failed")

    failed: bool  # whether error() was called for this item

    def __init__(self, sink: Sink, index: int) -> None:
        self._sink = sink
        self._index = index
        self.failed = False

    def fragment(
        self, slot: str, message: Message, *, type: str = "", weight: int = 0, field: str = "", name: str = ""
    ) -> bool:
        """A part of the message for a slot: "route", "route_action", "virtual_host", "cluster", ...

        ``type`` is needed where the slot does not fix it. A higher weight is merged later, and so wins.
        """
        data, is_json = _encoded(message)
        return self._sink.fragment(self._index, slot, name, _type_url(type), data, is_json, (), weight, 0, field)

    def filter(
        self, stage: str, name: str, message: Message = b"", *, type: str, weight: int = 0, field: str = "",
        disabled: bool = False, only: bool = False, absent: bool = False, clear: Sequence[str] = (),
    ) -> bool:
        """An HTTP filter on the listeners that need it.

        Stages: fault, cors, waf, authn, authz, rate_limit, accepted, out_auth, route. ``weight``: before (-1), during
        (0) or after (1) the stage. ``disabled``: it works only where ``per_filter`` names it. ``only``: what is said of
        it without this flag does not count. ``absent``: the listener goes without it. ``clear``: fields to unset first.
        """
        data, is_json = _encoded(message)
        flags = _DISABLED * disabled + _ONLY * only + _ABSENT * absent
        return self._sink.fragment(
            self._index, "http_filter/" + stage, name, _type_url(type), data, is_json, clear, weight, flags, field
        )

    def network_filter(
        self, stage: str, name: str, message: Message, *, type: str, weight: int = 0, field: str = ""
    ) -> bool:
        """A network filter before the connection manager or the TCP proxy, at one of the same stages."""
        return self.fragment("network_filter/" + stage, message, type=type, weight=weight, field=field, name=name)

    def upstream_filter(
        self, stage: str, name: str, message: Message, *, type: str, weight: int = 0, field: str = ""
    ) -> bool:
        """An HTTP filter on the cluster. With the type "envoy.config.core.v3.ExtensionConfigSource" its configuration is
        the ``resource`` of the filter's name."""
        return self.fragment("upstream_filter/" + stage, message, type=type, weight=weight, field=field, name=name)

    def per_filter(self, filter_name: str, message: Message, *, type: str, field: str = "") -> bool:
        """A filter's configuration for this route, weighted destination or virtual host."""
        return self.fragment("per_filter/" + filter_name, message, type=type, field=field)

    def metadata(self, namespace: str, structure: Mapping[str, Any], *, field: str = "") -> bool:
        """Metadata of the cluster, route or virtual host."""
        return self.fragment("metadata/" + namespace, structure, field=field)

    def resource(self, name: str, message: Message, *, type: str, field: str = "") -> bool:
        """A resource of its own: a cluster, a listener, a filter's configuration."""
        return self.fragment("resource/" + name, message, type=type, field=field)

    def clear(self, slot: str, *paths: str, weight: int = 0, field: str = "") -> bool:
        """Unsets fields that others set before: dotted proto paths, "retry_policy.num_retries"."""
        return self._sink.fragment(self._index, slot, "", "", b"", False, paths, weight, 0, field)

    def secret_use(
        self, sds_name: str, namespace: str, name: str, *, form: str = "tls_certificate", key: str = "",
        patch: bytes = b"", field: str = "",
    ) -> bool:
        """Tells the host to serve an SDS secret from a Secret, whose values never reach a plugin.

        ``form``: tls_certificate, validation_context, or generic (then ``key`` says which value).
        """
        if form not in _SECRET_FORMS:
            raise ValueError(f"form is {form!r}; right are {', '.join(_SECRET_FORMS)}")
        return self._sink.secret_use(
            self._index, sds_name, ("Secret", namespace, name), _SECRET_FORMS[form], key, patch, field
        )

    def secret_field(
        self, resource: str, path: str, namespace: str, name: str, *, key: str, field: str = ""
    ) -> bool:
        """Has the host write a value of a Secret into a text field of an extension configuration that this item emits by
        ``resource(resource, ...)``: "credential_provider.inline_credential.access_key_id"."""
        return self._sink.secret_field(self._index, resource, path, ("Secret", namespace, name), key, field)

    def object(self, value: Json) -> bool:
        """An object that follows from the item, whole (``solder.derive`` alone)."""
        return self._sink.object(self._index, value if isinstance(value, str) else json.dumps(value))

    def error(self, message: str, *, reason: str, field: str = "", found: Any = "", expected: str = "",
              related: Ref = Ref(*_NOBODY)) -> None:
        """A problem that drops this item's fragments. ``reason`` is a stable CamelCase word, ``message`` one sentence."""
        self.failed = True
        self._problem(2, message, reason, field, found, expected, related)

    def warning(self, message: str, *, reason: str, field: str = "", found: Any = "", expected: str = "",
                related: Ref = Ref(*_NOBODY)) -> None:
        """A problem that changes the object's state to Warning."""
        self._problem(1, message, reason, field, found, expected, related)

    def info(self, message: str, *, reason: str, field: str = "", found: Any = "", expected: str = "",
             related: Ref = Ref(*_NOBODY)) -> None:
        """Something to know."""
        self._problem(0, message, reason, field, found, expected, related)

    def _problem(self, severity: int, message: str, reason: str, field: str, found: Any, expected: str,
                 related: Ref) -> None:
        self._sink.problem(
            self._index, severity, field, reason, message, str(found), expected, tuple(related)  # type: ignore[arg-type]
        )
