from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import coremltools as ct
import numpy as np
import pytest
import torch
from coremltools.converters.mil import Builder as mb  # noqa: N813 - coremltools' own abbreviation
from torch import Tensor, nn

from cloformer.runtimes.coreml.executor import CoreMLProgram, InvalidInput, OperatorError
from cloformer.runtimes.coreml.executor.package import load_program
from cloformer.runtimes.coreml.executor.schedule import build_schedule
from tests.runtimes.coreml.executor.mil_programs import Var, floats, run, save

SCALE, BIAS = 1 / 127.5, [-0.9, -1.0, -1.1]


class _Pixels(nn.Module):
    """Gives its input back, so that a test sees what an image input became."""

    def forward(self, image: Tensor) -> Tensor:
        return image * 1.0


def _convert(module: nn.Module, path: Path, *, inputs: list[ct.TensorType], **options: object) -> Path:
    shape = inputs[0].shape.shape
    exported = torch.export.export(module.eval(), (torch.zeros(*shape),)).run_decompositions({})
    ct.convert(exported, inputs=inputs, compute_precision=ct.precision.FLOAT32, skip_model_load=True, **options).save(
        str(path)
    )
    return path


@pytest.mark.parametrize("layout", ["RGB", "BGR"])
def test_an_image_input_takes_pixels_and_the_program_scales_them(layout: str, tmp_path: Path) -> None:
    image = ct.ImageType(name="image", shape=(1, 3, 4, 6), scale=SCALE, bias=BIAS, color_layout=ct.colorlayout[layout])
    program = CoreMLProgram(_convert(_Pixels(), tmp_path / "pixels.mlpackage", inputs=[image]))
    feature = program.inputs[0]
    assert (feature.kind, feature.color, feature.shape) == ("image", layout.lower(), (1, 3, 4, 6))

    photo = np.random.default_rng(0).integers(0, 256, (4, 6, 3), dtype=np.uint8)
    (seen,) = program.run({"image": photo}).values()
    channels = photo if layout == "RGB" else photo[..., ::-1]
    expected = channels.transpose(2, 0, 1)[np.newaxis] * SCALE + np.array(BIAS).reshape(1, 3, 1, 1)
    np.testing.assert_allclose(seen, expected, rtol=1e-5, atol=1e-5)

    planes = photo.transpose(2, 0, 1)[np.newaxis].astype(np.float32)
    (again,) = program.run({"image": planes}).values()
    np.testing.assert_array_equal(again, seen)


def test_a_grayscale_image_may_lack_its_channel(tmp_path: Path) -> None:
    image = ct.ImageType(name="image", shape=(1, 1, 4, 6), color_layout=ct.colorlayout.GRAYSCALE)
    program = CoreMLProgram(_convert(_Pixels(), tmp_path / "gray.mlpackage", inputs=[image]))
    photo = np.arange(24, dtype=np.uint8).reshape(4, 6)
    (seen,) = program.run({"image": photo}).values()
    np.testing.assert_array_equal(seen, photo[np.newaxis, np.newaxis])


WRONG_IMAGES = {
    "another size": np.zeros((4, 7, 3), np.uint8),
    "two channels": np.zeros((4, 6, 2), np.uint8),
    "planes of bytes": np.zeros((1, 3, 4, 6), np.uint8),
    "another dtype": np.zeros((4, 6, 3), np.int32),
    "values beyond 255": np.full((1, 3, 4, 6), 256.0, np.float32),
    "values below 0": np.full((1, 3, 4, 6), -1.0, np.float32),
    "not a number": np.full((1, 3, 4, 6), np.nan, np.float32),
}


def test_images_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    image = ct.ImageType(name="image", shape=(1, 3, 4, 6))
    program = CoreMLProgram(_convert(_Pixels(), tmp_path / "pixels.mlpackage", inputs=[image]))
    program.run({"image": np.zeros((4, 6, 3), np.uint8)})
    for wrong in WRONG_IMAGES.values():
        with pytest.raises(InvalidInput, match="image"):
            program.run({"image": wrong})


