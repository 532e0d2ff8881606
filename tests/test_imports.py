"""What sampling from Python loads: nothing that only training, pages or measurements need."""

import subprocess
import sys

LOADED = """
import sys
import in2in.pipeline
print([name for name in sys.modules if name.startswith(("in2in.export", "in2in.bench", "lightning"))])
"""


def test_sampling_loads_neither_lightning_nor_exporters_nor_the_bench() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
