"""A Solder plugin: the route option `@KEY@`, whose text such a route answers with 503.

docs/plugins/python.md of Solder tells what else there is.
"""
import solder

solder.plugin(name="@NAME@", version="0.1.0", summary="Routes that are closed say why")

TEXT = {"type": "string", "maxLength": 1000, "examples": ["back at noon"]}


@solder.option("route", "@KEY@", schema=TEXT)
def answer(item: solder.Option, out: solder.Out) -> None:
    text = item.value
    if not text:
        out.error("say why the route is closed", reason="EmptyText")
        return
    out.fragment("route", {"directResponse": {"status": 503, "body": {"inlineString": text}}})
