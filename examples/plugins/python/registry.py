"""An upstream type `registry`: its endpoints are those that a registry answers with, asked again and again. Shows
discovery: what waits for others is a coroutine, which the host's timers and requests carry; what it finds is published
into the upstream, where `endpoints` reads it. A registry that is away changes nothing but the upstream's report.

    spec:
      registry: {url: "http://registry.internal/services/shop", every: 10s}

The registry answers with JSON: [{"name": "shop-1", "address": "10.0.0.1", "port": 8080}, ...]
"""
import ipaddress
from typing import Any, Dict, Optional

import solder

solder.plugin(version="1.0.0", summary="Upstreams whose endpoints a registry knows")

MEMBER = {
    "type": "object",
    "required": ["name", "address", "port"],
    "properties": {
        "name": {"type": "string"},
        "address": {"type": "string", "description": "An IP address."},
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
    },
}
SCHEMA = {
    "type": "object",
    "required": ["url"],
    "properties": {
        "url": {"type": "string", "pattern": "^https?://", "description": "Who is asked."},
        "every": {"type": "string", "format": "duration", "description": "How often; unset: 30s."},
        "members": {"type": "array", "items": MEMBER, "description": "Endpoints. Those that are found are added."},
    },
}


def seconds(duration: str) -> float:
    return max(1.0, float(duration.rstrip("s")))


def usable(entry: Any) -> Optional[Dict[str, Any]]:
    """What a registry says is no more to be trusted than what a user writes."""
    try:
        address = str(ipaddress.ip_address(entry["address"]))
        port = int(entry["port"])
        return {"name": str(entry["name"]), "address": address, "port": port} if 0 < port < 65536 else None
    except (KeyError, TypeError, ValueError):
        return None


@solder.upstream_type("registry", schema=SCHEMA)
class Registry:
    def clusters(self, item: solder.Upstream, out: solder.Out) -> None:
        eds = {"edsConfig": {"ads": {}, "resourceApiVersion": "V3"}}
        out.fragment("cluster", {"type": "EDS", "edsClusterConfig": eds, "connectTimeout": "5s"})

    def endpoints(self, item: solder.Upstream, out: solder.Out) -> None:
        members = []
        for member in item.value.get("members", []):
            address = {"socketAddress": {"address": member["address"], "portValue": member["port"]}}
            members.append({"endpoint": {"address": address}})
        out.fragment("load_assignment", {"endpoints": [{"lbEndpoints": members}]}, field="/members")

    async def discover_endpoints(self, found: solder.Discovery) -> None:
        url, every = found.value["url"], seconds(found.value.get("every", "30s"))
        while True:
            try:
                answer = await found.get(url, timeout=10)
                entries = answer.json() if answer.status == 200 else None
                words = f"the registry answers {answer.status}" if entries is None else ""
            except (solder.RequestFailed, ValueError) as problem:
                entries, words = None, f"the registry cannot be asked: {problem}"
            if isinstance(entries, list):
                members = [usable(entry) for entry in entries]
                found.publish("/members", [member for member in members if member])
                odd = members.count(None)
                found.report(*([solder.Problem(f"{odd} entries of the registry are no endpoints", reason="BadEntry")] if odd else []))
            else:
                found.report(solder.Problem(words or "the registry gives no list", reason="RegistryFailed", field="/url", found=url))
            await found.sleep(every)
