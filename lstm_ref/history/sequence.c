/* The network of 1997 runs through a sequence and learns on the way, one network: the numbers of
   net.py to rounding, arrays as there without the axis of trials. Inputs that are zero cost
   nothing: most symbols are. */
#include <math.h>
#include <stddef.h>

typedef struct {
    size_t inputs, outputs, blocks, cells, gates, seen, memory, hidden, context;
    int shortcut, linear;
} Kind;

static double sigmoid(double z) { return 1 / (1 + exp(-z)); }

/* Which of u (seen + 1) are not zero, the bias among them; returns how many. */
static size_t gather(const Kind *k, const double *x, const double *y, double *u, size_t *at)
{
    size_t n = 0;
    for (size_t j = 0; j < k->inputs; j++)
        if ((u[j] = x[j]) != 0) at[n++] = j;
    for (size_t j = 0; j < k->context; j++) {
        u[k->inputs + j] = y[j];
        at[n++] = k->inputs + j;
    }
    u[k->seen] = 1;
    at[n++] = k->seen;
    return n;
}

/* What the error of this step changes, added to W_new and V_new: see `gradients` and `update`. */
static void change(const Kind *k, double rate, const double *target, const double *out,
                   const double *x, const double *y, const double *u, const double *h,
                   const double *slope, const double *o, const double *P, const size_t *at,
                   size_t active, const unsigned char *biased, const double *V, double *W_new,
                   double *V_new, double *e, double *error)
{
    size_t S = k->seen + 1, M = k->memory, into = M + (k->shortcut ? k->inputs : 0) + 1;
    for (size_t m = 0; m < M; m++) e[m] = 0;
    for (size_t q = 0; q < k->outputs; q++) {
        const double *old = V + q * into;
        double *v = V_new + q * into;
        error[q] = target[q] - out[q];
        double delta = error[q] * out[q] * (1 - out[q]);
        for (size_t m = 0; m < M; m++) e[m] += delta * old[m];
        for (size_t m = 0; m < M; m++) v[m] += rate * delta * y[m];
        for (size_t j = 0; j < active; j++) v[M + at[j]] += rate * delta * x[at[j]];
        if (biased[k->hidden + q]) v[into - 1] += rate * delta;
    }
    for (size_t m = 0; m < M; m++) {
        size_t b = m / k->cells;
        const double *p = P + m * 3 * S;
        double at_c = rate * e[m] * slope[m] * (o ? o[b] : 1);
        size_t rows[3] = {m, 0, 0};                          /* candidate, input gate, forget gate */
        size_t first = k->gates == 3 ? 1 : 0;                /* gates stand in the order f, i, o */
        rows[1] = M + first * k->blocks + b;
        rows[2] = M + b;
        for (size_t kind = 0; kind < (k->gates == 3 ? 3 : 2); kind++) {
            double *w = W_new + rows[kind] * S;
            for (size_t j = 0; j < S - 1; j++) w[j] += at_c * p[kind * S + j];
            if (biased[rows[kind]]) w[S - 1] += at_c * p[kind * S + S - 1];
        }
        if (o) {
            double *w = W_new + (M + (first + 1) * k->blocks + b) * S;
            double lifted = rate * e[m] * h[m] * o[b] * (1 - o[b]);
            for (size_t j = 0; j < S - 1; j++) w[j] += lifted * u[j];
            if (biased[M + (first + 1) * k->blocks + b]) w[S - 1] += lifted;
        }
    }
}

static void start_again(const Kind *k, double *c, double *y, double *P)
{
    for (size_t m = 0; m < k->memory; m++) c[m] = 0;
    for (size_t r = 0; r < k->hidden; r++) y[r] = 0;
    for (size_t j = 0; j < k->memory * 3 * (k->seen + 1); j++) P[j] = 0;
}

/* T steps, or fewer; returns how many. decay: of the rate at each step; bound: stop behind the first
   asked step whose squared errors are not below it together, 0 for never; again (T) or NULL: before
   which steps the network starts again. half: g and h of the topology. learn: carry derivatives and
   add what changes to W_new and V_new, which are W and V, or others for those who change the weights
   later. error, out (T, outputs): filled where asked.
   work: room for seen + 1 + 2 hidden + 4 memory numbers and as many indices. */
