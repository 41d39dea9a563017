"""Rendering the document as one self-contained HTML page and as Markdown."""

from __future__ import annotations

import re

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cloformer.benchmarks.records import Measurement

from .charts import accuracy_against_latency, draw_branch_spectra, latency_against_multiply_adds
from .counts import WHY_MORE
from .document import Document
from .settings import MILLISECOND, Setting


def report_as_html(document: Document) -> str:
    """Return the HTML page, which contains its styles and drawings and no scripts."""
    sections = [(setting, _drawings(setting)) for setting in document.settings]
    spectra = Markup(draw_branch_spectra(document.spectra)) if document.spectra else None
    return (
        _environment(escape=True)
        .get_template("page.html")
        .render(document=document, sections=sections, spectra=spectra, why_more=WHY_MORE)
    )


def report_as_markdown(document: Document) -> str:
    """Return the page in Markdown, without the drawings."""
    text = _environment(escape=False).get_template("page.md").render(document=document, why_more=WHY_MORE)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _drawings(setting: Setting) -> list[Markup]:
    drawn = [accuracy_against_latency(setting), latency_against_multiply_adds(setting)]
    return [Markup(svg) for svg in drawn if svg]


def _environment(*, escape: bool) -> Environment:
    environment = Environment(
        loader=PackageLoader("cloformer.benchmarks.report"),
        autoescape=escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "anchor": _anchor,
        "ms": lambda nanoseconds: f"{nanoseconds / MILLISECOND:.2f}",
        "percent": lambda share: f"{100 * share:.0f} %",
        "two": lambda value: "" if value is None else f"{value:.2f}",
        "mb": lambda count: f"{count / 1e6:.1f}",
        "memory": _memory,
        "loads": _loads,
        "delegation": _delegation,
        "remark": _remark,
        "cell": lambda text: str(text).replace("|", "\\|").replace("<", "&lt;").replace("\n", " "),
    }
    return environment


def _anchor(case: str) -> str:
    return "case-" + re.sub(r"[^a-z0-9]+", "-", case.lower()).strip("-")


def _memory(record: Measurement) -> str:
    memory = record.memory
    return f"{(memory.peak_bytes - memory.before_bytes) / 2**20:.0f}" if memory else ""


def _loads(record: Measurement) -> str:
    loads = [repeat.load for repeat in record.repeats]
    cold, warm = min(load.cold_ns for load in loads), min(load.warm_ns for load in loads)
    return f"{cold / MILLISECOND:.0f} / {warm / MILLISECOND:.0f}"


def _delegation(record: Measurement) -> str:
    found = record.artifact.delegation
    if found is None:
        return ""
    pieces = f"{found.partitions} piece{'s' * (found.partitions != 1)}: " if found.partitions is not None else ""
    return pieces + ", ".join(f"{name} {count}" for name, count in found.operators.items())


def _remark(record: Measurement) -> str:
    if record.throttled:
        return "throttled"
    return "busy machine" if record.disturbed else ""
