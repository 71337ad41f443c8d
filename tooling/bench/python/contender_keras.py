"""The workload in Keras on TensorFlow."""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf


def open_workload(workload, threads):
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    model = build(workload)
    version = f"{keras.__version__}, TensorFlow {tf.__version__}"
    if workload.task == "inference":
        images = tf.constant(workload.images)
        infer = tf.function(lambda x: model(x, training=False))
        return version, lambda: infer(images).numpy().ravel().tolist()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(workload.learningRate), loss=loss)

    def step():
        model.reset_metrics()
        return [float(np.ravel(model.train_on_batch(workload.images, workload.labels))[0])]

    return version, step


def build(workload):
    results = []
    for step in workload.steps:
        inputs = [results[index] for index in step["from"]]
        if step["op"] == "input":
            results.append(keras.Input(workload.shape))
            continue
        layer = layer_of(step)
        results.append(layer(inputs if step["op"] == "add" else inputs[0]))
        if step["parameters"]:
            layer.set_weights([workload.values(step, role) for role in step["parameters"]])
    return keras.Model(results[0], results[-1])


def layer_of(step):
    layers = keras.layers
    window = {name: step.get(name) for name in ("strides", "padding")}
    match step["op"]:
        case "conv":
            return layers.Conv2D(
                step["filters"], step["kernelSize"], use_bias=step["bias"], kernel_initializer="zeros", **window
            )
        case "norm":
            return layers.BatchNormalization(epsilon=step["epsilon"], momentum=step["momentum"])
        case "act":
            return layers.ReLU()
        case "add":
            return layers.Add()
        case "pad":
            return layers.ZeroPadding2D(((step["top"], step["bottom"]), (step["left"], step["right"])))
        case "pool":
            pooling = layers.MaxPooling2D if step["mode"] == "max" else layers.AveragePooling2D
            return pooling(step["size"], **window)
        case "flatten":
            return layers.Flatten()
        case "dense":
            return layers.Dense(step["units"], kernel_initializer="zeros")
    raise ValueError(f"Keras: {step['op']} is not known")
