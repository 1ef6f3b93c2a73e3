"""Arrays begin at a cache line and otherwise behave like NumPy's."""

import numpy as np
import pytest

from ffbp import Config
from ffbp.core import memory
from ffbp.experiment.build import dataset_for
from ffbp.training.loop import Training


def start(array):
    return array.__array_interface__["data"][0] % memory.LINE


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(0,), (3, 5), (10, 800), (11, 801), (2, 64, 100)])
def test_shape_type_and_place(shape, dtype):
    for _ in range(20):
        array = memory.aligned_full(shape, 1.5, dtype)
        assert (array.shape, array.dtype, array.flags.c_contiguous, array.flags.writeable) == (shape, dtype, True, True)
        assert (array == 1.5).all()
        assert array.nbytes < memory.WORTH_IT or start(array) == 0


def test_all_that_a_step_goes_through_begins_at_a_line():
    config = Config()
    inputs, _, trace = Training(config, dataset_for(config)).batches[0]
    for array in (inputs, *trace.Z[1:], *trace.A_ones[1:], *trace.delta[1:], *trace.slope[1:], trace.loss_work[1]):
        assert start(array) == 0
