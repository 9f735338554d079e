"""The words that names of arrays are made of, in public code of many languages.

A word has *roles*: "g" followed by letters, a gate of the cell (likelier letters first); "s"
followed by x, h or c, where the weights come from; "m" a matrix, "b" a bias, "p" a peephole, "t" a
target that means all gates, "-" nothing. What a word means in a name, the other words, the shape of
the array and the other names of the file decide (`names`, `layouts`).
"""

# Gates: the letter in our parameter names -> words, likelier ones first.
GATES = {
    "f": "f forget fg forgetg fgt forgetting remember",
    "i": "i input in inp ig ing ingate update u write inputg save",
    "c": "c g a n j z u ct ctilde gtilde cc cbar chat ccap candidate cand cell cand ci gbar "
    "blockinput block internal modulation new newinput newmemory cellinput inputnonl nonl "
    "cellactivation cellupdate activation memory mem state s unit",
    "o": "o out output og outg outgate exposure focus",
    "z": "z u update upd zg i input keep updateg",
    "r": "r reset rel relevance rg resetg",
    "h": "h n g c htilde htil hbar hhat hcap cand candidate new hh hcand hiddenupdate cellwrite "
    "newmemory memory hidden hid internal cell a o output out ht state s m ctilde cbar chat",
}
SOURCES = {
    "x": "x i in inp input inputs xt ix data upward layer src embed embedding",
    "h": "h a hid hidden rec recurrent recursion recur lateral iter hprev prev transition state "
    "aprev self feedback yprev r s m ht out",
    "c": "c cell ct s mem memory cprev state",
}
TARGETS = "h hid hidden a gates all hiddens"
MATRICES = "w weight weights wgt wgts kernel kernels matrix mat u v r rw"
BIASES = "b bias biases biasvector"
PEEPHOLES = "p peephole peepholes peep pw wp diag ph w v"
NOTHING = (
    "gate gates g to 2 t l0 l 0 00 layer layer0 lstm gru rnn elman cell data param params vec "
    "vector total lin linear matrix mat"
)
PHRASES = {
    "c_tilde": "ctilde", "c_bar": "cbar", "c_hat": "chat", "c_cap": "ccap", "h_tilde": "htilde",
    "h_bar": "hbar", "h_hat": "hhat", "h_cap": "hcap", "g_tilde": "gtilde", "g_bar": "gbar",
    "block_input": "blockinput", "cell_input": "cellinput", "new_memory": "newmemory",
    "new_input": "newinput", "input_nonl": "inputnonl", "hidden_update": "hiddenupdate",
    "cell_write": "cellwrite", "cell_activation": "cellactivation", "cell_update": "cellupdate",
    "h_prev": "hprev", "a_prev": "aprev", "c_prev": "cprev", "t_1": "tm1", "t-1": "tm1",
    "cell_gate": "cand", "cell_state": "cell", "hidden_state": "hidden",
}  # fmt: skip

# Initial and last states, and sequences.
STATES = {"h": "h a hid hidden s y ht at hs", "c": "c s cell mem memory ct cs"}
FIRST = "0 prev init initial tm1 tminus1 m1 zero start old next x in t0 00 1prev"
LAST = "y n tn last final end T"
INPUTS = "x xs xt input inputs src inp in xx srclayer data emb"
OUTPUTS = "h hs out outs output outputs y ys a hidden hiddens ht hout hiddenstates dstlayer at as"
CELLS = "c cs cell cells s ct ss memory mem cellstates states"
NETS = "net pre z a preact raw in input nets logit s"
ALL = "gates gate net nets all a z ifog ifo pre g"
ERRORS = "y ys out outs output outputs hs hout dstlayer"


def roles() -> dict[str, list[str]]:
    """word -> roles, the likelier first."""
    found: dict[str, list[str]] = {}
    for letter, words in GATES.items():
        for word in words.split():
            found.setdefault(word, []).append(f"g{letter}")
    for letter, words in SOURCES.items():
        for word in words.split():
            found.setdefault(word, []).append(f"s{letter}")
    kinds = {"m": MATRICES, "b": BIASES, "p": PEEPHOLES, "t": TARGETS, "-": NOTHING}
    for role, words in kinds.items():
        for word in words.split():
            found.setdefault(word, []).append(role)
    return found


ROLES = roles()
LONGEST = max(map(len, ROLES))
