"""The table: results as Markdown, and its place in the README between two comments."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- measured: written by `make bench` -->", "<!-- /measured -->"
_RIVALS = ("pyvips", "Pillow", "thumbor", "ipx")
_BESIDE = ("thumbor", "ipx")
_SHOWN = ("renderer", *_RIVALS)
_NOTHING = "–"
_WIDTH = 118


def write_table(results: dict[str, Any]) -> str:
    """Return the README's part, without its comments."""
    parts = []
    if "race" in results:
        parts += [_write_race(results["race"])]
    writers = (_write_peaks, _write_hop, _write_memory, _write_giants, _write_mezzanine, _write_lists)
    if lines := [line for write in writers for line in write(results)]:
        parts += ["\n".join(textwrap.fill(line, _WIDTH, subsequent_indent="  ") for line in lines)]
    if "presets" in results:
        parts += [_write_presets(results["presets"]["figures"])]
    if "race" in results:
        parts += [textwrap.fill(_write_circumstances(results["race"]), _WIDTH)]
    return "\n\n".join(parts) + "\n"


def find_table(readme: str) -> str:
    """Return what stands between the comments. Raises ValueError when one is missing."""
    return readme[slice(*_find_place(readme))]


def put_into_readme(table: str) -> None:
    """Write the table between the comments."""
    text = README.read_text(encoding="utf-8")
    begin, end = _find_place(text)
    README.write_text(text[:begin] + table + text[end:], encoding="utf-8")


def _find_place(readme: str) -> tuple[int, int]:
    return readme.index(BEGIN) + len(BEGIN) + 1, readme.index(END)


def _write_race(section: dict[str, Any]) -> str:
    heading = ["picture", "to", "ms, p50 / p95", *(f"{name} ×" for name in _RIVALS), "kB", "SSIM"]
    rows = [heading, ["---"] * 2 + ["---:"] * (len(heading) - 2)]
    for picture, entry in section["figures"]["pictures"].items():
        for format_name, cell in entry["formats"].items():
            ours = cell["renderer"]
            rows.append(
                [
                    picture,
                    format_name,
                    f"{ours['p50_ms']:.0f} / {ours['p95_ms']:.0f}",
                    *(_write_ratio(cell.get(name)) for name in _RIVALS),
                    " / ".join(_write_figure(cell.get(name), "bytes") for name in ("renderer", *_BESIDE)),
                    " / ".join(_write_figure(cell.get(name), "ssim") for name in ("renderer", *_BESIDE)),
                ]
            )
            picture = ""
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _write_ratio(cell: dict[str, Any] | None) -> str:
    if cell is None or "absent" in cell:
        return _NOTHING
    low, median, high = cell["ratio"]
    return f"**{median:.2f}** ({low:.2f}–{high:.2f})"


def _write_figure(cell: dict[str, Any] | None, name: str) -> str:
    if cell is None or "absent" in cell:
        return _NOTHING
    return f"{cell[name] / 1000:.0f}" if name == "bytes" else f"{cell[name]:.3f}"


def _write_peaks(results: dict[str, Any]) -> list[str]:
    if "race" not in results:
        return []
    entries = [entry["peak_mb"] for entry in results["race"]["figures"]["pictures"].values()]
    peaks = {name: max(entry[name] for entry in entries if name in entry) for name in entries[0]}
    line = "- Most memory, all processes together (pages that two share count twice): "
    return [line + ", ".join(f"{name} {peak} MB" for name, peak in peaks.items() if name in _SHOWN) + "."]


def _write_hop(results: dict[str, Any]) -> list[str]:
    if "hop" not in results:
        return []
    descriptor, carried = (results["hop"]["figures"][name] for name in ("descriptor", "bytes_2_mb"))
    line = f"- The hop into the cage: {descriptor['p50_ms']} ms by descriptor (p95 {descriptor['p95_ms']}), "
    return [line + f"{carried['p50_ms']} ms with 2 MB of bytes (p95 {carried['p95_ms']})."]


def _write_memory(results: dict[str, Any]) -> list[str]:
    if "memory" not in results:
        return []
    figures = results["memory"]["figures"]
    low, high = figures["settled_mb"]
    line = f"- One worker after {figures['renders']:,} mixed renders, never replaced: {figures['end_mb']} MB "
    return [line + f"({low} to {high} on the way), {figures['slope_mb_per_1000']:+} MB per 1,000."]


def _write_giants(results: dict[str, Any]) -> list[str]:
    if "giants" not in results:
        return []
    kinds = (
        f"{kind} {entry['peak_mb']:,} MB, {entry['seconds']} s" if "peak_mb" in entry else f"{kind} refused"
        for kind, entry in results["giants"]["figures"].items()
    )
    return [f"- 100 megapixels to a thumbnail, peak memory: {'; '.join(kinds)}."]


def _write_mezzanine(results: dict[str, Any]) -> list[str]:
    if "mezzanine" not in results:
        return []
    kinds = (
        f"{kind} {entry['ms']} ms instead of {entry['direct_ms']:,} ({entry['ratio']} ×), made in "
        f"{entry['make_ms']:,}"
        for kind, entry in results["mezzanine"]["figures"].items()
    )
    effort = results["mezzanine"]["effort"]
    return [f"- A thumbnail from the mezzanine ({effort} run): {'; '.join(kinds)}."]


def _write_lists(results: dict[str, Any]) -> list[str]:
    if "lists" not in results:
        return []
    figures = results["lists"]["figures"]
    requests = "; ".join(
        f"{name} {each['p50_ms']:.0f} ({each['p95_ms']:.0f})" for name, each in figures["requests"].items()
    )
    whose = f"- The API's lists of {figures['images']:,} images, pages of {figures['page']}"
    return [f"{whose}, ms at the median (p95): {requests}."]


def _write_presets(figures: dict[str, Any]) -> str:
    rows = ["| | quick: ms, kB | small: ms, kB | small, looking the same |", "| --- | ---: | ---: | ---: |"]
    for name, made in figures.items():
        quick, small = made["quick"], made["small"]
        equal = small.get("bytes_at_quicks_score", small["bytes"])
        rows.append(
            f"| {name} | {quick['ms']:.0f}, {quick['bytes'] / 1000:.1f} "
            f"| {small['ms']:.0f}, {small['bytes'] / 1000:.1f} | {equal / quick['bytes'] - 1:+.0%} bytes |"
        )
    return "\n".join(rows)


def _write_circumstances(section: dict[str, Any]) -> str:
    machine, figures = section["machine"], section["figures"]
    idle = ", ".join(f"{name} {ms:.1f} ms" for name, ms in figures["idle_milliseconds"].items())
    rivals = ", ".join(figures["rivals"].values())
    return (
        f"{section['measured_on']}, {section['effort']} run of {figures['rounds']} rounds: "
        f"{machine['processor']}, {machine['system']}, Python {machine['python']}, libvips "
        f"{machine['libvips']}, Pillow {machine['pillow']}; {rivals}. "
        f"An HTTP answer without a picture: {idle}."
    )
