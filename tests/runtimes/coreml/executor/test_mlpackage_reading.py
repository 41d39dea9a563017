from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import coremltools as ct
import numpy as np
import pytest
from coremltools.converters.mil import Builder as mb  # noqa: N813 - coremltools' own abbreviation
from coremltools.models.neural_network import NeuralNetworkBuilder

from cloformer.runtimes.coreml.executor import (
    CoreMLExecutorError,
    CoreMLProgram,
    InvalidInput,
    InvalidPackage,
    UnknownValue,
    UnsupportedOperator,
    load_program,
)
from tests.runtimes.coreml.executor.mil_programs import Var, floats, save

WEIGHT = floats(8, 4, 3, 3)


def _network(x: Var) -> Var:
    return mb.relu(x=mb.conv(x=x, weight=WEIGHT, bias=floats(8, seed=1), name="first"), name="second")


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(_network, [floats(1, 4, 5, 5)], tmp_path_factory.mktemp("intact") / "model.mlpackage")


@pytest.fixture
def package(intact: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(intact, tmp_path / "model.mlpackage"))


def _data(package: Path, name: str) -> Path:
    return package / "Data" / "com.apple.CoreML" / name


def _cut(path: Path, keep: Callable[[int], int]) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: keep(len(content))])


DAMAGE: dict[str, Callable[[Path], object]] = {
    "no manifest": lambda p: (p / "Manifest.json").unlink(),
    "empty manifest": lambda p: (p / "Manifest.json").write_text(""),
    "manifest of something else": lambda p: (p / "Manifest.json").write_text(json.dumps({"a": 1})),
    "no model": lambda p: _data(p, "model.mlmodel").unlink(),
    "half a model": lambda p: _cut(_data(p, "model.mlmodel"), lambda size: size // 2),
    "empty model": lambda p: _cut(_data(p, "model.mlmodel"), lambda size: 0),
    "model of garbage": lambda p: _data(p, "model.mlmodel").write_bytes(b"garbage" * 50),
    "no weights": lambda p: shutil.rmtree(_data(p, "weights")),
    "empty weights": lambda p: _cut(_data(p, "weights/weight.bin"), lambda size: 0),
    "half the weights": lambda p: _cut(_data(p, "weights/weight.bin"), lambda size: size // 2),
    "weights without their end": lambda p: _cut(_data(p, "weights/weight.bin"), lambda size: size - 4),
    "weights of garbage": lambda p: _data(p, "weights/weight.bin").write_bytes(b"\x07" * 4096),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_package_is_refused(name: str, package: Path) -> None:
    DAMAGE[name](package)
    with pytest.raises(InvalidPackage, match=r"model\.mlpackage"):
        load_program(package)


def test_an_intact_package_gives_its_function_and_description(intact: Path) -> None:
    program = load_program(intact)
    assert [operation.op_type for operation in program.function.operations][-2:] == ["conv", "relu"]
    assert [feature.name for feature in program.description.input] == ["x0"]


def test_a_missing_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidPackage, match="does not exist"):
        load_program(tmp_path / "absent.mlpackage")


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.mlmodel").write_bytes(b"something")
    with pytest.raises(InvalidPackage, match=r"not an \.mlpackage"):
        load_program(tmp_path / "model.mlmodel")


def test_a_neural_network_is_refused(tmp_path: Path) -> None:
    builder = NeuralNetworkBuilder(
        [("x", ct.models.datatypes.Array(3))],
        [("y", ct.models.datatypes.Array(3))],
        disable_rank5_shape_mapping=True,
    )
    builder.add_activation("relu", "RELU", "x", "y")
    ct.models.MLModel(builder.spec, skip_model_load=True).save(str(tmp_path / "network.mlpackage"))
    with pytest.raises(InvalidPackage, match="neuralNetwork"):
        load_program(tmp_path / "network.mlpackage")


def test_every_unsupported_operator_is_named_before_anything_runs(tmp_path: Path) -> None:
    def build(x: Var) -> Var:
        noise = mb.random_normal(shape=[1, 3], name="noise")
        more = mb.random_uniform(shape=[1, 3], name="more_noise")
        branch = mb.cond(
            pred=mb.greater(x=mb.reduce_sum(x=x), y=0.0),
            _true_fn=lambda: mb.add(x=noise, y=mb.random_normal(shape=[1, 3], name="inner_noise")),
            _false_fn=lambda: mb.identity(x=more),
            name="choice",
        )
        return mb.add(x=x, y=branch)

    path = save(build, [floats(1, 3)], tmp_path / "random.mlpackage")
    with pytest.raises(UnsupportedOperator, match="random_normal") as caught:
        CoreMLProgram(path)
    assert caught.value.operators == {
        "random_normal": ("noise", "inner_noise"),
        "random_uniform": ("more_noise",),
        "cond": ("choice",),
    }


def test_main_is_taken_of_several_functions(intact: Path, tmp_path: Path) -> None:
    other = save(lambda x: mb.square(x=x), [floats(2)], tmp_path / "other.mlpackage")
    functions = ct.utils.MultiFunctionDescriptor()
    functions.add_function(str(intact), "main", "main")
    functions.add_function(str(other), "main", "square")
    functions.default_function_name = "main"
    ct.utils.save_multifunction(functions, str(tmp_path / "both.mlpackage"))
    x = floats(1, 4, 5, 5)
    (both,) = CoreMLProgram(tmp_path / "both.mlpackage").run({"x0": x}).values()
    (alone,) = CoreMLProgram(intact).run({"x0": x}).values()
    np.testing.assert_array_equal(both, alone)


def test_functions_without_main_are_refused(intact: Path, tmp_path: Path) -> None:
    functions = ct.utils.MultiFunctionDescriptor()
    functions.add_function(str(intact), "main", "one")
    functions.add_function(str(intact), "main", "two")
    functions.default_function_name = "two"
    ct.utils.save_multifunction(functions, str(tmp_path / "two.mlpackage"))
    with pytest.raises(InvalidPackage, match="one, two"):
        load_program(tmp_path / "two.mlpackage")


WRONG_INPUTS: dict[str, tuple[dict[str, np.ndarray], str]] = {
    "no input": ({}, "x0"),
    "another name": ({"image": floats(1, 4, 5, 5)}, "image"),
    "one too many": ({"x0": floats(1, 4, 5, 5), "x1": floats(1)}, "x1"),
    "another shape": ({"x0": floats(1, 4, 5, 6)}, r"\(1, 4, 5, 6\)"),
    "another rank": ({"x0": floats(4, 5, 5)}, r"\(4, 5, 5\)"),
    "another dtype": ({"x0": floats(1, 4, 5, 5).astype(np.float64)}, "float64"),
}


@pytest.mark.parametrize("name", WRONG_INPUTS)
def test_inputs_that_do_not_fit_are_refused(name: str, intact: Path) -> None:
    inputs, complaint = WRONG_INPUTS[name]
    with pytest.raises(InvalidInput, match=complaint):
        CoreMLProgram(intact).run(inputs)


def test_an_unknown_intermediate_value_is_refused(intact: Path) -> None:
    with pytest.raises(UnknownValue, match="third"):
        CoreMLProgram(intact).run({"x0": floats(1, 4, 5, 5)}, intermediates=["first", "third"])


def test_all_errors_have_one_base() -> None:
    for error in (InvalidInput, InvalidPackage, UnknownValue, UnsupportedOperator):
        assert issubclass(error, CoreMLExecutorError)
