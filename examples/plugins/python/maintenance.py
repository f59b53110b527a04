"""`maintenance` on a route: it answers 503 with a text, and says how long it will take.

    options:
      maintenance: {text: "back at noon", retryAfter: 120s}
"""
import solder

solder.plugin(version="1.0.0", summary="Answers a route with 503 while it is being worked on")

SCHEMA = {
    "type": "object",
    "required": ["text"],
    "properties": {
        "text": {"type": "string", "minLength": 1, "description": "What the answer says."},
        "retryAfter": {"type": "string", "format": "duration", "description": "Sent as the header Retry-After."},
    },
}


@solder.option("route", "maintenance", schema=SCHEMA)
def maintenance(item: solder.Option, out: solder.Out) -> None:
    value = item.value
    out.fragment("route", {"directResponse": {"status": 503, "body": {"inlineString": value["text"]}}}, field="/text")
    if "retryAfter" in value:
        seconds = value["retryAfter"].rstrip("s").partition(".")[0]
        header = {"header": {"key": "retry-after", "value": seconds}, "appendAction": "OVERWRITE_IF_EXISTS_OR_ADD"}
        out.fragment("route", {"responseHeadersToAdd": [header]}, field="/retryAfter")
