"""An upstream type `pool`: endpoints written as host:port, with weights.

    spec:
      pool: {members: ["10.0.0.1:8080", "10.0.0.2:8080=3"], sticky: x-user}
"""
from typing import Any, Dict

import solder

solder.plugin(version="1.0.0", summary="Upstreams as a list of host:port")

SCHEMA = {
    "type": "object",
    "required": ["members"],
    "properties": {
        "members": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        "sticky": {"type": "string", "description": "A header; requests with the same value go to the same member."},
    },
}


def endpoint(text: str) -> Dict[str, Any]:
    """host:port or host:port=weight as an Envoy endpoint."""
    place, _, weight = text.partition("=")
    host, _, port = place.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("right is host:port, or host:port=weight")
    return {
        "endpoint": {"address": {"socketAddress": {"address": host, "portValue": int(port)}}},
        "loadBalancingWeight": int(weight or 1),
    }


@solder.upstream_type("pool", schema=SCHEMA)
class Pool:
    def clusters(self, item: solder.Upstream, out: solder.Out) -> None:
        value = item.value
        members = []
        for i, text in enumerate(value["members"]):
            try:
                members.append(endpoint(text))
            except ValueError as problem:
                out.error(str(problem), reason="BadMember", field=f"/members/{i}", found=text)
        cluster = {"type": "STATIC", "connectTimeout": "5s"}
        if "sticky" in value:
            cluster["lbPolicy"] = "RING_HASH"
        out.fragment("cluster", cluster)
        out.fragment("load_assignment", {"endpoints": [{"lbEndpoints": members}]}, field="/members")

    def destinations(self, item: solder.Destination, out: solder.Out) -> None:
        sticky = item.upstream_value.get("sticky")
        if sticky and not item.weighted:
            out.fragment("route_action", {"hashPolicy": [{"header": {"headerName": sticky}}]})
