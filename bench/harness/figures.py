"""Times of one kind as they are printed."""
import statistics


def figures(times):
    times = sorted(times)
    at = max(0, -(-len(times) * 99 // 100) - 1)  # of a hundred the ninety-ninth
    return {"count": len(times), "median": round(statistics.median(times), 2), "p99": round(times[at], 2), "slowest": round(times[-1], 2)}
