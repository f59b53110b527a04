"""Plugins of Solder, an Envoy control plane, in Python.

A plugin is one ``.py`` file in the plugin directory. It says with decorators which keys of objects it owns, and turns
their values into parts of Envoy messages, "fragments", which the host merges with those of other plugins::

    import solder

    @solder.option("route", "maintenance", schema={"type": "string"})
    def maintenance(item: solder.Option, out: solder.Out) -> None:
        out.fragment("route", {"directResponse": {"status": 503, "body": {"inlineString": item.value}}})

Functions are pure: what they emit depends on the item, the configuration and look-ups alone, because the host repeats,
batches and caches calls. An exception is reported on the object of the item at hand, with file and line.
``solder.testing`` runs a plugin without a host.
"""

from solder._declare import configure, derive, kind, option, plugin, restore, save, source, upstream_type
from solder._discovery import Discovery
from solder._inputs import Destination, Found, Item, Json, Option, Ref, Source, Upstream
from solder._out import Out
from solder._source import Store, WatchedKind
from solder._work import Answer, Problem, RequestFailed

__all__ = [
    "Answer",
    "Destination",
    "Discovery",
    "Found",
    "Item",
    "Json",
    "Option",
    "Out",
    "Problem",
    "Ref",
    "RequestFailed",
    "Source",
    "Store",
    "Upstream",
    "WatchedKind",
    "configure",
    "derive",
    "kind",
    "option",
    "plugin",
    "restore",
    "save",
    "source",
    "upstream_type",
]
