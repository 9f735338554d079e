/* The formulas of COUPLED, letter by letter, as lstm_ref.derive has derived them;
   do not edit. */
export default {
  "errors": [
    { "of": "h", "summands": [
      {"name": "e", "by": "e", "lag": 0, "tokens": [["signals", "e", 0]]},
      {"name": "h from i", "by": "i", "lag": 1, "tokens": [["params", "W_ih", 0], "ᵀ ", ["errors", "i", -1]]},
      {"name": "h from c_tilde", "by": "c_tilde", "lag": 1, "tokens": [["params", "W_ch", 0], "ᵀ ", ["errors", "c_tilde", -1]]},
      {"name": "h from o", "by": "o", "lag": 1, "tokens": [["params", "W_oh", 0], "ᵀ ", ["errors", "o", -1]]},
    ] },
    { "of": "o", "summands": [
      {"name": "o from h", "by": "h", "lag": 0, "tokens": [["errors", "h", 0], " ⊙ tanh(", ["signals", "c", 0], ") ⊙ ", ["signals", "o", 0], " ⊙ (1 − ", ["signals", "o", 0], ")"]},
    ] },
    { "of": "c", "summands": [
      {"name": "c from h", "by": "h", "lag": 0, "tokens": [["errors", "h", 0], " ⊙ ", ["signals", "o", 0], " ⊙ (1 − tanh²(", ["signals", "c", 0], "))"]},
      {"name": "c from c", "by": "c", "lag": 1, "tokens": [["errors", "c", -1], " ⊙ (1 − ", ["signals", "i", -1], ")"]},
    ] },
    { "of": "c_tilde", "summands": [
      {"name": "c_tilde from c", "by": "c", "lag": 0, "tokens": [["errors", "c", 0], " ⊙ ", ["signals", "i", 0], " ⊙ (1 − ", ["signals", "c_tilde", 0], "²)"]},
    ] },
    { "of": "i", "summands": [
      {"name": "i from c", "by": "c", "lag": 0, "tokens": [["errors", "c", 0], " ⊙ (", ["signals", "c_tilde", 0], " − ", ["signals", "c", 1], ") ⊙ ", ["signals", "i", 0], " ⊙ (1 − ", ["signals", "i", 0], ")"]},
    ] },
  ],
  "gradients": [
    { "of": "W_ih", "summands": [
      {"name": "W_ih from i", "by": "i", "lag": 0, "tokens": [["errors", "i", 0], " ", ["signals", "h", 1], "ᵀ"]},
    ] },
    { "of": "W_ix", "summands": [
      {"name": "W_ix from i", "by": "i", "lag": 0, "tokens": [["errors", "i", 0], " ", ["signals", "x", 0], "ᵀ"]},
    ] },
    { "of": "W_ch", "summands": [
      {"name": "W_ch from c_tilde", "by": "c_tilde", "lag": 0, "tokens": [["errors", "c_tilde", 0], " ", ["signals", "h", 1], "ᵀ"]},
    ] },
    { "of": "W_cx", "summands": [
      {"name": "W_cx from c_tilde", "by": "c_tilde", "lag": 0, "tokens": [["errors", "c_tilde", 0], " ", ["signals", "x", 0], "ᵀ"]},
    ] },
    { "of": "W_oh", "summands": [
      {"name": "W_oh from o", "by": "o", "lag": 0, "tokens": [["errors", "o", 0], " ", ["signals", "h", 1], "ᵀ"]},
    ] },
    { "of": "W_ox", "summands": [
      {"name": "W_ox from o", "by": "o", "lag": 0, "tokens": [["errors", "o", 0], " ", ["signals", "x", 0], "ᵀ"]},
    ] },
    { "of": "b_i", "summands": [
      {"name": "b_i from i", "by": "i", "lag": 0, "tokens": [["errors", "i", 0]]},
    ] },
    { "of": "b_c", "summands": [
      {"name": "b_c from c_tilde", "by": "c_tilde", "lag": 0, "tokens": [["errors", "c_tilde", 0]]},
    ] },
    { "of": "b_o", "summands": [
      {"name": "b_o from o", "by": "o", "lag": 0, "tokens": [["errors", "o", 0]]},
    ] },
  ],
  "passed": [
    { "of": "x", "summands": [
      {"name": "x from i", "by": "i", "lag": 0, "tokens": [["params", "W_ix", 0], "ᵀ ", ["errors", "i", 0]]},
      {"name": "x from c_tilde", "by": "c_tilde", "lag": 0, "tokens": [["params", "W_cx", 0], "ᵀ ", ["errors", "c_tilde", 0]]},
      {"name": "x from o", "by": "o", "lag": 0, "tokens": [["params", "W_ox", 0], "ᵀ ", ["errors", "o", 0]]},
    ] },
  ],
};
