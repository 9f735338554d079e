/* The formulas of GRU_BEFORE, letter by letter, as lstm_ref.derive has derived them;
   do not edit. */
export default {
  "errors": [
    { "of": "h", "summands": [
      {"name": "e", "by": "e", "lag": 0, "tokens": [["signals", "e", 0]]},
      {"name": "h from z", "by": "z", "lag": 1, "tokens": [["params", "W_zh", 0], "ᵀ ", ["errors", "z", -1]]},
      {"name": "h from r", "by": "r", "lag": 1, "tokens": [["params", "W_rh", 0], "ᵀ ", ["errors", "r", -1]]},
      {"name": "h from h_tilde", "by": "h_tilde", "lag": 1, "tokens": ["(", ["params", "W_hh", 0], "ᵀ ", ["errors", "h_tilde", -1], ") ⊙ ", ["signals", "r", -1]]},
      {"name": "h from h", "by": "h", "lag": 1, "tokens": [["errors", "h", -1], " ⊙ ", ["signals", "z", -1]]},
    ] },
    { "of": "h_tilde", "summands": [
      {"name": "h_tilde from h", "by": "h", "lag": 0, "tokens": [["errors", "h", 0], " ⊙ (1 − ", ["signals", "z", 0], ") ⊙ (1 − ", ["signals", "h_tilde", 0], "²)"]},
    ] },
    { "of": "r", "summands": [
      {"name": "r from h_tilde", "by": "h_tilde", "lag": 0, "tokens": ["(", ["params", "W_hh", 0], "ᵀ ", ["errors", "h_tilde", 0], ") ⊙ ", ["signals", "h", 1], " ⊙ ", ["signals", "r", 0], " ⊙ (1 − ", ["signals", "r", 0], ")"]},
    ] },
    { "of": "z", "summands": [
      {"name": "z from h", "by": "h", "lag": 0, "tokens": [["errors", "h", 0], " ⊙ (", ["signals", "h", 1], " − ", ["signals", "h_tilde", 0], ") ⊙ ", ["signals", "z", 0], " ⊙ (1 − ", ["signals", "z", 0], ")"]},
    ] },
  ],
  "gradients": [
    { "of": "W_zh", "summands": [
      {"name": "W_zh from z", "by": "z", "lag": 0, "tokens": [["errors", "z", 0], " ", ["signals", "h", 1], "ᵀ"]},
    ] },
    { "of": "W_zx", "summands": [
      {"name": "W_zx from z", "by": "z", "lag": 0, "tokens": [["errors", "z", 0], " ", ["signals", "x", 0], "ᵀ"]},
    ] },
    { "of": "W_rh", "summands": [
      {"name": "W_rh from r", "by": "r", "lag": 0, "tokens": [["errors", "r", 0], " ", ["signals", "h", 1], "ᵀ"]},
    ] },
    { "of": "W_rx", "summands": [
      {"name": "W_rx from r", "by": "r", "lag": 0, "tokens": [["errors", "r", 0], " ", ["signals", "x", 0], "ᵀ"]},
    ] },
    { "of": "W_hh", "summands": [
      {"name": "W_hh from h_tilde", "by": "h_tilde", "lag": 0, "tokens": [["errors", "h_tilde", 0], " (", ["signals", "r", 0], " ⊙ ", ["signals", "h", 1], ")ᵀ"]},
    ] },
    { "of": "W_hx", "summands": [
      {"name": "W_hx from h_tilde", "by": "h_tilde", "lag": 0, "tokens": [["errors", "h_tilde", 0], " ", ["signals", "x", 0], "ᵀ"]},
    ] },
    { "of": "b_z", "summands": [
      {"name": "b_z from z", "by": "z", "lag": 0, "tokens": [["errors", "z", 0]]},
    ] },
    { "of": "b_r", "summands": [
      {"name": "b_r from r", "by": "r", "lag": 0, "tokens": [["errors", "r", 0]]},
    ] },
    { "of": "b_h", "summands": [
      {"name": "b_h from h_tilde", "by": "h_tilde", "lag": 0, "tokens": [["errors", "h_tilde", 0]]},
    ] },
  ],
  "passed": [
    { "of": "x", "summands": [
      {"name": "x from z", "by": "z", "lag": 0, "tokens": [["params", "W_zx", 0], "ᵀ ", ["errors", "z", 0]]},
      {"name": "x from r", "by": "r", "lag": 0, "tokens": [["params", "W_rx", 0], "ᵀ ", ["errors", "r", 0]]},
      {"name": "x from h_tilde", "by": "h_tilde", "lag": 0, "tokens": [["params", "W_hx", 0], "ᵀ ", ["errors", "h_tilde", 0]]},
    ] },
  ],
};
