"""Pictures as SVG: readable in light and in dark, their text is text. They need matplotlib, of the extra ``bench``."""

from __future__ import annotations

import io
import re
import warnings
from typing import Any

INK = "#1f2933"
"""The colour of text and axes; in an SVG, that of the reader's own scheme."""
COLOURS = ("#2f81c9", "#d0713f", "#3d9463", "#a05fc0", "#b98b1d", "#7a8794")

STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "xcom-toolkit",
    "font.size": 9,
    "axes.titlesize": 9,
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK),
    "grid.color": "#8a949e",
    "grid.alpha": 0.3,
    "axes.grid": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "sans-serif"],
    "text.parse_math": False,
}


def svg(figure: Any) -> str:
    """The figure in the ink of the reader's scheme; numbers as short as can be seen."""
    made = io.StringIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)  # It is text; the reader has the glyph.
        figure.savefig(made, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = re.sub(r"(\d+\.\d\d)\d+", r"\1", made.getvalue().replace(INK, "currentColor"))
    return re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.S)
