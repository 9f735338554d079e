/* Complex numbers for `rewrite.js`: a number where the imaginary part is 0, else a Complex. What a
   rewritten script calls: arithmetic, comparisons by real parts, the functions of Math, arrays. */
export class Complex {
  constructor(re, im) {
    this.re = re;
    this.im = im;
  }
}

const made = (re, im) => (im === 0 ? re : new Complex(re, im));
const real = (z) => (typeof z === "number" ? z : z.re);
const imag = (z) => (typeof z === "number" ? 0 : z.im);
const simple = (a, b) => typeof a !== "object" && typeof b !== "object";

export function mul(a, b) {
  if (simple(a, b)) return a * b;
  return made(real(a) * real(b) - imag(a) * imag(b), real(a) * imag(b) + imag(a) * real(b));
}

export function div(a, b) {
  if (simple(a, b)) return a / b;
  const [c, d] = [real(b), imag(b)], size = c * c + d * d;
  return made((real(a) * c + imag(a) * d) / size, (imag(a) * c - real(a) * d) / size);
}

const operators = {
  add: (a, b) => (simple(a, b) ? a + b : made(real(a) + real(b), imag(a) + imag(b))),
  sub: (a, b) => (simple(a, b) ? a - b : made(real(a) - real(b), imag(a) - imag(b))),
  mul, div,
  mod: (a, b) => a % b,
  neg: (a) => (typeof a === "object" ? made(-a.re, -a.im) : -a),
  lt: (a, b) => real(a) < real(b),
  le: (a, b) => real(a) <= real(b),
  gt: (a, b) => real(a) > real(b),
  ge: (a, b) => real(a) >= real(b),
};

/* exp(i θ) r, and ln: the branch that is real on the positive axis, no value on the negative one. */
const polar = (size, angle) => made(size * Math.cos(angle), size * Math.sin(angle));
const ln = (a, b) => (a < 0 ? NaN : made(Math.log(Math.hypot(a, b)), Math.atan2(b, a)));

function power(z, w) {
  if (Number.isInteger(w) && Math.abs(w) <= 64) {
    let product = 1;
    for (let k = 0; k < Math.abs(w); k++) product = mul(product, z);
    return w < 0 ? div(1, product) : product;
  }
  if (real(z) === 0 && imag(z) === 0) return Math.pow(0, real(w));
  return functions.exp(mul(w, functions.log(z)));
}

/* of a + ib, b not 0 */
const holomorphic = {
  exp: (a, b) => polar(Math.exp(a), b),
  log: ln,
  log1p: (a, b) => made(0.5 * Math.log1p(a * (2 + a) + b * b), Math.atan2(b, 1 + a)),
  tanh: (a, b) => div(new Complex(Math.tanh(a), Math.tan(b)), made(1, Math.tanh(a) * Math.tan(b))),
  sin: (a, b) => made(Math.sin(a) * Math.cosh(b), Math.cos(a) * Math.sinh(b)),
  cos: (a, b) => made(Math.cos(a) * Math.cosh(b), -Math.sin(a) * Math.sinh(b)),
  sinh: (a, b) => made(Math.sinh(a) * Math.cos(b), Math.cosh(a) * Math.sin(b)),
  cosh: (a, b) => made(Math.cosh(a) * Math.cos(b), Math.sinh(a) * Math.sin(b)),
  atan: (a, b) => made(Math.atan2(2 * a, 1 - a * a - b * b) / 2,
    Math.log1p((4 * b) / (a * a + (1 - b) * (1 - b))) / 4),
  sqrt: (a, b) => (a < 0 ? NaN : polar(Math.sqrt(Math.hypot(a, b)), Math.atan2(b, a) / 2)),
  abs: (a, b) => (a < 0 ? made(-a, -b) : made(a, b)),
  sign: (a) => Math.sign(a),
};

const functions = {
  pow: power,
  max: (a, b) => (real(b) > real(a) ? b : a),
  min: (a, b) => (real(b) < real(a) ? b : a),
  floor: Math.floor,
};
for (const [name, of] of Object.entries(holomorphic))
  functions[name] = (z) => (typeof z === "object" ? of(z.re, z.im) : Math[name](z));

/* As much of a Float64Array as generated code uses, with an imaginary part beside it. */
export class Numbers {
  constructor(given, im) {
    this.re = typeof given === "number" ? new Float64Array(given) : given;
    this.im = im || new Float64Array(this.re.length);
    this.length = this.re.length;
  }

  get [Symbol.toStringTag]() {
    return "Float64Array"; // generated code looks whether its arguments are
  }

  subarray(start, end) {
    return new Numbers(this.re.subarray(start, end), this.im.subarray(start, end));
  }

  slice(start, end) {
    return new Numbers(this.re.slice(start, end), this.im.slice(start, end));
  }

  set(source, start = 0) {
    this.re.set(source.re, start);
    this.im.set(source.im, start);
  }

  fill(value, start, end) {
    this.re.fill(real(value), start, end);
    this.im.fill(imag(value), start, end);
  }
}

export const arithmetic = {
  ...operators,
  ...functions,
  array: (given) => new Numbers(given),
  get: (from, at) => (from instanceof Numbers ? made(from.re[at], from.im[at]) : from[at]),
  set(to, at, value) {
    if (!(to instanceof Numbers)) to[at] = value;
    else {
      to.re[at] = real(value);
      to.im[at] = imag(value);
    }
    return value;
  },
};
