"""Writes the network of a workload of `npm run bench` as a .tflite file, in float32.

    python write_tflite.py FOLDER FILE
"""

import sys
from pathlib import Path

from contender import Workload
from contender_keras import build

import tensorflow as tf


def main():
    folder, file = sys.argv[1:]
    workload = Workload(folder)
    model = build(workload)
    images = tf.TensorSpec([workload.batchSize, *workload.shape], tf.float32)
    infer = tf.function(lambda x: model(x, training=False)).get_concrete_function(images)
    # Given the model, too, the converter would leave Keras's variables out of the file.
    Path(file).write_bytes(tf.lite.TFLiteConverter.from_concrete_functions([infer]).convert())


if __name__ == "__main__":
    main()
