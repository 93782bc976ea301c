"""Time ``import cchc_metrics`` as a whole process, beside its three dependencies alone and an empty process.

They are run in turn, so that a machine that grows slower slows them alike. Prints medians and the ratios that
matter: how much the package adds to what it stands on, as imported and, since it loads its kinds when they are first
named, with every public name taken. Asserts nothing; read it.

    python benchmarks/import_time.py [ROUNDS]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

PROGRAMS = {
    "an empty process": "pass",
    "numpy, pydantic, dateutil": "import numpy, dateutil\nfrom pydantic import BaseModel",
    "cchc_metrics": "import cchc_metrics",
    "cchc_metrics, every name": "from cchc_metrics import *",
}


def seconds(program: str) -> float:
    """Return the time of one whole process that runs a program."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)  # noqa: S603  (the programs stand above)
    return time.perf_counter() - start


def main(rounds: int) -> None:
    """Run each program in turn for some rounds and print the medians."""
    for program in PROGRAMS.values():  # write and warm the byte code first
        seconds(program)
    times: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(rounds):
        for name, program in PROGRAMS.items():
            times[name].append(seconds(program))
    medians = {name: statistics.median(values) for name, values in times.items()}
    print(f"Python {sys.version.split()[0]}, {rounds} rounds, median of whole processes")
    for name, median in medians.items():
        print(f"{name:<28}{1000 * median:>8.1f} ms   fastest {1000 * min(times[name]):.1f} ms")
    for name in ("cchc_metrics", "cchc_metrics, every name"):
        ratio = medians[name] / medians["numpy, pydantic, dateutil"]
        print(f"ratio to the dependencies alone, {name}: {ratio:.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
