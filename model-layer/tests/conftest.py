"""One thread for torch, in the tests and in the commands that they start: on models this small, threads only wait for each other."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
