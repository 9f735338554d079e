"""The pieces that drawings are made of: boxes, operators, arrows, and a canvas without axes."""

from itertools import pairwise

from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

INK, PALE = "#222222", "#c9c9c9"


def canvas(ax, width, height):
    """Make `ax` a drawing board from (0, 0) to (width, height) with equal units, no axes."""
    ax.set_xlim(0, width)
    ax.set_ylim(0, height)
    ax.set_aspect("equal")
    ax.axis("off")
    return ax


def box(ax, x, y, w, h, text="", color=INK, fill="white", size=11, lw=1.8, back=False):
    """Rounded box centred at (x, y) with text in its middle; back=True puts it behind the lines."""
    patch = FancyBboxPatch(
        (x - w / 2, y - h / 2),
        w,
        h,
        boxstyle="round,pad=0,rounding_size=0.08",
        linewidth=lw,
        edgecolor=color,
        facecolor=fill,
        zorder=0 if back else 3,
    )
    ax.add_patch(patch)
    if text:
        ax.text(x, y, text, ha="center", va="center", fontsize=size, color=INK, zorder=5)


def operator(ax, x, y, text, color=INK, r=0.2, size=11):
    """An elementwise operation as a circle: "⊙" (a dot inside) or "+"."""
    ax.add_patch(Circle((x, y), r, lw=1.8, edgecolor=color, facecolor="white", zorder=4))
    if text == "⊙":
        dot(ax, x, y, color)
        return
    ax.text(x, y, text, ha="center", va="center", fontsize=size, color=color, zorder=5)


def arrow(ax, points, color=INK, lw=1.8, head=True, linestyle="-"):
    """Line through `points`, with an arrow head at the last one."""
    for (x0, y0), (x1, y1) in pairwise(points[:-1]):
        ax.plot([x0, x1], [y0, y1], color=color, lw=lw, ls=linestyle, solid_capstyle="round")
    ax.add_patch(
        FancyArrowPatch(
            points[-2],
            points[-1],
            arrowstyle="-|>" if head else "-",
            mutation_scale=11,
            lw=lw,
            linestyle=linestyle,
            color=color,
            shrinkA=0,
            shrinkB=0,
            zorder=2,
        )
    )


def dot(ax, x, y, color=INK):
    """A junction: the line goes both ways. Crossing lines without a dot do not meet."""
    ax.add_patch(Circle((x, y), 0.055, color=color, zorder=5))


def label(ax, x, y, text, color=INK, size=11, ha="center", va="center"):
    """Text without a box."""
    ax.text(x, y, text, ha=ha, va=va, fontsize=size, color=color, zorder=6)
