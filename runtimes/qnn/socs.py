"""Snapdragon SoCs of phones, and what their NPU (Hexagon Tensor Processor, HTP) is.

``soc_model``, ``arch`` and ``fp16`` are what the compiler itself says: onnxruntime-qnn 2.7.0 (QNN 2.51) was asked to
compile a convolution for each number, and it writes the SoC's name and architecture into what it makes. ExecuTorch
1.5.1's table (backends/qualcomm/serialization/qc_schema.py) agrees on each of the eight that it has, and its
maintainers met the same refusal of fp16 on the s and 7 series (pytorch/executorch#22542). Names of products are
Qualcomm's.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cloformer.model import UsageError

_NO_MIXED_WIDTHS = 68
"""Version of the HTP that refuses, with a memory error, what newer ones compile."""


@dataclass(frozen=True)
class HtpSoc:
    """An SoC.

    Attributes:
        name: what ``--soc`` calls it: its model number.
        title: what it is sold as.
        soc_model: its number in QNN.
        arch: version of its HTP's instruction set.
        fp16: whether it computes CloFormer in half precision; all of them compute A16W8.
    """

    name: str
    title: str
    soc_model: int
    arch: int
    fp16: bool

    @property
    def precisions(self) -> tuple[str, ...]:
        """Which it computes CloFormer in; v68 cannot go from 8 to 16 bits within a graph."""
        return ("a16w8", *(("int8",) if self.arch > _NO_MIXED_WIDTHS else ()), *(("fp16",) if self.fp16 else ()))

    @property
    def backend(self) -> str:
        """What manifests and reports call its HTP."""
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
            # Takes operators in fp16, but cannot lay this network out in its 4 MB of vector memory (QNN error 1002).
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
"""Every SoC by name, the newest series first."""

DEFAULT_SOC = "sm8650"


def find_soc(name: str) -> HtpSoc:
    """Return the SoC with this model number or product name, however it is spelled.

    Raises:
        UsageError: there is none; suggests the nearest.
    """
    wanted = _spelling(name)
    spellings = {_spelling(text): soc for soc in HTP_SOCS.values() for text in (soc.name, soc.title)}
    if wanted in spellings:
        return spellings[wanted]
    near = [spellings[text] for text in difflib.get_close_matches(wanted, spellings, n=3, cutoff=0.5)]
    nearest = ", ".join(f"{soc.name} ({soc.title})" for soc in dict.fromkeys(near))
    remedy = f"did you mean {nearest}?" if nearest else f"choose one of {', '.join(HTP_SOCS)}"
    raise UsageError(f"--soc: no SoC {name!r} is known", remedy)


def _spelling(name: str) -> str:
    letters = name.lower().replace("+", "plus").removeprefix("qualcomm ").removeprefix("snapdragon")
    return "".join(letter for letter in letters if letter.isalnum())
