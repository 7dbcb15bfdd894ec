"""Neware's layered export: rows of cycles, of steps and of records in one text, told apart by leading commas."""

from __future__ import annotations

from alloycoat.cyclers.text import split_lines


def flatten(text: str) -> tuple[str, list[str]] | None:
    """The text with one row a record, cycle and step written into each; None where it is not layered."""
    first, _, rest = text.lstrip("\ufeff").partition("\n")
    second, _, rest = rest.partition("\n")
    third = rest.partition("\n")[0]
    if not (first[:1] not in {",", "", "\t"} and second[:1] in {",", "\t"} and third[:2] in {",,", "\t\t"}):
        return None
    separator = second[:1]
    heads = [[name.strip() for name in line.strip("\r\n").split(separator)] for line in (first, second, third)]
    if "step" not in second.lower() and "工步" not in second:
        return None
    kind = next((k for k, name in enumerate(heads[1]) if name.lower() in {"step type", "工步类型"}), None)
    number = next((k for k, name in enumerate(heads[1]) if name.lower() in {"step index", "工步号", "工步序号"}), None)
    cycle, step, state, dropped = "", "", "", 0
    out = [separator.join(["Cycle Index", "Step Index", "Step Type", *heads[2][2:]])]
    width = len(heads[0])
    for line in split_lines(text)[3:]:
        if line.startswith(separator * 2):
            out.append(separator.join((cycle, step, state)) + line[1:])
            continue
        cells = line.split(separator)
        if not line.startswith(separator):
            cycle = cells[0].strip()
            if len(cells) <= width:
                continue
            cells = ["", *cells[width:]]  # the first step stands behind the first cycle in the same row
        if len(cells) < 3:
            dropped += 1
            continue
        step = cells[number].strip() if number is not None and number < len(cells) else step
        state = cells[kind].strip() if kind is not None and kind < len(cells) else ""
    notes = ["the export is layered: rows of cycles and steps were written into the rows of records"]
    if dropped:
        notes.append(f"{dropped} rows of no layer were left out")
    ending = "\n" if text.endswith(("\n", "\r")) else ""
    return "\n".join(out) + ending, notes
