"""Recurrent cells written by hand: under each forward step its backward step.

``elman``, ``lstm``, ``gru_before`` and ``gru_after`` are plain and made for reading;
``stacked`` is the same LSTM made for speed.
"""
