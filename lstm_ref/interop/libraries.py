"""Which library computes what: order of gates, biases, kind of GRU, start values. A table of facts.

`LIBRARIES`: name -> dict with the same keys everywhere:

    lstm, gru      order of the stacked gates in our letters, c for c̃, h for h̃
    side           what a product looks like: "W x" (rows are units, as here) or "x W" (columns)
    lstm_biases    biases per gate; where there are two they are added
    gru_biases     the same for the GRU; "1 + inner" is one, and a second inside the reset gate
    reset, z       of the GRU: "before" or "after" the recurrent product; "keeps" (z = 1 copies the
                   old state) or "writes" (z = 1 takes the candidate)
    peepholes      whether the LSTM can have them
    forget_bias    what b_f starts from; None: not specified
    start          start values of the rest, in short
    state          order of the parts of an LSTM's state
    sequence       order of the axes of a sequence
    checked        "run": a test of this project runs it; "read": its source was read
    source         where

A library may have several layers; the one meant is named. Where a source is at a commit, that
text was read, and later versions may differ.
"""

from lstm_ref.interop import keras_bridge, onnx_bridge, torch_bridge


def _orders(bridge):
    return {"lstm": bridge.ORDER["LSTM"], "gru": bridge.ORDER["GRU"]}


LIBRARIES = {
    "PyTorch, nn.LSTM and nn.GRU": dict(
        **_orders(torch_bridge),
        side="W x",
        lstm_biases=2,
        gru_biases=2,
        reset="after",
        z="keeps",
        peepholes=False,
        forget_bias="sum of two draws from U(-1/sqrt(H), 1/sqrt(H))",
        start="every weight and bias from U(-1/sqrt(H), 1/sqrt(H))",
        state="(h, c)",
        sequence="(T, B, D), or (B, T, D) with batch_first=True",
        checked="run",
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html",  # 2.13
    ),
    "Keras 3, LSTM and GRU": dict(
        **_orders(keras_bridge),
        side="x W",
        lstm_biases=1,
        gru_biases=2,  # one with reset_after=False
        reset="after",  # the default; reset_after=False: before
        z="keeps",
        peepholes=False,
        forget_bias=1.0,  # unit_forget_bias=True
        start="glorot_uniform from x, orthogonal from h, other biases 0",
        state="[h, c]",
        sequence="(B, T, D)",
        checked="run",
        source="https://github.com/keras-team/keras/tree/master/keras/src/layers/rnn",  # 3.15
    ),
    "ONNX, operators LSTM and GRU": dict(
        **_orders(onnx_bridge),
        side="W x",
        lstm_biases=2,
        gru_biases=2,
        reset="before",  # the default; linear_before_reset=1: after
        z="keeps",
        peepholes=True,
        forget_bias=None,  # a format for trained models
        start="none",
        state="h, c",
        sequence="(T, B, D), or (B, T, D) with layout=1",
        checked="run",
        source="https://onnx.ai/onnx/operators/onnx__LSTM.html",  # version 22 of the operator
    ),
    "TensorFlow 1, nn.rnn_cell.LSTMCell and GRUCell": dict(
        lstm="icfo",
        gru="rzh",  # r and z are one matrix, h̃ another
        side="x W",  # one matrix for x and h, x above
        lstm_biases=1,
        gru_biases=1,
        reset="before",
        z="keeps",
        peepholes=True,  # use_peepholes=True
        forget_bias=1.0,  # added at every step, not stored in the bias: it must be added on export
        start="biases 0, but those of the GRU's gates 1",
        state="(c, h)",
        sequence="the cell takes one step, (B, D)",
        checked="read",
        source="https://github.com/tensorflow/tensorflow/blob/01788c9e4e36abd8fa785515a6d89ac9ca325996/tensorflow/python/ops/rnn_cell_impl.py",
    ),
    "Flax, linen.OptimizedLSTMCell and GRUCell": dict(
        lstm="ifco",
        gru="rzh",
        side="x W",
        lstm_biases=1,
        gru_biases="1 + inner",
        reset="after",
        z="keeps",
        peepholes=False,
        forget_bias=0.0,
        start="lecun_normal from x, orthogonal from h, biases 0",
        state="(c, h)",
        sequence="(B, T, D), or (T, B, D) with time_major=True",
        checked="read",
        source="https://github.com/google/flax/blob/006da41a475e1a8057bb8de36f5687cef2c2076c/flax/linen/recurrent.py",
    ),
    "Haiku, LSTM and GRU": dict(
        lstm="icfo",
        gru="zrh",
        side="x W",
        lstm_biases=1,
        gru_biases=1,
        reset="before",
        z="writes",
        peepholes=False,
        forget_bias=1.0,  # added at every step, not stored in the bias
        start="biases of the GRU 0",
        state="(h, c)",
        sequence="(T, B, D)",
        checked="read",
        source="https://github.com/google-deepmind/dm-haiku/blob/03718d51e00a326e8ea20ca4bc3852441ffb363f/haiku/_src/recurrent.py",
    ),
    "MXNet, gluon.rnn.LSTMCell and GRUCell": dict(
        lstm="ifco",
        gru="rzh",
        side="W x",
        lstm_biases=2,
        gru_biases=2,
        reset="after",
        z="keeps",
        peepholes=False,
        forget_bias=0.0,
        start="biases 0",
        state="[h, c]",
        sequence="(B, T, D) in unroll, or (T, B, D) with layout='TNC'",
        checked="read",
        source="https://github.com/apache/mxnet/blob/035508a25a97a3b10e44d4a3366bfd74c1d1f67a/python/mxnet/gluon/rnn/rnn_cell.py",
    ),
}
