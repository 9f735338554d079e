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


def exported(cell: Any, header: str, name: str, real: str = "double") -> str:
    """The header of a cell in one precision, with functions that a library shows.

    name: of the cell in the header. real: "double" or "float".
    """
    numbers, single = range(len(cell.INPUTS)), real == "float"
    words = {key: ", ".join(f"{key}[{k}]" for k in numbers) for key in ("inputs", "dinputs")}
    functions = EXPORTS.format(name=name, real=real, f="f" * single, **words)
    return f"#define {name}_FLOAT\n" * single + header + functions


def library(cell: Any, header: str, name: str) -> str:
    """Both precisions of a cell as C of a shared library whose products come from `use_gemm`."""
    head = "#include <stddef.h>\n#include <string.h>\n" + PRODUCTS.format(name=name)
    return head + exported(cell, header, name) + exported(cell, header, name, "float")
