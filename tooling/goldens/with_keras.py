"""A network's nodes as layers of Keras on TensorFlow, in float64 and with TensorFlow's own gradients."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import tensorflow as tf

keras.backend.set_floatx("float64")

ROLES = {
    "Conv2D": {"kernel": "kernel", "bias": "bias"},
    "Dense": {"kernel": "kernel", "bias": "bias"},
    "BatchNormalization": {
        "scale": "gamma",
        "offset": "beta",
        "mean": "moving_mean",
        "variance": "moving_variance",
    },
}


def passes(network, variables, images, upstream):
    """What reference.py calls quantities, by name, in the layout of packages/parity."""
    layers = {node["site"]: layer(node["op"]) for node in network["nodes"]}
    x = tf.constant(images)
    run(network, layers, x, training=False)  # makes the weights
    weights = {}
    for site, each in layers.items():
        for role, name in ROLES.get(type(each).__name__, {}).items():
            weight = getattr(each, name)
            if weight is not None:
                weight.assign(variables[f"{site}.{role}"])
                weights[f"{site}.{role}"] = weight
    if weights.keys() != variables.keys():
        raise ValueError(f"Keras has other parameters: {weights.keys() ^ variables.keys()}")

    quantities = {"inference": run(network, layers, x, training=False).numpy()}
    learned = {id: weight.value for id, weight in weights.items() if weight.trainable}
    with tf.GradientTape() as tape:
        tape.watch(x)
        result = run(network, layers, x, training=True)
    quantities["training"] = result.numpy()
    for id, weight in weights.items():
        if not weight.trainable:  # a momentum of 0 has put the batch's moments there
            quantities[f"moment {id}"] = weight.numpy()
    dx, gradients = tape.gradient(result, (x, learned), output_gradients=tf.constant(upstream))
    quantities["gradient images"] = dx.numpy()
    for id, gradient in gradients.items():
        quantities[f"gradient {id}"] = gradient.numpy()
    return quantities


def loss(logits, labels):
    x = tf.constant(logits)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(tf.constant(labels), x)
    return {"loss": value.numpy(), "gradient": tape.gradient(value, x).numpy()}


def running_statistics(x, mean, variance, momentum, epsilon):
    """Mean and variance after a training pass."""
    layer = keras.layers.BatchNormalization(momentum=momentum, epsilon=epsilon)
    layer.build(x.shape)
    layer.moving_mean.assign(mean)
    layer.moving_variance.assign(variance)
    layer(tf.constant(x), training=True)
    return layer.moving_mean.numpy(), layer.moving_variance.numpy()


def run(network, layers, images, training):
    results = []
    for node in network["nodes"]:
        inputs = [results[each] for each in node["from"]] or [images]
        each = layers[node["site"]]
        if isinstance(each, keras.layers.BatchNormalization):
            results.append(each(inputs[0], training=training))
        else:
            results.append(each(inputs if len(inputs) > 1 else inputs[0]))
    return results[-1]


def layer(op):
    match op["op"]:
        case "input":
            return keras.layers.Identity()
        case "conv":
            shape = {"kernel_size": op["kernelSize"], "strides": op["strides"], "padding": op["padding"]}
            return keras.layers.Conv2D(op["filters"], use_bias=op["bias"], **shape)
        case "norm":
            return keras.layers.BatchNormalization(momentum=0.0, epsilon=op["epsilon"])
        case "act":
            return keras.layers.Activation(op["activation"])
        case "add":
            return keras.layers.Add()
        case "pad":
            return keras.layers.ZeroPadding2D(((op["top"], op["bottom"]), (op["left"], op["right"])))
        case "pool":
            kind = {"max": keras.layers.MaxPooling2D, "average": keras.layers.AveragePooling2D}[op["mode"]]
            return kind(op["size"], op["strides"], padding=op["padding"])
        case "flatten":
            return keras.layers.Flatten()
        case "dense":
            return keras.layers.Dense(op["units"])  # a network returns logits
        case other:
            raise ValueError(f"Unknown operation {other}.")
