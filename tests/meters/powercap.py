"""A powercap-shaped tree that stands in for a machine's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MICRO = 1_000_000


class FakeTree:
    """One socket with dram, and the decoys of real machines: psys, core, and an MMIO copy of the package."""

    def __init__(self, root: Path, range_joules: float = 70.0, start_joules: float = 60.0) -> None:
        self.root, self.range_joules = root, range_joules
        self.joules = {"package-0": start_joules, "dram": 5.0}
        self._zone("intel-rapl:0", "package-0")
        self._zone("intel-rapl:0:0", "core")
        self._zone("intel-rapl:0:1", "dram")
        self._zone("intel-rapl:1", "psys")
        self._zone("intel-rapl-mmio:0", "package-0")
        (root / "intel-rapl").mkdir()
        self.write()

    def spend(self, package: float, dram: float = 0.0) -> None:
        """Advance the counters by some J, wrapping as the hardware does."""
        self.joules["package-0"] += package
        self.joules["dram"] += dram
        self.write()

    def write(self) -> None:
        """Show the counters; decoys move too."""
        package = self.joules["package-0"] % self.range_joules
        dram = self.joules["dram"] % self.range_joules
        shown = {
            "intel-rapl:0": package,
            "intel-rapl:0:0": package / 2,
            "intel-rapl:0:1": dram,
            "intel-rapl:1": (package * 1.5) % self.range_joules,
            "intel-rapl-mmio:0": package,
        }
        for folder, joules in shown.items():
            if (self.root / folder).is_dir():
                (self.root / folder / "energy_uj").write_text(f"{round(joules * MICRO)}\n")

    def _zone(self, folder: str, name: str) -> None:
        (self.root / folder).mkdir()
        (self.root / folder / "name").write_text(f"{name}\n")
        (self.root / folder / "max_energy_range_uj").write_text(f"{round(self.range_joules * MICRO)}\n")
