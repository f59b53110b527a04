"""An upstream type `listed`: its endpoints stand in a ConfigMap, one host:port a line, and change without a change of the
cluster. Shows objects of other projects, look-ups, and endpoints apart from their cluster (EDS).

    spec:
      listed: {configMap: members}
"""
import solder

solder.plugin(version="1.0.0", summary="Upstreams whose endpoints stand in a ConfigMap")
solder.kind("ConfigMap", api_version="v1")

SCHEMA = {
    "type": "object",
    "required": ["configMap"],
    "properties": {
        "configMap": {"type": "string", "minLength": 1, "description": "In the namespace of the Upstream."},
        "key": {"type": "string", "description": "Of its data; else endpoints."},
    },
}


@solder.upstream_type("listed", schema=SCHEMA)
class Listed:
    def clusters(self, item: solder.Upstream, out: solder.Out) -> None:
        eds = {"edsConfig": {"ads": {}, "resourceApiVersion": "V3"}}
        out.fragment("cluster", {"type": "EDS", "edsClusterConfig": eds, "connectTimeout": "5s"})

    def endpoints(self, item: solder.Upstream, out: solder.Out) -> None:
        value = item.value
        name, key = value["configMap"], value.get("key", "endpoints")
        found = item.lookup("ConfigMap", item.object.namespace, name)
        if found is None:
            out.error(f"there is no ConfigMap {name}", reason="ConfigMapNotFound", field="/configMap", found=name,
                      related=solder.Ref("ConfigMap", item.object.namespace, name))
            return
        members = []
        for line in found.get("data", {}).get(key, "").split():
            host, _, port = line.rpartition(":")
            if host and port.isdigit():
                address = {"socketAddress": {"address": host, "portValue": int(port)}}
                members.append({"endpoint": {"address": address}})
            else:
                out.warning(f"a line of ConfigMap {name} is no host:port; it is left out", reason="BadLine", found=line)
        out.fragment("load_assignment", {"endpoints": [{"lbEndpoints": members}]})
