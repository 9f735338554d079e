"""A generated header as a shared library: functions that ctypes can call, products by BLAS."""

from __future__ import annotations

from typing import Any

# What the header leaves open: products by the BLAS that NumPy has loaded, given as pointers to
# cblas_dgemm and cblas_sgemm with whole numbers of 64 bits, and functions of several numbers.
PRODUCTS = """#define {name}_INDEPENDENT _Pragma("GCC ivdep")
#define {name}_PRODUCTS
#define ROWS_FIRST 101
#define PLAIN 111
#define TURNED 112
#define PRODUCT(name, real, gemm, how_left, how_right, left_row, right_row) \\
    static inline void name(size_t rows, size_t columns, size_t inner, \\
        const real *left, const real *right, real *target, int add) {{ \\
        if (rows && columns) \\
            gemm(ROWS_FIRST, how_left, how_right, (long long)rows, (long long)columns, \\
                (long long)inner, 1, left, (long long)(left_row), right, \\
                (long long)(right_row), (real)(add ? 1 : 0), target, (long long)columns); \\
    }}
#define GEMM(name, real) \\
    static void (*name)(int, int, int, long long, long long, long long, real, const real *, \\
        long long, const real *, long long, real, real *, long long);
GEMM(double_gemm, double)
GEMM(float_gemm, float)
PRODUCT({name}_plain, double, double_gemm, PLAIN, PLAIN, inner, columns)
PRODUCT({name}_left_turned, double, double_gemm, TURNED, PLAIN, rows, columns)
PRODUCT({name}_right_turned, double, double_gemm, PLAIN, TURNED, inner, inner)
PRODUCT({name}_plainf, float, float_gemm, PLAIN, PLAIN, inner, columns)
PRODUCT({name}_left_turnedf, float, float_gemm, TURNED, PLAIN, rows, columns)
PRODUCT({name}_right_turnedf, float, float_gemm, PLAIN, TURNED, inner, inner)
void use_gemm(void *for_double, void *for_float);
void use_gemm(void *for_double, void *for_float) {{
    memcpy(&double_gemm, &for_double, sizeof for_double);
    memcpy(&float_gemm, &for_float, sizeof for_float);
}}
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


def library(cell: Any, header: str, name: str, products: bool = False) -> str:
    """C of a shared library with both precisions of a cell: its header, and exported functions.

    name: of the cell in the header. products: leave the matrix products to `use_gemm`.
    """
    lines = ["#include <stddef.h>", "#include <string.h>"]
    if products:
        lines.append(PRODUCTS.format(name=name))
    numbers = range(len(cell.INPUTS))
    words = {"inputs": ", ".join(f"inputs[{k}]" for k in numbers)}
    words["dinputs"] = ", ".join(f"dinputs[{k}]" for k in numbers)
    double = EXPORTS.format(name=name, real="double", f="", **words)
    single = EXPORTS.format(name=name, real="float", f="f", **words)
    return "\n".join([*lines, header, double, f"#define {name}_FLOAT", header, single])