@pytest.mark.parametrize("labels", [["cat", "dog", "owl"], [7, 8, 9]])
def test_a_classifier_gives_a_label_and_scores(labels: list[Any], tmp_path: Path) -> None:
    class Scores(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.softmax(x, dim=1)

    path = _convert(
        Scores(),
        tmp_path / "classifier.mlpackage",
        inputs=[ct.TensorType(name="x", shape=(1, 3))],
        classifier_config=ct.ClassifierConfig(labels),
    )
    program = CoreMLProgram(path)
    assert [output.kind for output in program.outputs] == ["label", "probabilities"]
    x = np.array([[0.1, 2.0, -1.0]], np.float32)
    label, scores = program.run({"x": x}).values()
    assert label == labels[1]
    assert isinstance(scores, Mapping)
    expected = np.exp(x[0]) / np.exp(x[0]).sum()
    np.testing.assert_allclose([scores[name] for name in labels], expected, rtol=1e-5)


def test_intermediate_values_come_by_name_or_by_predicate(tmp_path: Path) -> None:
    def build(x: Var) -> Var:
        doubled = mb.mul(x=x, y=2.0, name="doubled")
        return mb.relu(x=mb.sub(x=doubled, y=1.0, name="shifted"), name="result")

    program = CoreMLProgram(save(build, [floats(4)], tmp_path / "chain.mlpackage"))
    x = floats(4)
    assert program.value_names == ("doubled", "shifted", "result")
    named = program.run({"x0": x}, intermediates=["doubled"])
    assert set(named) == {"doubled", "result"}
    np.testing.assert_array_equal(np.asarray(named["doubled"]), 2 * x)
    chosen = program.run({"x0": x}, intermediates=lambda name: name.startswith("sh"))
    np.testing.assert_array_equal(np.asarray(chosen["shifted"]), 2 * x - 1)


def test_each_value_is_freed_after_its_last_use(tmp_path: Path) -> None:
    def build(x: Var) -> Var:
        first = mb.square(x=x, name="first")
        second = mb.add(x=first, y=x, name="second")
        mb.exp(x=second, name="unused")
        return mb.add(x=second, y=second, name="third")

    path = save(build, [floats(4)], tmp_path / "chain.mlpackage")
    schedule = build_schedule(load_program(path).function, accumulate_fp16=False)
    slots = {variable.slot: variable.name for step in schedule.steps for variable in step.outputs}
    slots[schedule.inputs[0].slot] = "x"
    freed = {step.outputs[0].name: {slots[slot] for slot in step.last_uses} for step in schedule.steps}
    assert freed == {"first": set(), "second": {"first", "x"}, "unused": {"unused"}, "third": {"second"}}


def test_an_operator_that_fails_is_named() -> None:
    indices = np.array([5], np.int32)
    with pytest.raises(OperatorError, match="gather") as caught:
        run(lambda x, i: mb.gather(x=x, indices=i, name="lookup"), floats(3), indices)
    assert (caught.value.op_type, caught.value.op_name) == ("gather", "lookup")


def test_open_sizes_are_taken_from_the_input(tmp_path: Path) -> None:
    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3, padding=1)

        def forward(self, x: Tensor) -> Tensor:
            return torch.relu(self.conv(x)).mean((2, 3))

    network = Network().eval()
    size = ct.RangeDim(lower_bound=8, upper_bound=64, default=16)
    traced = torch.jit.trace(network, torch.zeros(1, 3, 16, 16))
    model = ct.convert(
        traced,
        inputs=[ct.TensorType(name="x", shape=(1, 3, size, size))],
        compute_precision=ct.precision.FLOAT32,
        minimum_deployment_target=ct.target.iOS16,
        skip_model_load=True,
    )
    model.save(str(tmp_path / "open.mlpackage"))
    program = CoreMLProgram(tmp_path / "open.mlpackage")
    assert program.inputs[0].shape == (1, 3, None, None)
    x = floats(1, 3, 24, 40)
    (result,) = program.run({"x": x}).values()
    with torch.no_grad():
        expected = network(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-5)


def _of_many_families(x: Var) -> list[Var]:
    """Operators whose parameters differ most in type: strings, booleans, tuples, unsigned and open lists."""
    top = mb.topk(x=x, k=2, axis=-1)
    return [
        mb.avg_pool(x=x, kernel_sizes=[3, 2], strides=[2, 2], pad_type="same"),
        mb.batch_norm(x=x, mean=floats(4, seed=1), variance=floats(4, seed=2, low=0.5)),
        mb.cast(x=mb.pixel_unshuffle(x=x, downscale_factor=np.uint32(2)), dtype="uint8"),
        mb.concat(values=[x, mb.gelu(x=x, mode="TANH_APPROXIMATION")], axis=1, interleave=True),
        mb.conv_transpose(x=x, weight=floats(4, 3, 2, 2, seed=3), strides=[2, 2]),
        mb.gather(x=x, indices=np.array([[2, 0]], np.uint16), axis=1),
        mb.pad(x=x, pad=[1, 2, 0, 1], mode="reflect"),
        mb.quantize(input=x, scale=0.02, zero_point=np.int8(3), output_dtype="int8"),
        mb.reduce_argmax(x=x, axis=1, output_dtype="uint16"),
        mb.reduce_sum(x=x),
        mb.resize(x=x, shape=[0, 9], resized_dims=np.uint32(2), sampling_mode="ALIGN_CORNERS"),
        mb.slice_by_index(
            x=x,
            begin=[0, 1, 0, 5],
            end=[0, 3, 0, 0],
            end_mask=[True, False, True, True],
            stride=[1, 1, 2, -1],
        ),
        mb.split(x=x, split_sizes=[1, 3], axis=1)[1],
        mb.upsample_bilinear(x=x, scale_factor_height=1.5, scale_factor_width=2.0, align_corners=False),
        *top,
    ]


def test_saving_changes_nothing(tmp_path: Path) -> None:
    x = floats(1, 4, 6, 8, low=0.0)
    program = CoreMLProgram(save(_of_many_families, [x], tmp_path / "many.mlpackage"))
    direct, saved = run(_of_many_families, x), list(program.run({"x0": x}).values())
    assert len(saved) == len(direct)
    for expected, result, feature in zip(direct, saved, program.outputs, strict=True):
        # A file's outputs are fp16, fp32 or int32: coremltools casts the small integers among ours on saving.
        assert np.asarray(result).dtype == feature.dtype
        np.testing.assert_array_equal(result, expected)
