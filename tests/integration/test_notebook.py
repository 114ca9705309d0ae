"""The notebook of examples/, executed by a kernel: select, table, report, load."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.frameworks, pytest.mark.usefixtures("users_cache")]

NOTEBOOK = Path(__file__).parents[2] / "examples" / "select.ipynb"
NAMES = ("ONNX Runtime", "tract")


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[list[Any]]]:
    """What stands below each cell of code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("FRAMEWATT_CACHE_DIR", raising=False)
        patch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path_factory.mktemp("jupyter")))
        library: Any = nbformat  # which has types for some of its functions
        notebook = library.read(NOTEBOOK, as_version=4)
        where = {"metadata": {"path": str(tmp_path_factory.mktemp("work"))}}
        NotebookClient(notebook, timeout=600, kernel_name="python3", resources=where).execute()
        yield [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]


def shown(cell: list[Any], kind: str = "text/plain") -> str:
    (result,) = (output.data[kind] for output in cell if output.output_type == "execute_result")
    return str(result)


def test_the_selection_shows_its_sentence_and_one_table(outputs: list[list[Any]]) -> None:
    html = shown(outputs[0], "text/html")
    assert html.count("<table>") == 1
    assert all(name in html for name in NAMES)
    assert "<script" not in html
    assert len(shown(outputs[0]).splitlines()) == 1


def test_progress_was_shown_and_is_gone(outputs: list[list[Any]]) -> None:
    (progress,) = (output.data["text/html"] for output in outputs[0] if output.output_type == "display_data")
    assert progress == ""


def test_the_table_is_a_data_frame_with_a_row_for_each_framework(outputs: list[list[Any]]) -> None:
    html = shown(outputs[1], "text/html")
    assert all(name in html for name in NAMES)
    assert "cpu_seconds_per_unit_high" in html


def test_what_was_selected_has_figures_with_their_source(outputs: list[list[Any]]) -> None:
    assert "unit='s/sample', provenance=<Provenance.MEASURED" in shown(outputs[2])


def test_the_report_is_markdown(outputs: list[list[Any]]) -> None:
    (report,) = (output.text for output in outputs[3] if output.output_type == "stream")
    assert report.startswith("**")
    assert "| --" in report


def test_the_run_is_loaded_with_the_same_sentence(outputs: list[list[Any]]) -> None:
    assert shown(outputs[4]) == shown(outputs[0])
