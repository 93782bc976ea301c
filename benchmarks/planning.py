"""Prints what a country's dossiers cost on one process, two and a cluster, from costs that were measured: the table of docs/planning.md.

python -m benchmarks.planning              # the table
python -m benchmarks.planning --measure    # a million dossiers of 3.321 communes on this machine, beside the costs that are used
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Costs:
    """What was measured or is assumed; docs/planning.md says which.

    Args:
        ids: seconds of processor a row for the numbers of the ids.
        twice: seconds of processor a row to find the numbers that stand twice, where they come together.
        count: seconds of processor a row to judge and count it.
        id_bytes: sent a row to find repeated ids.
        file_bytes: of Parquet a row, read twice, for the ids and to count.
        partial_bytes: of a partial as it is sent, at 3.321 communes.
        add: seconds to add one up.
        worker_bytes: of memory a worker.
        ids_held: how many numbers of ids are kept in memory where they come together; more go to disk.
        disk: bytes a second of a disk; network: of a network.
        part_rows: rows of a partial of a cluster: one task, one file.
    """

    ids: float = 0.08e-6
    twice: float = 0.04e-6
    count: float = 0.56e-6
    id_bytes: int = 8
    file_bytes: float = 11.7
    partial_bytes: float = 2.1e6
    add: float = 0.047
    worker_bytes: float = 0.75e9
    ids_held: int = 50_000_000
    disk: float = 500e6
    network: float = 1.25e9
    part_rows: int = 1_000_000


COSTS = Costs()
ROWS = (10**7, 10**8, 10**9)
SETUPS = {"one process": 1, "two processes": 2, "a cluster of 16 cores": 16}


@dataclass(frozen=True)
class Planned:
    """What some rows cost: seconds, and bytes of memory in all, on disk (read, and ids kept meanwhile) and over the network."""

    seconds: float
    memory: float
    disk: float
    network: float


def planned(rows: int, workers: int, costs: Costs = COSTS) -> Planned:
    """Return what rows cost on some workers; more than two are machines, which send what they found.

    Args:
        rows: how many dossiers.
        workers: processes that count, each on a core of its own.
        costs: the costs.
    """
    apart = workers > 2
    partials = math.ceil(rows / costs.part_rows) if apart else workers
    work = rows * (costs.ids + costs.count) / workers
    merging = costs.add * (math.log2(workers) + partials / workers if apart else partials - 1)  # in a tree, or one after the other
    finding = rows * costs.twice / (workers if apart else 1)  # on a cluster each has the numbers with the same first bits
    network = rows * costs.id_bytes + partials * costs.partial_bytes if apart else 0.0
    read = 2 * rows * costs.file_bytes
    kept = rows * costs.id_bytes if rows > costs.ids_held else 0.0
    sending = network / costs.network + (read + 2 * kept) / costs.disk / (workers if apart else 1)
    held = workers * costs.worker_bytes + min(rows, costs.ids_held) * costs.id_bytes
    return Planned(max(work, sending) + finding + merging, held, read + kept, network)


def bytes_text(number: float) -> str:
    """Return bytes as a table shows them, to two digits.

    >>> bytes_text(1_234_000_000), bytes_text(72_000_000), bytes_text(0)
    ('1,2 GB', '72 MB', '–')
    """
    if not number:
        return "–"
    scaled, unit = (number / 1e9, "GB") if number >= 1e9 else (number / 1e6, "MB")
    return f"{_digits(scaled)} {unit}" if scaled < 10 else f"{scaled:.0f} {unit}"


def seconds_text(seconds: float) -> str:
    """Return seconds as a table shows them.

    >>> seconds_text(3.34), seconds_text(334)
    ('3,3 s', '5,6 min')
    """
    return f"{_digits(seconds)} s" if seconds < 100 else f"{_digits(seconds / 60)} min"


def _digits(number: float) -> str:
    """Return a number to two digits, as the pages write it."""
    return f"{number:.2g}".replace(".", ",")


def planning_rows(costs: Costs = COSTS) -> list[tuple[str, ...]]:
    """Return the rows of the table: dossiers, where, time, memory in all, disk, network."""
    found = []
    for rows in ROWS:
        for name, workers in SETUPS.items():
            one = planned(rows, workers, costs)
            cells = (seconds_text(one.seconds), *map(bytes_text, (one.memory, one.disk, one.network)))
            found.append((f"10^{len(str(rows)) - 1}", name, *cells))
    return found


def cost_rows(costs: Costs = COSTS) -> list[tuple[str, str]]:
    """Return each cost as the page shows it: its name and its value."""
    found = []
    for name in Costs.__dataclass_fields__:
        value = getattr(costs, name)
        if name in ("ids", "twice", "count"):
            text = f"{_digits(value * 1e6)} µs a row"
        elif name == "add":
            text = f"{value * 1e3:.2g} ms"
        elif name in ("ids_held", "part_rows"):
            text = f"{value:,}".replace(",", ".") + " rows"
        elif name in ("id_bytes", "file_bytes"):
            text = f"{value:.3g} bytes a row".replace(".", ",")
        else:
            text = bytes_text(value) + (" a second" if name in ("disk", "network") else "")
        found.append((name, text))
    return found


HEADS = ("Dossiers", "On", "Time", "Memory in all", "Disk", "Network")


def measured(rows: int = 1_000_000, communes: int = 3_321) -> dict[str, float]:
    """Return what of the costs this machine has, by name, for dossiers of one year with every column that is counted."""
    import resource  # noqa: PLC0415  only where it is measured
    import time  # noqa: PLC0415
    from datetime import date  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415
    from tempfile import TemporaryDirectory  # noqa: PLC0415

    import numpy as np  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    import cchc_metrics as cm  # noqa: PLC0415
    from cchc_metrics.fold import Partial, id_hashes, repeated, tally_files  # noqa: PLC0415

    rng = np.random.default_rng(1)
    codes = [f"{number:05d}" for number in range(communes)]
    received = np.datetime64("2025-01-01") + rng.integers(0, 365, rows).astype("timedelta64[D]")
    due = received + rng.integers(1, 30, rows).astype("timedelta64[D]")

    def words(*of: str) -> pa.Array:
        return pa.DictionaryArray.from_arrays(rng.integers(0, len(of), rows).astype(np.int32), list(of))

    table = pa.table(
        {
            "dossier_id": [f"H20.38-{number:012d}" for number in rng.permutation(rows).tolist()],
            "unit_code": words(*codes),
            "procedure_code": words(*(f"1.{number:06d}" for number in range(2_000))),
            "field": words(*(f"Lĩnh vực {number}" for number in range(20))),
            "status": words("9", "9", "9", "9", "4"),
            "channel": words("1", "2", "3"),
            "service_level": words("full", "partial"),
            "received_at": received,
            "due_at": due,
            "ended_at": np.maximum(due + rng.integers(-12, 4, rows).astype("timedelta64[D]"), received),
            "postal_out": rng.random(rows) < 0.3,
            "fee_due": rng.random(rows) < 0.5,
            "paid_online": rng.random(rows) < 0.4,
            "digitised": rng.random(rows) < 0.6,
        }
    )
    units = [{"code": "VN", "name": "Cả nước", "level": "province"}]
    units += [{"code": code, "name": f"Xã {code}", "level": "commune", "parent": "VN"} for code in codes]
    data = cm.Dataset(units=units, as_of=date(2025, 12, 31))
    found: dict[str, float] = {}
    sent, numbers = b"", np.zeros(0, dtype=np.uint64)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "part.parquet"
        pq.write_table(table, path, compression="zstd")
        found["file_bytes"] = path.stat().st_size / rows
        ask = data.ask("dossiers", "2025", like=path)
        del table
        least = {"ids": math.inf, "twice": math.inf, "count": math.inf, "add": math.inf}
        for _ in range(3):
            begun = time.process_time()
            numbers = id_hashes(ask, pq.read_table(path, columns=["dossier_id"]))
            least["ids"] = min(least["ids"], (time.process_time() - begun) / rows)
            begun = time.process_time()
            again = repeated([numbers])
            least["twice"] = min(least["twice"], (time.process_time() - begun) / rows)
            asked = ask.with_repeated(again)
            begun = time.process_time()
            partial = tally_files(asked, path)
            least["count"] = min(least["count"], (time.process_time() - begun) / rows)
            sent = partial.to_bytes()
            begun = time.process_time()
            Partial.sum([sent] * 8)
            least["add"] = min(least["add"], (time.process_time() - begun) / 8)
    worker_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0
    return found | least | {"partial_bytes": float(len(sent)), "id_bytes": numbers.nbytes / rows, "worker_bytes": worker_bytes}


def main() -> None:
    """Print the table or, where asked, what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", action="store_true")
    if parser.parse_args().measure:
        for name, value in measured().items():
            print(f"{name:14} {value:12.4g}   used: {getattr(COSTS, name):.4g}")
        return
    for row in (HEADS, *planning_rows()):
        print(" | ".join(row))


if __name__ == "__main__":
    main()
