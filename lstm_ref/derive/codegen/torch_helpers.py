"""What a PyTorch file brings with it: functions of equations that torch has not, and its checks."""

from __future__ import annotations

HEAD = '''

class fn:
    """What torch has not, or not for the units of (..., n, B)."""'''

PARTS = '''
    @staticmethod
    def parts(tensors):
        """(inputs, initial states, parameters by their names) of the arguments of `Derived`."""
        inputs = {inputs}
        states = tensors[len(INPUTS) : len(INPUTS) + len(STATES)]
        params = tensors[len(INPUTS) + len(STATES) :]
        return inputs, states, dict(zip([*SHAPES, *FIXED], params, strict=True))'''

SIZES = '''
    @staticmethod
    def sizes(params, x, state0=None):
        """Sizes by their letters. Raises ValueError where a shape does not fit the others."""
        found = {{"1": 1}}
        groups = [({{**SHAPES, **FIXED}}, params), (INPUTS, {inputs})]
        groups += [] if state0 is None else [(STATES, dict(zip(STATES, state0, strict=True)))]
        for shapes, tensors in groups:
            for name, word in shapes.items():
                shape = tensors[name].shape
                wanted = [found.setdefault(k, n) for k, n in zip(word, shape, strict=False)]
                if list(shape) != wanted or len(shape) != len(word):
                    known = ", ".join(f"{{k}} = {{found[k]}}" for k in word if k in found)
                    text = f"{{name}}: expected a shape ({{', '.join(word)}}), {{known}}"
                    raise ValueError(f"{{text}}, got {{tuple(shape)}}")
        if not found["T"]:
            raise ValueError("x: expected at least one step")
        return found'''

# name -> its code; what it calls of the others
FUNCTIONS = {
    "total": '''def total(v):
        """The sum over the units, (..., n, B) -> (..., 1, B)."""
        return v.sum(dim=-2, keepdim=True)''',
    "mean": '''def mean(v):
        """The mean over the units, (..., n, B) -> (..., 1, B)."""
        return v.mean(dim=-2, keepdim=True)''',
    "softmax": '''def softmax(v):
        """exp(v) over its sum, over the units."""
        return torch.softmax(v, dim=-2)''',
    "softplus": '''def softplus(u):
        """log(1 + exp(u)); torch's own is u where u > 20."""
        return -torch.nn.functional.logsigmoid(-u)''',
    "step": '''def step(u):
        """1 where u is positive, else 0."""
        return (u > 0).to(u.dtype)''',
    "maximum": '''def maximum(a, b):
        """The larger of two, of which one may be a number."""
        return torch.maximum(*fn.both(a, b))''',
    "minimum": '''def minimum(a, b):
        """The smaller of two, of which one may be a number."""
        return torch.minimum(*fn.both(a, b))''',
    "both": '''def both(a, b):
        """Two tensors, where one of them may be a number."""
        like = a if isinstance(a, torch.Tensor) else b
        return [torch.as_tensor(v, dtype=like.dtype, device=like.device) for v in (a, b)]''',
    "number": '''def number(function, *values):
        """A function of plain numbers, which gives one."""
        return function(*(torch.tensor(v, dtype=torch.float64) for v in values)).item()''',
    "outer": '''def outer(a, b):
        """a times b transposed in every sample: (..., n, B), (..., m, B) -> (..., n, m, B)."""
        return a[..., :, None, :] * b[..., None, :, :]''',
    "apply": '''def apply(C, v):
        """C v in every sample: (..., n, m, B), (..., m, B) -> (..., n, B)."""
        return (C * v[..., None, :, :]).sum(dim=-2)''',
    "apply_transposed": '''def apply_transposed(C, v):
        """C transposed times v in every sample: (..., n, m, B), (..., n, B) -> (..., m, B)."""
        return (C * v[..., :, None, :]).sum(dim=-3)''',
    "spread": '''def spread(v, H):
        """Each of G gates for all units of its block: (..., G, B) -> (..., H, B)."""
        return v.repeat_interleave(H // v.shape[-2], dim=-2)''',
    "gather": '''def gather(v, G):
        """The sum over the units of each block: (..., H, B) -> (..., G, B)."""
        *front, H, B = v.shape
        return v.reshape(*front, G, H // G, B).sum(dim=-2)''',
    "placed": '''def placed(value, above, below):
        """Rows with rows of zeros above and below."""
        return torch.nn.functional.pad(value, (0, 0, above, below))''',
    "from_one": '''def from_one(x):
        """A sequence with an empty slot 0: x[t] is x_t."""
        return torch.cat([torch.zeros_like(x[:1]), x])''',
    "over_time": '''def over_time(values):
        """Tensors of all steps as one; slot 0 is empty where there is no initial one."""
        if isinstance(values, float):
            return torch.tensor(values, dtype=torch.float64)
        if isinstance(values, torch.Tensor):
            return values
        first = torch.zeros_like(values[1]) if values[0] is None else values[0]
        return torch.stack([first, *values[1:]])''',
    "flat": '''def flat(v):
        """(T, n, B) -> (n, T B): a sum over steps and samples becomes one product."""
        return v.transpose(0, 1).reshape(v.shape[1], -1)''',
    "over_steps": '''def over_steps(v):
        """The sum over steps and samples: (T, n, B) -> (n, 1)."""
        return v.sum(dim=(0, 2))[:, None]''',
    "product_over_steps": '''def product_over_steps(errors, v):
        """Errors times v transposed, over steps and samples: (T, n, B), (T, m, B) -> (n, m)."""
        return fn.flat(errors) @ fn.flat(v).T''',
}
CALLS = {"maximum": "both", "minimum": "both", "product_over_steps": "flat"}


def printed(used: set[str], several: bool) -> list[str]:
    """The class `fn` with what a file uses; several: inputs, which come in a dict."""
    names = {word.removeprefix("fn.") for word in used}
    names |= {CALLS[name] for name in names & CALLS.keys()}
    zipped = "dict(zip(INPUTS, tensors[: len(INPUTS)], strict=True))"
    lines = HEAD.splitlines()
    lines += PARTS.format(inputs=zipped if several else "tensors[0]").splitlines()
    x = "x" if several else "dict.fromkeys(INPUTS, x)"
    lines += SIZES.format(inputs=x).splitlines()
    for name, text in FUNCTIONS.items():
        if name in names:
            lines += ["", "    @staticmethod", *f"    {text}".splitlines()]
    return lines
