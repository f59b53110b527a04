"""Static configurations of Envoys that a benchmark runs beside or instead of Solder's: a listener, and a backend that answers at once."""
TYPE = "type.googleapis.com/"


def address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def listener(port, virtual_host, filters):
    manager = {"@type": TYPE + "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager", "stat_prefix": "bench",
               "route_config": {"max_direct_response_body_size_bytes": 16777216, "virtual_hosts": [{"name": "all", "domains": ["*"], **virtual_host}]},
               "http_filters": [*filters, {"name": "router", "typed_config": {"@type": TYPE + "envoy.extensions.filters.http.router.v3.Router"}}]}
    return {"name": str(port), "address": address(port), "filter_chains": [{"filters": [{"name": "hcm", "typed_config": manager}]}]}


def backend(port, body):
    """Answers every request with `body`."""
    routes = [{"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": body}}}]
    return {"static_resources": {"listeners": [listener(port, {"routes": routes}, [])]}}
