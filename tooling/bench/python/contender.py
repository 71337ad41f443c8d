"""Keras or PyTorch as a contender of `npm run bench`; answers on stdout like src/contenders/answer.mjs.

    python contender.py ORDER keras|torch

ORDER is JSON with the workload's folder and the number of threads.
"""

import importlib
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np


class Workload:
    """A workload as written by writeWorkload (src/workloads.mjs)."""

    def __init__(self, folder):
        folder = Path(folder)
        self.__dict__.update(json.loads((folder / "network.json").read_text()))
        self.shape = self.network["input"]
        self.weights = np.fromfile(folder / "weights.bin", "<f4")
        self.images = np.fromfile(folder / "images.bin", "<f4").reshape([self.batchSize, *self.shape])
        self.labels = np.arange(self.batchSize) % self.classes

    def values(self, node, role):
        """A parameter's values: kernels [height, width, in, out] or [in, out], all others [channels]."""
        place = node["parameters"][role]
        size = int(np.prod(place["shape"]))
        return self.weights[place["offset"] : place["offset"] + size].reshape(place["shape"]).copy()


def send(message):
    print("@" + json.dumps(message), flush=True)


def peak_bytes():
    """The peak memory of this process; on Linux, ru_maxrss would include the parent's."""
    if sys.platform == "linux":
        status = Path("/proc/self/status").read_text()
        return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main():
    order = json.loads(sys.argv[1])
    try:
        contender = importlib.import_module(f"contender_{sys.argv[2]}")
        version, run = contender.open_workload(Workload(order["folder"]), order["threads"])
        send({"version": version})
        for line in sys.stdin:
            if line.strip() != "run":
                break
            start = time.perf_counter()
            result = run()
            milliseconds = 1000 * (time.perf_counter() - start)
            send({"milliseconds": milliseconds, "result": result, "peakBytes": peak_bytes()})
    except Exception as error:
        send({"error": f"{type(error).__name__}: {error}".splitlines()[0]})
        sys.exit(1)


if __name__ == "__main__":
    main()
