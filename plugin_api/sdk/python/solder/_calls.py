"""The operations of the contract on a Declaration: for each item of a batch the function that it is for, and an
exception as that item's problem. Called by the bridge in the host, and by solder.testing."""

import json
import traceback
from typing import Any, Callable, List, Optional, Sequence, Tuple

from solder._declare import Declaration
from solder._inputs import Destination, Option, Sink, Source, Upstream
from solder._out import Out

Tuples = Sequence[Tuple[Any, ...]]
Item = Any  # one of Option, Upstream, Destination, Source

_ERROR = 2
_NOBODY = ("", "", "")
_HERE = globals().get("__file__", "")  # none where the bridge carries this package
# Before a saved state: what it is made of.
_BYTES, _JSON = b"b", b"j"


class TookTooLong(BaseException):
    """The bridge raises it in a function that overran its deadline. No Exception: ``except Exception`` lets it pass."""


def configure(declaration: Declaration, config_json: str) -> None:
    if declaration.configure is not None:
        declaration.configure(json.loads(config_json))


def save(declaration: Declaration) -> Optional[bytes]:
    if declaration.save is None:
        return None
    state = declaration.save()
    return _BYTES + state if isinstance(state, bytes) else _JSON + json.dumps(state).encode()


def restore(declaration: Declaration, version: str, state: bytes) -> None:
    if declaration.restore is not None:
        declaration.restore(version, state[1:] if state[:1] == _BYTES else json.loads(state[1:]))


def options(declaration: Declaration, batch: Tuples, sink: Sink) -> None:
    functions = declaration.options
    _each(batch, sink, Option, lambda values: functions.get((values[0], values[3])), "option")


def clusters(declaration: Declaration, batch: Tuples, sink: Sink) -> None:
    _of_types(declaration, "clusters", Upstream, batch, 1, sink)


def destinations(declaration: Declaration, batch: Tuples, sink: Sink) -> None:
    _of_types(declaration, "destinations", Destination, batch, 2, sink)


def endpoints(declaration: Declaration, batch: Tuples, sink: Sink) -> None:
    _of_types(declaration, "endpoints", Upstream, batch, 1, sink)


def derive(declaration: Declaration, batch: Tuples, sink: Sink) -> None:
    derivers = declaration.derivers
    _each(batch, sink, Source, lambda values: derivers.get(values[0][0]), "kind")


def has(declaration: Declaration, operation: str) -> bool:
    """Whether some upstream type, or the source, has the method."""
    owners = (*declaration.upstream_types.values(), declaration.source)
    return any(callable(getattr(owner, operation, None)) for owner in owners)


def _nothing(item: Item, out: Out) -> None:
    """In the place of a method that another type of the file has."""


def _of_types(declaration: Declaration, method: str, item: Any, batch: Tuples, key_at: int, sink: Sink) -> None:
    def function_of(values: Tuple[Any, ...]) -> Optional[Callable[[Any, Out], None]]:
        owner = declaration.upstream_types.get(values[key_at])
        return None if owner is None else getattr(owner, method, _nothing)

    _each(batch, sink, item, function_of, "upstream type")


def _each(
    batch: Tuples, sink: Sink, kind: Any,
    function_of: Callable[[Tuple[Any, ...]], Optional[Callable[[Any, Out], None]]], what: str,
) -> None:
    make = kind._make
    for index, values in enumerate(batch):
        function = function_of(values)
        try:
            if function is None:
                _problem(sink, index, "PluginFailed", f"it has no function for this {what}")
            else:
                function(make(sink, index, values), Out(sink, index))
        except TookTooLong as thrown:
            _problem(sink, index, "PluginThrew", where_thrown(thrown))
            for rest in range(index + 1, len(batch)):
                _problem(sink, rest, "PluginThrew", "it was not called: an item before this one used up the time")
            return
        except BaseException as thrown:  # SystemExit as well: it is not the plugin that ends the host
            _problem(sink, index, "PluginThrew", where_thrown(thrown))


def _problem(sink: Sink, index: int, reason: str, message: str) -> None:
    sink.problem(index, _ERROR, "", reason, message, "", "", _NOBODY)


def where_thrown(thrown: BaseException) -> str:
    """The exception's words, with the innermost line of the plugin's own file, and where else it was raised."""
    if isinstance(thrown, TookTooLong):
        words = f"it took too long: {thrown}" if thrown.args else "it took too long, and was ended here"
    elif isinstance(thrown, SyntaxError):
        line = f": {thrown.text.strip()}" if thrown.text else ""
        return f"{thrown.filename}:{thrown.lineno}: {type(thrown).__name__}: {thrown.msg}{line}"
    else:
        words = "".join(traceback.format_exception_only(type(thrown), thrown)).strip().replace("\n", " ")
    frames: List[traceback.FrameSummary] = traceback.extract_tb(thrown.__traceback__)
    own = [frame for frame in frames if not _of_this_package(frame.filename)]
    if not own:
        return words
    mine = [frame for frame in own if frame.filename == own[0].filename][-1]
    other = "" if own[-1] is mine else f" (raised in {own[-1].filename}:{own[-1].lineno})"
    return f"{mine.filename}:{mine.lineno}: {words}{other}"


def _of_this_package(filename: str) -> bool:
    own = ("/solder/_load.py", "/solder/_discovery.py", "/solder/_source.py", "/solder/_work.py")
    return filename.startswith("<") or filename == _HERE or filename.endswith(own)
