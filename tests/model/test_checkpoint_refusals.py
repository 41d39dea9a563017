"""Files that are no checkpoint, damaged, or would run code: one kind of error for all, which says what it is."""

from __future__ import annotations

import errno
import os
import pickle
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from cloformer.model import InputFileError
from cloformer.model.checkpoint import read_checkpoint
from tests.model.checkpoint_files import (
    FORMATS,
    TORCH_FORMATS,
    refusal,
    safetensors_file,
    saved_legacy,
    saved_zip,
    small_weights,
)

one_file_for_all_examples = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)

ONE_FLOAT = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}


class RunsCode:
    """Unpickling it calls ``function(*arguments)``."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.call


class Custom:
    pass


# What a file holds, its name, and what the message must say.
NO_CHECKPOINTS = {
    "empty": (b"", "a.pth", "is empty"),
    "empty safetensors": (b"", "a.safetensors", "is empty"),
    "text": (b"these are not weights\n" * 9, "a.pth", "neither a safetensors file nor a PyTorch checkpoint"),
    "web page": (b"<!DOCTYPE html><html></html>", "a.pth", "neither a safetensors file nor a PyTorch checkpoint"),
    "web page, renamed": (b"<!DOCTYPE html><html></html>", "a.safetensors", "not a readable safetensors file"),
    "random bytes": (bytes(range(255, 0, -1)), "a.pth", "neither a safetensors file nor a PyTorch checkpoint"),
    "plain pickle": (pickle.dumps({"a": 1}, 2), "a.pth", "neither a safetensors file nor a PyTorch checkpoint"),
    "newer pickle": (pickle.dumps({"a": 1}), "a.pth", "neither a safetensors file nor a PyTorch checkpoint"),
    "start of a zip": (b"PK\x03\x04" + b"garbage" * 99, "a.pth", "damaged or truncated"),
    "lists": (saved_zip([small_weights()]), "a.pth", "contains no weights"),
    "one tensor": (saved_zip(torch.zeros(3)), "a.pth", "contains no weights"),
    "nothing": (saved_zip({}), "a.pth", "contains no weights"),
    "no weights": (saved_zip({"model": {}, "epoch": 3}), "a.pth", "contains no weights"),
    "only metadata": (safetensors_file({"__metadata__": {"a": "b"}}), "a.safetensors", "contains no weights"),
    "weights too deep": (saved_zip({"model": {"backbone": small_weights()}}), "a.pth", "contains no weights"),
}

LYING_HEADERS = {
    "longer than the file": struct.pack("<Q", 2**60) + b"{}",
    "not JSON": safetensors_file("{" * 40),
    "not an object": safetensors_file([1, 2]),
    "more data than there is": safetensors_file({"a": ONE_FLOAT | {"shape": [99], "data_offsets": [0, 396]}}, b"1234"),
    "less data than there is": safetensors_file({"a": ONE_FLOAT}, b"12345678"),
    "another shape than its data": safetensors_file({"a": ONE_FLOAT | {"shape": [2]}}, b"1234"),
    "shape beyond 64 bits": safetensors_file({"a": ONE_FLOAT | {"shape": [2**62, 2**62]}}, b"1234"),
    "negative shape": safetensors_file({"a": ONE_FLOAT | {"shape": [-1]}}, b"1234"),
    "unknown dtype": safetensors_file({"a": ONE_FLOAT | {"dtype": "F31"}}, b"1234"),
    "hole": safetensors_file({"a": ONE_FLOAT | {"data_offsets": [4, 8]}}, b"12345678"),
    "overlap": safetensors_file({"a": ONE_FLOAT, "b": ONE_FLOAT}, b"1234"),
}


@pytest.mark.parametrize(("content", "name", "says"), NO_CHECKPOINTS.values(), ids=NO_CHECKPOINTS.keys())
def test_file_of_another_kind(tmp_path: Path, content: bytes, name: str, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert says in refusal(path).problem


@pytest.mark.parametrize("content", LYING_HEADERS.values(), ids=LYING_HEADERS.keys())
def test_safetensors_header_that_lies(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    assert "not a readable safetensors file" in refusal(path).problem


def test_no_file(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "missing.pth").problem
    assert "is a folder" in refusal(tmp_path).problem
    (tmp_path / "folder.safetensors").mkdir()
    assert "is a folder" in refusal(tmp_path / "folder.safetensors").problem
    assert "cannot read" in refusal(tmp_path / ("long" * 99)).problem


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_named_pipe_is_refused_without_waiting_for_a_writer(pth: Path) -> None:
    os.mkfifo(pth)
    assert "is not a file" in refusal(pth).problem


@pytest.mark.parametrize("suffix", FORMATS)
def test_file_that_may_not_be_read(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / f"weights{suffix}"
    path.write_bytes(FORMATS[suffix](small_weights()))
    path.chmod(0)
    if os.access(path, os.R_OK):  # root may read anything

        def denied(self: Path, *_arguments: object) -> None:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))

        monkeypatch.setattr(Path, "open", denied)
    assert "Permission denied" in refusal(path).problem


@pytest.mark.parametrize("suffix", FORMATS)
def test_truncated_anywhere(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"weights{suffix}"
    whole = FORMATS[suffix](small_weights())
    for length in (*range(1, 150), *range(150, len(whole), 7), len(whole) - 1):
        path.write_bytes(whole[:length])
        problem = refusal(path).problem
        assert "contains the Python object" not in problem, length  # a cut name is not a strange object
        if length > 8 or suffix == ".safetensors":
            assert "not a readable safetensors" in problem or "damaged" in problem, length


@one_file_for_all_examples
@given(data=st.data(), suffix=st.sampled_from(sorted(FORMATS)))
def test_changed_bytes_load_or_are_refused(tmp_path: Path, data: st.DataObject, suffix: str) -> None:
    content = bytearray(FORMATS[suffix](small_weights()))
    places = st.integers(0, len(content) - 1)
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=8)):
        content[place] = byte
    path = tmp_path / f"weights{suffix}"
    path.write_bytes(content)
    try:
        loaded = read_checkpoint(path)
    except InputFileError as error:
        assert str(path) in error.problem
        assert error.remedy
    else:
        assert all(isinstance(value, Tensor) for value in loaded.values())


@one_file_for_all_examples
@given(content=st.binary(max_size=80), start=st.sampled_from([b"", b"PK\x03\x04", b"\x80\x02", b"\x80\x02\x8a\n"]))
@pytest.mark.parametrize("name", ["weights.pth", "weights.safetensors"])
def test_noise(tmp_path: Path, name: str, content: bytes, start: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(start + content)
    refusal(path)


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")
def test_zip_archives_that_are_no_checkpoint(tmp_path: Path) -> None:
    archive, program = tmp_path / "a.pth", tmp_path / "b.pt"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("readme.txt", "hello")
    torch.jit.script(nn.Linear(2, 2)).save(str(program))  # type: ignore[no-untyped-call]
    assert "is a zip archive" in refusal(archive).problem
    assert "TorchScript" in refusal(program).problem


@pytest.mark.parametrize("data", [b"", b"garbage", b"\x80\x02}q\x00.", b"\x80\x02K\x00Q.", b"\x80\x02J"])
def test_zip_archive_with_garbage_inside(pth: Path, data: bytes) -> None:
    with zipfile.ZipFile(pth, "w") as file:
        file.writestr("archive/data.pkl", data)
        file.writestr("archive/version", "3\n")
    assert "damaged" in refusal(pth).problem or "contains no weights" in refusal(pth).problem


@pytest.mark.parametrize("save", [*TORCH_FORMATS, lambda content: pickle.dumps(content, 2)])
@pytest.mark.parametrize("beside_weights", [False, True])
def test_code_in_the_file_does_not_run(tmp_path: Path, save: Callable[[object], bytes], beside_weights: bool) -> None:
    marker = tmp_path / "marker"
    attacks: list[tuple[str, RunsCode]] = [
        ("system", RunsCode(os.system, f"touch {marker}")),
        ("eval", RunsCode(eval, f"open({str(marker)!r}, 'w')")),
        ("exec", RunsCode(exec, f"open({str(marker)!r}, 'w')")),
        ("open", RunsCode(open, str(marker), "w")),
        ("mkdir", RunsCode(os.mkdir, str(marker))),
    ]
    for name, attack in attacks:
        path = tmp_path / "weights.pth"
        path.write_bytes(save({"model": small_weights() | {"z": attack}} if beside_weights else attack))
        problem = refusal(path).problem
        assert "which cannot be loaded without running code from the file" in problem
        assert name in problem or "_load_from_bytes" in problem  # what a plain pickle calls for its first tensor
        assert not marker.exists()


def test_attack_is_real(tmp_path: Path) -> None:
    """The files of the test above do run their code where they are loaded without care."""
    marker = tmp_path / "marker"
    path = tmp_path / "weights.pth"
    path.write_bytes(saved_zip({"model": small_weights(), "z": RunsCode(os.mkdir, str(marker))}))
    torch.load(path, weights_only=False)
    assert marker.exists()


@pytest.mark.parametrize("save", TORCH_FORMATS)
@pytest.mark.parametrize(
    ("extra", "named"),
    [(Custom(), "Custom"), (Path("a"), "Path"), (frozenset([1]), "frozenset"), (nn.Linear(2, 2), "Linear")],
)
def test_other_python_objects_are_named(pth: Path, save: Callable[[object], bytes], extra: object, named: str) -> None:
    pth.write_bytes(save({"model": small_weights(), "extra": extra}))
    error = refusal(pth)
    assert named in error.problem
    assert 'torch.save(checkpoint["model"]' in error.remedy


with warnings.catch_warnings(action="ignore"):  # nested tensors are a prototype
    NESTED = torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)])

SPECIAL_TENSORS = {
    "sparse": torch.eye(3).to_sparse(),
    "meta": torch.empty(3, device="meta"),
    "nested": NESTED,
    "petabytes": torch.zeros(1).expand(2**48),
    "petabytes in half precision": torch.zeros(1, dtype=torch.float16).expand(2**48),
}


@pytest.mark.parametrize("value", SPECIAL_TENSORS.values(), ids=SPECIAL_TENSORS.keys())
def test_special_tensor_is_named(pth: Path, value: Tensor) -> None:
    pth.write_bytes(saved_zip(small_weights() | {"head.bias": value}))
    problem = refusal(pth).problem
    assert "'head.bias'" in problem
    assert "special tensor" in problem


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [("epoch", 3, "'epoch' is a int"), (3, torch.zeros(1), "entry 3"), ("head.bias", [0.0], "'head.bias' is a list")],
)
def test_entry_that_is_no_named_tensor(pth: Path, key: object, value: object, says: str) -> None:
    entries: list[tuple[object, object]] = [*small_weights().items(), (key, value)]
    pth.write_bytes(saved_legacy(dict(entries)))
    assert says in refusal(pth).problem
