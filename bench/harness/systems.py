"""Who is measured: Solder and go-control-plane's caches, each over one kind of stream and one layout of routes."""
import dataclasses

from harness.processes import Peer, Solder


@dataclasses.dataclass(frozen=True)
class System:
    server: str  # solder, snapshot, linear
    stream: str  # delta, sotw
    layout: str  # one: a single route configuration; many: one for each virtual service

    @property
    def is_peer(self):
        return self.server != "solder"

    @property
    def label(self):
        stream = "delta" if self.stream == "delta" else "SotW"
        layout = "one route configuration" if self.layout == "one" else "many route configurations"
        return f"{'go-control-plane v0.14.0 ' + self.server + ' cache' if self.is_peer else 'Solder'}, {stream}, {layout}"

    def start(self, build, world):
        return Peer(build, world, self.server) if self.is_peer else Solder(build, world)


SERVERS = ("solder", "snapshot", "linear")
ONE_GATEWAY_DELTA = [System(server, "delta", "one") for server in SERVERS]
FLEET_DELTA = [System("solder", "delta", "many"), System("snapshot", "delta", "many"), System("linear", "delta", "many"), System("linear", "delta", "one")]
FLEET_SOTW = [System("solder", "sotw", "many"), System("snapshot", "sotw", "one"), System("snapshot", "sotw", "many"), System("linear", "sotw", "many")]
