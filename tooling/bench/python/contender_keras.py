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
    for node in workload.nodes:
        inputs = [results[index] for index in node["from"]]
        if node["op"] == "input":
            results.append(keras.Input(workload.shape))
            continue
        layer = layer_of(node)
        results.append(layer(inputs if node["op"] == "add" else inputs[0]))
        if node["parameters"]:
            layer.set_weights([workload.values(node, role) for role in node["parameters"]])
    return keras.Model(results[0], results[-1])


def layer_of(node):
    layers = keras.layers
    window = {name: node.get(name) for name in ("strides", "padding")}
    match node["op"]:
        case "conv":
            return layers.Conv2D(
                node["filters"],
                node["kernelSize"],
                dilation_rate=node["dilations"],
                groups=node["groups"],
                use_bias=node["bias"],
                kernel_initializer="zeros",
                **window,
            )
        case "norm":
            return layers.BatchNormalization(epsilon=node["epsilon"], momentum=node["momentum"])
        case "act":
            return layers.ReLU()
        case "add":
            return layers.Add()
        case "pad":
            return layers.ZeroPadding2D(((node["top"], node["bottom"]), (node["left"], node["right"])))
        case "pool":
            pooling = layers.MaxPooling2D if node["mode"] == "max" else layers.AveragePooling2D
            return pooling(node["size"], **window)
        case "globalPool":
            return layers.GlobalAveragePooling2D(keepdims=node["keepDims"])
        case "flatten":
            return layers.Flatten()
        case "dense":
            return layers.Dense(node["units"], kernel_initializer="zeros")
    raise ValueError(f"Keras: {node['op']} is not supported")
