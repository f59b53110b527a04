"""Objects of a kind of one's own, from which others follow: each `Moved` becomes a VirtualService that redirects.

    apiVersion: example.com/v1
    kind: Moved
    metadata: {name: shop, namespace: gloo-system}
    spec: {from: [old.example.com], to: shop.example.com}
"""
import solder

solder.plugin(version="1.0.0", summary="Hosts that moved")

SCHEMA = {
    "type": "object",
    "required": ["spec"],
    "additionalProperties": True,
    "properties": {
        "spec": {
            "type": "object",
            "required": ["from", "to"],
            "properties": {
                "from": {"type": "array", "minItems": 1, "items": {"type": "string"}},
                "to": {"type": "string", "minLength": 1},
            },
        }
    },
}


@solder.derive("Moved", api_version="example.com/v1", schema=SCHEMA)
def moved(source: solder.Source, out: solder.Out) -> None:
    spec = source.value["spec"]
    redirect = {"hostRedirect": spec["to"], "responseCode": "MOVED_PERMANENTLY"}
    out.object({
        "apiVersion": "gateway.solo.io/v1",
        "kind": "VirtualService",
        "metadata": {"namespace": source.object.namespace, "name": f"moved-{source.object.name}"},
        "spec": {
            "virtualHost": {
                "domains": spec["from"],
                "routes": [{"matchers": [{"prefix": "/"}], "redirectAction": redirect}],
            }
        },
    })
