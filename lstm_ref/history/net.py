"""The network of 1997, many trials at once, and its learning: forward in time, with what is kept.

Every array has a leading axis K, the trials, which have nothing to do with each other. A network
learns while it runs: beside each state stands its derivative by every weight that leads to it,
carried along by the carousel alone, and an error that enters changes the weights at once. That is
the truncated gradient of the paper: errors do not flow back through the weights between hidden
units.

Source: Hochreiter & Schmidhuber 1997, section 4 and appendix A; with forget gates Gers,
Schmidhuber & Cummins 2000.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lstm_ref.cells.activations import sigmoid
from lstm_ref.history.topology import Topology
from lstm_ref.types import Array

Tape = tuple[Any, ...]  # of one step: what hidden units and outputs saw, h, its slope, o
KINDS = {"i": ("i",), "io": ("i", "o"), "fio": ("f", "i", "o")}


@dataclass
class Nets:
    """K networks of one kind and where they are in their sequences.

    W (K, hidden, seen + 1): into cells and gates, the last column is the bias; V (K, outputs,
    memory (+ inputs) + 1) into the outputs. c (K, memory) states; y (K, hidden) what the hidden
    units say; P (K, memory, kinds, seen + 1): derivatives of a state by the weights into its
    candidate, its input gate and its forget gate. free_W, free_V: what may change, as masks.
    """

    kind: Topology
    W: Array
    V: Array
    free_W: Array
    free_V: Array

    def __post_init__(self) -> None:
        K, memory, seen = len(self.W), self.kind.memory, self.kind.seen
        self.c = np.zeros((K, memory))
        self.y = np.zeros((K, self.kind.hidden))
        self.P = np.zeros((K, memory, 3, seen + 1))
        self.block = np.repeat(np.arange(self.kind.blocks), self.kind.cells)

    def start_again(self, which: Array) -> None:
        """States, outputs and derivatives of these trials (K,) as before the first step."""
        for array in (self.c, self.y, self.P):
            array[which] = 0

    def keep(self, which: Array) -> None:
        """Go on with these trials (K,) alone."""
        for name in ("W", "V", "c", "y", "P"):
            setattr(self, name, getattr(self, name)[which])

    def gate(self, values: Array, letter: str) -> Array:
        """Of values (K, hidden) of all hidden units those of one kind of gate, (K, blocks)."""
        k = KINDS[self.kind.gates].index(letter)
        first = self.kind.memory + k * self.kind.blocks
        return values[:, first : first + self.kind.blocks]


def start(
    kind: Topology, rngs: list[np.random.Generator], width: float, biases: dict[str, list[float]]
) -> Nets:
    """Networks with weights uniform in [-width, width], one for each generator.

    biases: kind of gate -> what the gates of the blocks begin with, {"o": [-2, -4]}; all other
    biases begin like weights.
    """
    K, hidden, seen = len(rngs), kind.hidden, kind.seen
    into = kind.memory + kind.inputs * kind.shortcut
    W, V = np.empty((K, hidden, seen + 1)), np.empty((K, kind.outputs, into + 1))
    for k, rng in enumerate(rngs):
        W[k] = rng.uniform(-width, width, W[k].shape)
        V[k] = rng.uniform(-width, width, V[k].shape)
    free_W, free_V = np.ones(W.shape[1:], bool), np.ones(V.shape[1:], bool)
    free_W[: kind.memory, -1] = "cells" in kind.biased
    free_W[kind.memory :, -1] = "gates" in kind.biased
    free_V[:, -1] = "outputs" in kind.biased
    W, V = W * free_W, V * free_V
    nets = Nets(kind, W, V, free_W, free_V)
    for letter, values in biases.items():
        nets.gate(W[..., -1], letter)[:] = values
    return nets


def step(nets: Nets, x: Array, learn: bool = True) -> tuple[Array, Tape]:
    """One step of time: (outputs (K, outputs), what `update` needs); x (K, inputs).

    learn: carry the derivatives along too.
    """
    kind, memory = nets.kind, nets.kind.memory
    context = {"all": nets.y, "cells": nets.y[:, :memory], "nothing": nets.y[:, :0]}[kind.sees]
    u = np.concatenate([x, context, np.ones((len(x), 1))], axis=1)
    net = np.matmul(nets.W, u[..., None])[..., 0]
    y = sigmoid(net)
    entered = y[:, :memory]  # until what the cells say takes this place
    g, slope = entered, entered * (1 - entered)
    if not kind.linear:
        g, slope = kind.g * (2 * g - 1), 2 * kind.g * slope  # g in (-2, 2) in the paper
    i = nets.gate(y, "i")[:, nets.block]
    f = nets.gate(y, "f")[:, nets.block] if "f" in kind.gates else None
    if learn:
        _carry(nets, u, g, slope, i, f)
    nets.c = (nets.c if f is None else f * nets.c) + i * g
    squashed = sigmoid(nets.c)
    h, rate = nets.c, 1.0
    if not kind.linear:
        h, rate = kind.h * (2 * squashed - 1), 2 * kind.h * squashed * (1 - squashed)
    o = nets.gate(y, "o")[:, nets.block] if "o" in kind.gates else None
    y[:, :memory] = h if o is None else o * h
    nets.y = y
    seen = [y[:, :memory], *([x] if kind.shortcut else []), np.ones((len(x), 1))]
    into = np.concatenate(seen, axis=1)
    out = sigmoid(np.matmul(nets.V, into[..., None])[..., 0])
    return out, (u, into, h, rate, o)


def _carry(nets, u, g, slope, i, f):
    """The derivatives of the states by the weights one step on, ∂c_t = f ∂c_{t-1} + what is new."""
    if f is not None:
        nets.P *= f[..., None, None]
    nets.P[:, :, 0] += (i * slope)[..., None] * u[:, None]
    nets.P[:, :, 1] += (g * i * (1 - i))[..., None] * u[:, None]
    if f is not None:
        nets.P[:, :, 2] += (nets.c * f * (1 - f))[..., None] * u[:, None]


def gradients(nets: Nets, tape: Tape, delta: Array) -> tuple[Array, Array]:
    """(W, V)-shaped gradients of the outputs' weighted inputs times delta (K, outputs)."""
    u, into, h, rate, o = tape
    kind, memory = nets.kind, nets.kind.memory
    dV = delta[..., None] * into[:, None]
    e = np.matmul(delta[:, None], nets.V[..., :memory])[:, 0]  # at what the cells say
    at_c = e * rate if o is None else e * o * rate
    dW = np.zeros_like(nets.W)
    dW[:, :memory] = at_c[..., None] * nets.P[:, :, 0]
    blocks = (len(u), kind.blocks, kind.cells)
    for letter in KINDS[kind.gates]:
        target = nets.gate(dW, letter)
        if letter == "o":
            lifted = (e * h * o * (1 - o)).reshape(blocks).sum(axis=2)
            target[:] = lifted[..., None] * u[:, None]
        else:
            carried = at_c[..., None] * nets.P[:, :, 1 if letter == "i" else 2]
            target[:] = carried.reshape(*blocks, -1).sum(axis=2)
    return dW, dV


def update(
    nets: Nets,
    tape: Tape,
    out: Array,
    target: Array,
    rate: Array,
    asked: Array,
    into: tuple[Array, Array] | None = None,
) -> Array:
    """Change the weights by the errors of this step; returns target - out, (K, outputs).

    rate (K,) learning rates; asked (K,): in which trials there is a target now. into: arrays like W
    and V that take the changes in their place. The error is E = Σ (target - out)² / 2, so that
    -∂E/∂out = target - out, as the paper computes.
    """
    error = (target - out) * asked[:, None]
    dW, dV = gradients(nets, tape, error * out * (1 - out))
    W, V = into or (nets.W, nets.V)
    W += rate[:, None, None] * dW * nets.free_W
    V += rate[:, None, None] * dV * nets.free_V
    return error
