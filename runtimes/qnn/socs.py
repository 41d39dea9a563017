"""Snapdragon SoCs of phones, and the capabilities of their NPU (Hexagon Tensor Processor, HTP).

``soc_model``, ``arch`` and ``fp16`` come from the compiler itself: onnxruntime-qnn 2.7.0 (QNN 2.51) compiled a
convolution for each number, and it writes the SoC's name and architecture into its output. ExecuTorch 1.5.1's table
(backends/qualcomm/serialization/qc_schema.py) agrees on all eight SoCs that it lists, and its maintainers also found
that the s and 7 series reject fp16 (pytorch/executorch#22542). The product names are Qualcomm's.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cloformer.model import UsageError

_NO_MIXED_WIDTHS = 68
"""The version of the HTP that fails with a memory error to compile mixed 8 and 16 bits; newer versions compile it."""


@dataclass(frozen=True)
class HtpSoc:
    """A Snapdragon SoC.

    Attributes:
        name: the SoC's model number, which is the value of ``--soc``.
        title: the SoC's product name.
        soc_model: the SoC's number in QNN.
        arch: the version of the HTP's instruction set.
        fp16: whether it can run CloFormer in half precision; every SoC can run A16W8.
    """

    name: str
    title: str
    soc_model: int
    arch: int
    fp16: bool

    @property
    def precisions(self) -> tuple[str, ...]:
        """The precisions in which it can run CloFormer; v68 cannot change from 8 to 16 bits within a graph."""
        return ("a16w8", *(("int8",) if self.arch > _NO_MIXED_WIDTHS else ()), *(("fp16",) if self.fp16 else ()))

    @property
    def backend(self) -> str:
        """The name of its HTP in manifests and reports."""
        return f"htp-v{self.arch}"


HTP_SOCS: Mapping[str, HtpSoc] = MappingProxyType(
    {
        soc.name: soc
        for soc in (
            HtpSoc("sm8850", "Snapdragon 8 Elite Gen 5", 87, 81, fp16=True),
            HtpSoc("sm8845", "Snapdragon 8 Gen 5", 97, 81, fp16=True),
            HtpSoc("sm8750", "Snapdragon 8 Elite", 69, 79, fp16=True),
            HtpSoc("sm8735", "Snapdragon 8s Gen 4", 85, 73, fp16=False),
            HtpSoc("sm8650", "Snapdragon 8 Gen 3", 57, 75, fp16=True),
            HtpSoc("sm8635", "Snapdragon 8s Gen 3", 68, 73, fp16=False),
            HtpSoc("sm8550", "Snapdragon 8 Gen 2", 43, 73, fp16=True),
            HtpSoc("sm8475", "Snapdragon 8+ Gen 1", 42, 69, fp16=True),
            HtpSoc("sm8450", "Snapdragon 8 Gen 1", 36, 69, fp16=True),
            # Supports fp16 operators, but cannot fit this network into its 4 MB of vector memory (QNN error 1002).
            HtpSoc("sm8350", "Snapdragon 888", 30, 68, fp16=False),
            HtpSoc("sm7750", "Snapdragon 7 Gen 4", 86, 73, fp16=False),
            HtpSoc("sm7675", "Snapdragon 7+ Gen 3", 70, 73, fp16=False),
            HtpSoc("sm7635", "Snapdragon 7s Gen 3", 73, 73, fp16=False),
            HtpSoc("sm7550", "Snapdragon 7 Gen 3", 64, 73, fp16=False),
            HtpSoc("sm7475", "Snapdragon 7+ Gen 2", 54, 69, fp16=False),
            HtpSoc("sm7450", "Snapdragon 7 Gen 1", 41, 69, fp16=True),
            HtpSoc("sm7435", "Snapdragon 7s Gen 2", 61, 73, fp16=False),
            HtpSoc("sm7350", "Snapdragon 780G", 32, 68, fp16=False),
            HtpSoc("sm7325", "Snapdragon 778G", 35, 68, fp16=False),
            HtpSoc("sm6450", "Snapdragon 6 Gen 1", 50, 73, fp16=False),
        )
    }
)
"""Model number -> SoC, the newest series first."""

DEFAULT_SOC = "sm8650"


def find_soc(name: str) -> HtpSoc:
    """Return the SoC with this model number or product name, however it is spelled.

    Raises:
        UsageError: there is no such SoC; the message suggests similar ones.
    """
    wanted = _spelling(name)
    spellings = {_spelling(text): soc for soc in HTP_SOCS.values() for text in (soc.name, soc.title)}
    if wanted in spellings:
        return spellings[wanted]
    near = [spellings[text] for text in difflib.get_close_matches(wanted, spellings, n=3, cutoff=0.5)]
    nearest = ", ".join(f"{soc.name} ({soc.title})" for soc in dict.fromkeys(near))
    remedy = f"did you mean {nearest}?" if nearest else f"choose one of {', '.join(HTP_SOCS)}"
    raise UsageError(f"--soc: there is no SoC {name!r}", remedy)


def _spelling(name: str) -> str:
    letters = name.lower().replace("+", "plus").removeprefix("qualcomm ").removeprefix("snapdragon")
    return "".join(letter for letter in letters if letter.isalnum())
