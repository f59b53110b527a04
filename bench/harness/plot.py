"""The medians as bars on a logarithmic scale, drawn as SVG by hand: no plotting library is needed."""
import html
import math

WIDTH, LABELS, BAR, GAP, TOP = 1000, 420, 16, 26, 34
COLOURS = {"solder": "#0b7a75", "snapshot": "#c8553d", "linear": "#e9a23b"}


def groups(results):
    for (scenario, world), systems in results.figures().items():
        if systems:
            yield f"{scenario}  ({world})", [(system, figures.median_ms) for system, figures in systems.items()]


def text(x, y, words, anchor="start", weight="normal", size=12, colour="#222"):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}" fill="{colour}">{html.escape(words)}</text>'


def plot(results):
    shown = list(groups(results))
    times = [max(time, 1e-3) for _, bars in shown for _, time in bars] or [1.0]
    low, high = math.floor(math.log10(min(times))), max(math.ceil(math.log10(max(times))), math.floor(math.log10(min(times))) + 1)
    height = TOP + sum(GAP + BAR * len(bars) for _, bars in shown) + 30

    def x(time):
        return LABELS + (math.log10(max(time, 1e-3)) - low) / (high - low) * (WIDTH - LABELS - 90)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" font-family="sans-serif">',
           f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>', text(10, 20, "Medians in milliseconds, logarithmic; shorter is better", weight="bold", size=14)]
    for power in range(low, high + 1):
        out.append(f'<line x1="{x(10.0 ** power):.1f}" x2="{x(10.0 ** power):.1f}" y1="{TOP}" y2="{height - 24}" stroke="#dddddd"/>')
        out.append(text(x(10.0 ** power), height - 8, f"{10.0 ** power:g} ms", "middle", colour="#555"))
    y = TOP
    for title, bars in shown:
        y += GAP
        out.append(text(10, y - 7, title, weight="bold"))
        for system, time in bars:
            out.append(text(LABELS - 8, y + BAR - 4, system.label.replace("go-control-plane v0.14.0", "go-control-plane"), "end", size=11))
            out.append(f'<rect x="{LABELS}" y="{y + 2}" width="{max(x(time) - LABELS, 1):.1f}" height="{BAR - 4}" fill="{COLOURS[system.server]}"/>')
            out.append(text(max(x(time), LABELS + 1) + 5, y + BAR - 4, f"{time:,.0f}" if time >= 100 else f"{time:.3g}", size=11))
            y += BAR
    return "\n".join([*out, "</svg>", ""])
