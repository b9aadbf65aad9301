"""The reference pipeline in Keras, timed: InceptionV3 from ImageNet, the head at 1e-4, then the last 60 layers at 1e-5.

Usage: keras_reference.py PHOTOS.json WEIGHTS.h5 EPOCHS
PHOTOS.json: [{"file": path, "label": index, "split": "TRAIN" | "VAL" | "TEST"}], EPOCHS: of each stage.
Prints a line of JSON for every epoch, for whatever is done once, and one for the test photos.

Generous to Keras: photos are decoded once and kept in memory, the network is compiled, batches are read ahead, and the time to
import TensorFlow does not count.
"""
import json
import os
import sys
import tempfile
import time

import tensorflow as tf

photos_file, weights, epochs = sys.argv[1], sys.argv[2], int(sys.argv[3])
with open(photos_file) as file:
    photos = json.load(file)
classes = 1 + max(photo["label"] for photo in photos)


def tell(**line):
    print(json.dumps(line), flush=True)


def once(what, work):
    started = time.perf_counter()
    result = work()
    tell(once=what, seconds=time.perf_counter() - started)
    return result


def dataset(split, shuffled):
    own = [photo for photo in photos if photo["split"] == split]

    def decode(path, label):
        image = tf.io.decode_jpeg(tf.io.read_file(path), channels=3)
        return tf.cast(tf.image.resize(image, (299, 299)), tf.uint8), label

    data = tf.data.Dataset.from_tensor_slices(([p["file"] for p in own], [p["label"] for p in own]))
    data = data.map(decode, num_parallel_calls=tf.data.AUTOTUNE).cache()
    if shuffled:
        data = data.shuffle(len(own), seed=1)
    scaled = lambda image, label: (tf.cast(image, tf.float32) / 127.5 - 1.0, label)
    return data.batch(32).map(scaled, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)


train, val, test = dataset("TRAIN", True), dataset("VAL", False), dataset("TEST", False)


def fill_caches():
    for split in train, val, test:
        for _batch in split:
            pass


def load():
    network = tf.keras.applications.InceptionV3(
        include_top=False, weights=None, input_shape=(299, 299, 3), pooling="avg"
    )
    network.load_weights(weights)
    return network


once("decoding", fill_caches)
tf.keras.utils.set_random_seed(1)
base = once("loading", load)
inputs = tf.keras.Input((299, 299, 3))
x = base(inputs, training=False)
x = tf.keras.layers.Dropout(0.2)(x)
model = tf.keras.Model(inputs, tf.keras.layers.Dense(classes)(x))


class Clock(tf.keras.callbacks.Callback):
    def __init__(self, stage):
        super().__init__()
        self.stage = stage

    def on_epoch_begin(self, epoch, logs=None):
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        tell(stage=self.stage, epoch=epoch + 1, seconds=time.perf_counter() - self.started, valAccuracy=logs["val_accuracy"])


def fit(stage, rate):
    model.compile(
        tf.keras.optimizers.Adam(rate),
        tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(train, validation_data=val, epochs=epochs, verbose=0, callbacks=[Clock(stage)])


base.trainable = False
fit(1, 1e-4)
base.trainable = True
for layer in base.layers[:-60]:
    layer.trainable = False
fit(2, 1e-5)
accuracy = once("evaluating", lambda: model.evaluate(test, verbose=0)[1])
with tempfile.TemporaryDirectory() as folder:
    once("saving", lambda: model.save(os.path.join(folder, "model.keras")))
tell(test=accuracy)
