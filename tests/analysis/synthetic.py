"""Records with known answers, made by hand."""

import numpy as np

from alloycoat.record import CyclingRecord


def square(
    n=40, *, current=1e-3, volts=0.05, half=3600.0, step=60.0, start=-1, zero=0.0, spike=0.0, noise=0.0, rest=0.0,
    seed=0, **fields,
):  # fmt: skip
    """`n` half-cycles of constant current; `volts` one number or one a half-cycle; both ends are recorded."""
    rng = np.random.default_rng(seed)
    level = np.broadcast_to(volts, (n,))
    times, currents, voltages, now = [], [], [], zero
    for k in range(n):
        sign = start * (-1) ** k
        inside = np.arange(0, half + step / 2, step)
        shape = level[k] + spike * np.exp(-inside / 120) + noise * rng.normal(size=inside.size)
        times.append(now + inside)
        currents.append(np.full(inside.size, sign * current))
        voltages.append(sign * shape)
        now += half
        if rest:
            times.append(now + np.array([0.1, rest / 2, rest - 0.1]))
            currents.append(np.zeros(3))
            voltages.append(np.zeros(3))
            now += rest
    return CyclingRecord(np.concatenate(times), np.concatenate(currents), np.concatenate(voltages), **fields)


def glue(*parts, gap=0.0):
    """Records one after another, each moved behind the one before."""
    times, now = [], 0.0
    for part in parts:
        times.append(part.time_s - part.time_s[0] + now)
        now = times[-1][-1] + gap
    return CyclingRecord(
        np.concatenate(times),
        np.concatenate([part.current_A for part in parts]),
        np.concatenate([part.voltage_V for part in parts]),
    )


def half_cell(n=20, *, efficiency=0.97, cut_off=1.0, plate_first=True):
    """A|Cu: plate for an hour, strip to a cut-off."""
    times, currents, voltages, now = [], [], [], 0.0
    order = [-1, 1] * n if plate_first else [1, *([-1, 1] * n)]
    for sign in order:
        length = 3600.0 if sign < 0 else 3600.0 * efficiency
        inside = np.append(np.arange(0, length - 1, 60.0), length)
        shape = np.full(inside.size, 0.03)
        if sign > 0:
            shape[-2:] = 0.2 * cut_off, cut_off
        times.append(now + inside)
        currents.append(np.full(inside.size, sign * 1e-3))
        voltages.append(sign * shape)
        now += length
    return CyclingRecord(np.concatenate(times), np.concatenate(currents), np.concatenate(voltages))


def full_cell(n=20, *, fade=1.0, efficiency=1.0, discharge_first=False, hold=True):
    """A|positive between 3.3 and 4.2 V, charge with a voltage hold."""
    times, currents, voltages, now, size = [], [], [], 0.0, 3600.0
    order = [k % 2 == (0 if discharge_first else 1) for k in range(2 * n)]
    for discharge in order:
        if discharge:
            x = np.linspace(0, size * (efficiency if not discharge_first else 1), 61)
            rows = [(x, np.full(61, -1e-3), 4.1 - 0.8 * x / x[-1])]
            if not discharge_first:
                size *= fade
        else:
            x = np.linspace(0, size * (efficiency if discharge_first else 1) * (0.8 if hold else 1), 61)
            rows = [(x, np.full(61, 1e-3), 3.5 + 0.7 * x / x[-1])]
            if hold:  # the remaining fifth of the charge, exponentially
                y = np.linspace(0, 12, 241)
                scale = 0.2 * size * (efficiency if discharge_first else 1) / (1 - np.exp(-12))
                rows.append((x[-1] + y * scale, 1e-3 * np.exp(-y), np.full(y.size, 4.2)))
        for when, current, volts in rows:
            times.append(now + when)
            currents.append(current)
            voltages.append(volts)
        now = times[-1][-1]
        if discharge and discharge_first:
            size *= fade
    return CyclingRecord(np.concatenate(times), np.concatenate(currents), np.concatenate(voltages))
