"""The operations of the contract on a Declaration: for each item of a batch the function that it is for, and an
exception as that item's problem. Called by the bridge in the host, and by solder.testing."""

import json
import traceback
from typing import Any, Callable, List, Sequence, Tuple

from solder._declare import Declaration
from solder._inputs import Destination, Option, Sink, Source, Upstream
from solder._out import Out

Tuples = Sequence[Tuple[Any, ...]]

_ERROR = 2
_NOBODY = ("", "", "")


def configure(declaration: Declaration, config_json: str) -> None:
    if declaration.configure is not None:
        declaration.configure(json.loads(config_json))


def options(declaration: Declaration, batch: Tuples, sink: Sink) -> None:
    functions = declaration.options
    for index, values in enumerate(batch):
        function = functions.get((values[0], values[3]))
        if function is None:
            _missing(sink, index, f"option {values[0]}:{values[3]}")
        else:
            _run(declaration, function, Option._make(sink, index, values), sink, index)


def clusters(declaration: Declaration, batch: Tuples, sink: Sink) -> None:
    _of_types(declaration, "clusters", Upstream, batch, 1, sink)


def destinations(declaration: Declaration, batch: Tuples, sink: Sink) -> None:
    _of_types(declaration, "destinations", Destination, batch, 2, sink)


def endpoints(declaration: Declaration, batch: Tuples, sink: Sink) -> None:
    _of_types(declaration, "endpoints", Upstream, batch, 1, sink)


def derive(declaration: Declaration, batch: Tuples, sink: Sink) -> None:
    for index, values in enumerate(batch):
        function = declaration.derivers.get(values[0][0])
        if function is None:
            _missing(sink, index, f"kind {values[0][0]}")
        else:
            _run(declaration, function, Source._make(sink, index, values), sink, index)


def has(declaration: Declaration, operation: str) -> bool:
    """Whether some upstream type has the method."""
    return any(callable(getattr(owner, operation, None)) for owner in declaration.upstream_types.values())


def _of_types(declaration: Declaration, method: str, item: Any, batch: Tuples, key_at: int, sink: Sink) -> None:
    for index, values in enumerate(batch):
        owner = declaration.upstream_types.get(values[key_at])
        function = getattr(owner, method, None)
        if owner is None:
            _missing(sink, index, f"upstream type {values[key_at]}")
        elif function is not None:  # another type of this file has it
            _run(declaration, function, item._make(sink, index, values), sink, index)


def _run(declaration: Declaration, function: Callable[[Any, Out], None], item: Any, sink: Sink, index: int) -> None:
    try:
        function(item, Out(sink, index))
    except BaseException as thrown:  # SystemExit as well: it is not the plugin that ends the host
        sink.problem(index, _ERROR, "", "PluginThrew", where_thrown(thrown), "", "", _NOBODY)


def _missing(sink: Sink, index: int, what: str) -> None:
    sink.problem(index, _ERROR, "", "PluginFailed", f"it has no function for {what}", "", "", _NOBODY)


def where_thrown(thrown: BaseException) -> str:
    """The exception's words, and the innermost place in code that is not this package's."""
    words = "".join(traceback.format_exception_only(type(thrown), thrown)).strip().replace("\n", " ")
    if isinstance(thrown, SyntaxError):
        return f"{thrown.filename}:{thrown.lineno}: {type(thrown).__name__}: {thrown.msg}"
    frames: List[traceback.FrameSummary] = traceback.extract_tb(thrown.__traceback__)
    own = [frame for frame in frames if not _of_this_package(frame.filename)]
    return f"{own[-1].filename}:{own[-1].lineno}: {words}" if own else words


def _of_this_package(filename: str) -> bool:
    return filename.startswith("<solder") or filename == __file__ or filename.endswith("/solder/_load.py")
