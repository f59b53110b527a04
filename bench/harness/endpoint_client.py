"""A delta client in Python that notes when the endpoints of which clusters arrive, and how many bytes of other resources. Needs grpcio."""
import os
import queue
import threading
import time

os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")  # programs are started beside it
import grpc  # noqa: E402

from protobuf_wire import field

TYPE = "type.googleapis.com/envoy.config."
ENDPOINTS = TYPE + "endpoint.v3.ClusterLoadAssignment"
OTHERS = (TYPE + "cluster.v3.Cluster", TYPE + "listener.v3.Listener")


def fields(data):
    """(number, bytes or number) of a message."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
    while at < len(data):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        else:
            size = varint() if key & 7 == 2 else {1: 8, 5: 4}[key & 7]
            yield key >> 3, data[at:at + size]
            at += size


class EndpointClient:
    """A delta client that subscribes to clusters, listeners and the endpoints of certain clusters, and notes when what arrives."""

    def __init__(self, port, names):
        self.requests, self.bytes, self.endpoints, self.changed = queue.Queue(), dict.fromkeys(OTHERS, 0), {}, threading.Condition()
        role = field(1, "role") + field(2, field(3, "gloo-system~gateway-proxy"))
        node = field(1, "bench") + field(2, "bench") + field(3, field(1, role))
        for url in OTHERS:
            self.requests.put(field(1, node) + field(2, url))
        self.requests.put(field(1, node) + field(2, ENDPOINTS) + b"".join(field(3, name) for name in names))
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.max_receive_message_length", -1)])
        stream = self.channel.stream_stream("/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources")
        threading.Thread(target=self.take, args=(stream(iter(self.requests.get, None)),), daemon=True).start()

    def take(self, answers):
        try:
            for answer in answers:
                now = time.monotonic()
                read = list(fields(answer))
                url, nonce = next(v for k, v in read if k == 4).decode(), next(v for k, v in read if k == 5)
                with self.changed:
                    if url in self.bytes:
                        self.bytes[url] += len(answer)
                    for resource in [v for k, v in read if k == 2 and url == ENDPOINTS]:
                        resource = dict(fields(resource))
                        body = dict(fields(resource[2])).get(2, b"")
                        hosts = sum(1 for k, v in fields(body) if k == 2 for inner, _ in fields(v) if inner == 2)
                        self.endpoints[resource[3].decode()] = (hosts, now)
                    self.changed.notify_all()
                self.requests.put(field(2, url) + field(6, nonce))
        except grpc.RpcError:
            pass

    def wait(self, condition, seconds):
        with self.changed:
            assert self.changed.wait_for(condition, seconds), "endpoints did not arrive"
