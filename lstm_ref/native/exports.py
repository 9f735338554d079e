"""A generated header as a shared library: functions that ctypes can call, products by BLAS."""

from __future__ import annotations

from typing import Any

# What the header leaves open: products by a BLAS, given as pointers to cblas_dgemm and the like
# with whole numbers of 64 bits.
PRODUCTS = """#define {name}_PRODUCTS
#define GEMM(name, real) \\
    static void (*name)(int, int, int, long long, long long, long long, real, const real *, \\
        long long, const real *, long long, real, real *, long long);
#define GEMV(name, real) \\
    static void (*name)(int, int, long long, long long, real, const real *, long long, \\
        const real *, long long, real, real *, long long);
#define PRODUCT(name, real, gemm, gemv, left_turned, right_turned, left_row, right_row) \\
    static inline void name(size_t rows, size_t columns, size_t inner, \\
        const real *left, const real *right, real *target, int add) {{ \\
        const long long m = (long long)rows, n = (long long)columns, k = (long long)inner; \\
        if (!m || !n) return; \\
        if (!k) {{ \\
            if (!add) memset(target, 0, rows * columns * sizeof(real)); \\
        }} else if (n == 1) {{ \\
            gemv(101, 111 + left_turned, left_turned ? k : m, left_turned ? m : k, 1, left, \\
                (long long)(left_row), right, 1, (real)(add ? 1 : 0), target, 1); \\
        }} else {{ \\
            gemm(101, 111 + left_turned, 111 + right_turned, m, n, k, 1, left, \\
                (long long)(left_row), right, (long long)(right_row), (real)(add ? 1 : 0), \\
                target, n); \\
        }} \\
    }}
GEMM(double_gemm, double)
GEMM(float_gemm, float)
GEMV(double_gemv, double)
GEMV(float_gemv, float)
PRODUCT({name}_plain, double, double_gemm, double_gemv, 0, 0, inner, columns)
PRODUCT({name}_left_turned, double, double_gemm, double_gemv, 1, 0, rows, columns)
PRODUCT({name}_right_turned, double, double_gemm, double_gemv, 0, 1, inner, inner)
PRODUCT({name}_plainf, float, float_gemm, float_gemv, 0, 0, inner, columns)
PRODUCT({name}_left_turnedf, float, float_gemm, float_gemv, 1, 0, rows, columns)
PRODUCT({name}_right_turnedf, float, float_gemm, float_gemv, 0, 1, inner, inner)
void use_products(void *dgemm, void *sgemm, void *dgemv, void *sgemv);
void use_products(void *dgemm, void *sgemm, void *dgemv, void *sgemv) {{
    memcpy(&double_gemm, &dgemm, sizeof dgemm);
    memcpy(&float_gemm, &sgemm, sizeof sgemm);
    memcpy(&double_gemv, &dgemv, sizeof dgemv);
    memcpy(&float_gemv, &sgemv, sizeof sgemv);
}}
"""

# The same functions for several numbers at once, where the C library has them.
VECTOR = """#ifdef VECTOR_MATH
#define SEVERAL(name) \\
    __attribute__((simd("notinbranch"))) double name(double); \\
    __attribute__((simd("notinbranch"))) float name##f(float);
SEVERAL(tanh) SEVERAL(exp) SEVERAL(log) SEVERAL(log1p) SEVERAL(sin) SEVERAL(cos)
SEVERAL(sinh) SEVERAL(cosh) SEVERAL(atan)
#endif
#if defined __GNUC__ && !defined __clang__
#define {name}_INDEPENDENT _Pragma("GCC ivdep")
#elif defined __clang__
#define {name}_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#endif
"""

EXPORTS = """
size_t {name}_work_{real}(const {name}_sizes *n);
void {name}_forward_{real}(const {name}_sizes *n, const {name}_params{f} *params,
    const {real} *const *inputs, const {name}_state{f} *initial, {real} *work, {real} *y,
    {name}_state_out{f} *last);
void {name}_backward_{real}(const {name}_sizes *n, const {name}_params{f} *params,
    const {real} *const *inputs, {real} *work, const {real} *dy, const {name}_state{f} *dlast,
    {name}_gradients{f} *dparams, {real} *const *dinputs, {name}_state_out{f} *dinitial);
size_t {name}_work_{real}(const {name}_sizes *n) {{ return {name}_work{f}(*n); }}
void {name}_forward_{real}(const {name}_sizes *n, const {name}_params{f} *params,
    const {real} *const *inputs, const {name}_state{f} *initial, {real} *work, {real} *y,
    {name}_state_out{f} *last) {{
    {name}_forward{f}(*n, params, {inputs}, initial, work, y, last);
}}
void {name}_backward_{real}(const {name}_sizes *n, const {name}_params{f} *params,
    const {real} *const *inputs, {real} *work, const {real} *dy, const {name}_state{f} *dlast,
    {name}_gradients{f} *dparams, {real} *const *dinputs, {name}_state_out{f} *dinitial) {{
    {name}_backward{f}(*n, params, {inputs}, work, dy, dlast, dparams, {dinputs}, dinitial);
}}
"""


def exported(cell: Any, header: str, name: str, real: str = "double") -> str:
    """The header of a cell in one precision, with functions that a library shows.

    name: of the cell in the header. real: "double" or "float".
    """
    numbers, single = range(len(cell.INPUTS)), real == "float"
    words = {key: ", ".join(f"{key}[{k}]" for k in numbers) for key in ("inputs", "dinputs")}
    functions = EXPORTS.format(name=name, real=real, f="f" * single, **words)
    return f"#define {name}_FLOAT\n" * single + header + functions


def library(cell: Any, header: str, name: str, products: bool) -> str:
    """Both precisions of a cell as C of a shared library, made for speed.

    products: of matrices, by what `use_products` is given; else by the header's own loops.
    """
    head = "#include <math.h>\n#include <stddef.h>\n#include <string.h>\n"
    head += VECTOR.format(name=name) + PRODUCTS.format(name=name) * products
    return head + exported(cell, header, name) + exported(cell, header, name, "float")