size_t history_sequence(const size_t *sizes, const double *half, size_t T, int learn, double rate,
                      double decay, double bound, const unsigned char *again, const double *x,
                      const double *target, const unsigned char *asked,
                      const unsigned char *biased, const double *W, const double *V,
                      double *W_new, double *V_new, double *c, double *y, double *P, double *work,
                      size_t *at, double *error, double *out)
{
    Kind kind = {sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5], sizes[6], sizes[7],
                 sizes[8], (int)sizes[9], (int)sizes[10]};
    const Kind *k = &kind;
    size_t S = k->seen + 1, M = k->memory, first = k->gates == 3 ? 1 : 0;
    size_t into = M + (k->shortcut ? k->inputs : 0) + 1;
    double *u = work, *z = u + S, *h = z + k->hidden, *slope = h + M, *e = slope + M;
    for (size_t t = 0; t < T; t++, x += k->inputs, target += k->outputs, rate *= decay) {
        if (again && again[t]) start_again(k, c, y, P);
        size_t n = gather(k, x, y, u, at);
        size_t active = k->shortcut ? n - k->context - 1 : 0; /* inputs that outputs see */
        for (size_t r = 0; r < k->hidden; r++) {
            double sum = 0;
            for (size_t j = 0; j < n; j++) sum += W[r * S + at[j]] * u[at[j]];
            z[r] = sigmoid(sum);
        }
        const double *f = first ? z + M : NULL, *i = z + M + first * k->blocks;
        const double *o = k->gates > 1 ? z + M + (first + 1) * k->blocks : NULL;
        for (size_t m = 0; m < M; m++) {
            size_t b = m / k->cells;
            double *p = P + m * 3 * S, g = z[m], bend = z[m] * (1 - z[m]);
            if (!k->linear) { g = half[0] * (2 * g - 1); bend *= 2 * half[0]; }
            if (learn) {
                double by_g = i[b] * bend, by_i = g * i[b] * (1 - i[b]);
                if (f) {
                    for (size_t j = 0; j < 3 * S; j++) p[j] *= f[b];
                    double by_f = c[m] * f[b] * (1 - f[b]);
                    for (size_t j = 0; j < n; j++) p[2 * S + at[j]] += by_f * u[at[j]];
                }
                for (size_t j = 0; j < n; j++) {
                    p[at[j]] += by_g * u[at[j]];
                    p[S + at[j]] += by_i * u[at[j]];
                }
            }
            c[m] = (f ? f[b] * c[m] : c[m]) + i[b] * g;
            double s = sigmoid(c[m]);
            h[m] = k->linear ? c[m] : half[1] * (2 * s - 1);
            slope[m] = k->linear ? 1 : 2 * half[1] * s * (1 - s);
            y[m] = o ? o[b] * h[m] : h[m];
        }
        for (size_t r = M; r < k->hidden; r++) y[r] = z[r];
        if (!asked[t]) continue;
        double *said = out + t * k->outputs;
        for (size_t q = 0; q < k->outputs; q++) {
            const double *v = V + q * into;
            double sum = v[into - 1];
            for (size_t m = 0; m < M; m++) sum += v[m] * y[m];
            for (size_t j = 0; j < active; j++) sum += v[M + at[j]] * x[at[j]];
            said[q] = sigmoid(sum);
        }
        if (learn)
            change(k, rate, target, said, x, y, u, h, slope, o, P, at, active, biased, V, W_new,
                   V_new, e, error + t * k->outputs);
        else
            for (size_t q = 0; q < k->outputs; q++) error[t * k->outputs + q] = target[q] - said[q];
        double sum = 0;
        for (size_t j = t * k->outputs; j < (t + 1) * k->outputs; j++) sum += error[j] * error[j];
        if (bound > 0 && !(sum < bound)) return t + 1;
    }
    return T;
}
