import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from framewatt.metering.choice import choose_meter
from framewatt.metering.host.inspection import inspect_host
from framewatt.plugins.meters import rapl
from framewatt.records import MeterReading, Usage

USAGE = Usage(3, 1, 0)
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


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeTree:
    monkeypatch.setenv("FRAMEWATT_POWERCAP_ROOT", str(tmp_path))
    return FakeTree(tmp_path)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _run(
    tree: FakeTree, watts: float = 50.0, between: Callable[[int], None] = lambda _step: None
) -> MeterReading:
    """Three seconds at `watts`, read every 50 ms; `between` interferes before a step."""
    clock = Clock()
    meter = rapl.RaplMeter(rapl.find_zones(tree.root), clock=clock, polling=False)
    meter.start()
    for step in range(60):
        clock.now += 0.05
        tree.spend(watts / 20, 0.1)
        between(step)
        meter.poll()
    return meter.stop(USAGE)


def test_50_w_for_3_s_across_two_wraps_read_150_j(tree: FakeTree) -> None:
    reading = _run(tree)
    assert reading.invalid is None
    assert reading.joules == {"package-0": pytest.approx(150, rel=0.01), "dram-0": pytest.approx(6, rel=0.01)}


def test_the_polling_thread_sees_every_wrap_of_a_running_tree(tree: FakeTree) -> None:
    meter = choose_meter("rapl", inspect_host())
    done = threading.Event()
    spent = [0.0]

    def run() -> None:
        last = time.monotonic()
        while not done.wait(0.005):
            now = time.monotonic()
            joules, last = 200 * (now - last), now
            spent[0] += joules
            tree.spend(joules)

    writer = threading.Thread(target=run)
    meter.start()
    writer.start()
    opened = time.monotonic()
    while spent[0] <= 2 * tree.range_joules or time.monotonic() < opened + 1.2:
        time.sleep(0.05)
    done.set()
    writer.join()
    reading = meter.stop(USAGE)
    meter.close()
    # A loaded machine may hold the poller back: then the window is invalid, never wrong.
    assert reading.invalid or reading.joules["package-0"] == pytest.approx(spent[0], rel=0.01)


def test_a_reset_makes_the_window_invalid(tree: FakeTree) -> None:
    def reset(step: int) -> None:
        if step == 4:  # at 0.4 of the range: falling to zero is no wrap
            tree.joules["package-0"] = 0.0
            tree.write()

    tree.joules["package-0"] = 20.0
    tree.write()
    reading = _run(tree, between=reset)
    assert reading.invalid is not None
    assert "reset" in reading.invalid
    assert "package-0" not in reading.joules


def test_a_zone_that_vanishes_makes_the_window_invalid(tree: FakeTree) -> None:
    def vanish(step: int) -> None:
        if step == 20:
            shutil.rmtree(tree.root / "intel-rapl:0:1")

    reading = _run(tree, between=vanish)
    assert reading.invalid is not None
    assert "dram-0" in reading.faults
    assert reading.joules == {"package-0": pytest.approx(150, rel=0.01)}


@pytest.mark.parametrize("text", ["", "garbage", "-5", "99999999999999"])
def test_garbage_is_never_energy(tree: FakeTree, text: str) -> None:
    def spoil(step: int) -> None:
        if step == 20:
            (tree.root / "intel-rapl:0" / "energy_uj").write_text(text)

    reading = _run(tree, between=spoil)
    assert reading.invalid is not None
    assert "package-0" not in reading.joules


def test_a_poll_that_came_too_late_makes_the_window_invalid(tree: FakeTree) -> None:
    clock = Clock()
    meter = rapl.RaplMeter(rapl.find_zones(tree.root), clock=clock, polling=False)
    meter.start()
    clock.now += 3
    tree.spend(150)
    reading = meter.stop(USAGE)
    assert reading.invalid is not None
    assert "wrapped unseen" in reading.invalid


def test_a_window_under_a_second_is_refused(tree: FakeTree) -> None:
    meter = rapl.RaplMeter(rapl.find_zones(tree.root), clock=Clock(), polling=False)
    meter.start()
    assert "shorter than 1 s" in str(meter.stop(USAGE).invalid)


def test_two_sockets_are_summed_and_dies_of_one_counter_count_once(tmp_path: Path) -> None:
    tree = FakeTree(tmp_path)
    for folder, name in (("intel-rapl:2", "package-1-die-0"), ("intel-rapl:3", "package-1-die-1")):
        shutil.copytree(tree.root / "intel-rapl:0", tmp_path / folder)
        (tmp_path / folder / "name").write_text(name)
    assert [zone.domain for zone in rapl.find_zones(tmp_path)] == ["dram-0", "package-0", "package-1-die-0"]


def test_zones_inside_one_another_are_found_as_well_as_side_by_side(tmp_path: Path) -> None:
    (tmp_path / "flat").mkdir()
    flat, nested = FakeTree(tmp_path / "flat"), tmp_path / "nested" / "intel-rapl"
    shutil.copytree(flat.root / "intel-rapl:0", nested / "intel-rapl:0")
    shutil.copytree(flat.root / "intel-rapl:0:1", nested / "intel-rapl:0" / "intel-rapl:0:1")
    found = rapl.find_zones(tmp_path / "nested")
    assert [zone.domain for zone in found] == ["dram-0", "package-0"]
    assert [zone.domain for zone in rapl.find_zones(flat.root)] == ["dram-0", "package-0"]


@pytest.mark.parametrize(("limit", "most"), [("125000000", 250.0), ("0", 1000.0), ("", 1000.0)])
def test_a_declared_power_limit_says_how_fast_a_zone_may_wrap(
    tree: FakeTree, limit: str, most: float
) -> None:
    (tree.root / "intel-rapl:0" / "constraint_0_max_power_uw").write_text(limit)
    package = next(zone for zone in rapl.find_zones(tree.root) if zone.domain == "package-0")
    assert package.most_watts == most


def test_permission_denied_names_the_remedy(tree: FakeTree) -> None:
    if os.geteuid() != 0:
        (tree.root / "intel-rapl:0" / "energy_uj").chmod(0)
        refusal = rapl.unavailable(inspect_host())
    else:  # root may read anything: look through another user's eyes
        for path in (tree.root, *tree.root.parents):
            if path.stat().st_uid == 0 and path != Path(path.anchor) and "pytest" in str(path):
                path.chmod(0o755)
        (tree.root / "intel-rapl:0" / "energy_uj").chmod(0)
        pid = os.fork()
        if pid == 0:
            os.setuid(65534)
            found = rapl.unavailable(inspect_host())
            os._exit(0 if found and "permission denied" in found[0] and "udev" in found[1] else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        return
    assert refusal is not None
    assert "permission denied" in refusal[0]
    assert "udev" in refusal[1]


def test_no_tree_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAMEWATT_POWERCAP_ROOT", str(tmp_path / "none"))
    refusal = rapl.unavailable(inspect_host())
    assert refusal is not None
    assert "no powercap tree" in refusal[0]


def test_the_counter_is_chosen_by_itself_where_it_works(tree: FakeTree) -> None:
    assert tree.root
    assert choose_meter(None, inspect_host()).description.name == "rapl"
