"""What was measured, gathered over the rounds, and the comparison: ours against the best peer's."""
import dataclasses
import statistics


ENOUGH_FOR_P99 = 100


def percentile(times, share):
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def middle(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


@dataclasses.dataclass
class Figures:
    """Of one system in one scenario and world, over all rounds."""
    median_ms: float
    p99_ms: float | None  # where there are enough for one
    slowest_ms: float
    cpu_ms: float | None
    memory_mb: float | None
    peak_mb: float | None
    bytes: int | None
    extra: dict

    @classmethod
    def of(cls, samples):
        times = [time for sample in samples for time in sample.times]
        p99 = middle([sample.p99_ms for sample in samples]) or (percentile(times, 0.99) if len(times) >= ENOUGH_FOR_P99 else None)
        received = middle([sum(sample.bytes.values()) if sample.bytes is not None else None for sample in samples])
        return cls(statistics.median(times), p99, max(times), middle([s.cpu_ms for s in samples]), middle([s.memory_mb for s in samples]),
                   middle([s.peak_mb for s in samples]), None if received is None else round(received), samples[-1].extra)


class Results:
    def __init__(self):
        self._samples = {}  # (scenario, world) → system → samples
        self._failures = {}  # the same, → what went wrong
        self.reasons = {}  # (scenario, world) → why no peer is beside it
        self.notes = {}  # scenario → what a reader has to know
        self.alone = {}  # scenarios without a world or a peer → their figures

    def add(self, scenario, world, system, sample):
        systems = self._samples.setdefault((scenario, world), {})
        if sample is not None:
            systems.setdefault(system, []).append(sample)

    def fail(self, scenario, world, system, words):
        self._failures.setdefault((scenario.split(",")[0], world), {})[system] = words

    def figures(self):
        """(scenario, world) → system → Figures, in the order of measuring."""
        return {key: {system: Figures.of(samples) for system, samples in systems.items()} for key, systems in self._samples.items()}

    def failures(self):
        return [(*key, system, words) for key, systems in self._failures.items() for system, words in systems.items()]

    def lines(self):
        """One comparison for each scenario and world, as `make bench-quick` prints it."""
        return [self._line(scenario, world, systems) for (scenario, world), systems in self.figures().items()]

    def _line(self, scenario, world, systems):
        ours = next((figures for system, figures in systems.items() if not system.is_peer), None)
        peers = {system: figures for system, figures in systems.items() if system.is_peer}
        best = min(peers, key=lambda system: peers[system].median_ms, default=None)
        line = {"scenario": scenario, "world": world, "solder_ms": rounded(ours and ours.median_ms), "peer": None, "peer_ms": None, "ratio": None}
        if ours is not None and best is not None:
            line |= {"peer": best.label, "peer_ms": rounded(peers[best].median_ms), "ratio": rounded(ours.median_ms / peers[best].median_ms)}
        else:
            line["reason"] = self._reason(scenario, world)
        for side, figures in (("solder", ours), ("peer", peers.get(best))):
            if figures is not None:
                line |= {f"{side}_{name}": rounded(value) for name, value in details(figures).items() if value is not None}
        return line

    def _reason(self, scenario, world):
        words = [f"{system.label}: {text}" for system, text in self._failures.get((scenario, world), {}).items()]
        if (scenario, world) in self.reasons:
            words.append(self.reasons[(scenario, world)])
        return "; ".join(words) or "nothing was measured"


def details(figures):
    return {"p99_ms": figures.p99_ms, "slowest_ms": figures.slowest_ms if figures.p99_ms is None else None, "cpu_ms": figures.cpu_ms, "memory_mb": figures.memory_mb, "peak_mb": figures.peak_mb,
            "bytes": figures.bytes, **figures.extra}


def rounded(value):
    return value if value is None or isinstance(value, int) else float(f"{value:.4g}")
