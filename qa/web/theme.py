"""The look: Gradio's variables set to our colours, system fonts, and our style sheet.

Nothing is fetched from elsewhere: Gradio's default theme would load web fonts.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import gradio as gr

ASSETS = Path(__file__).parent / "assets"
SHEETS = (
    "base.css",
    "panel.css",
    "ask.css",
    "articles.css",
    "index.css",
    "alone.css",
    "contrast.css",
    "print.css",
)
TITLE = "Ask the archive"

SANS = ["system-ui", "-apple-system", "Segoe UI", "Helvetica Neue", "Arial", "sans-serif"]
MONO = ["ui-monospace", "SF Mono", "Menlo", "Consolas", "monospace"]

# Light and dark; each pair of text and ground has a contrast of at least 4.5 (WCAG AA).
PAPER, PAPER_DARK = "#faf8f4", "#17181b"
CARD, CARD_DARK = "#ffffff", "#1f2125"
INK, INK_DARK = "#1e1c19", "#eceae5"
QUIET, QUIET_DARK = "#5f5a52", "#aaa69d"
RULE, RULE_DARK = "#ddd7cc", "#393b41"
FIELD, FIELD_DARK = "#8d867a", "#7d7a74"
ACCENT, ACCENT_DARK = "#1d5566", "#8fcbdb"
ON_ACCENT, ON_ACCENT_DARK = "#ffffff", "#10262d"


def theme() -> gr.themes.Base:
    """Gradio's own components in our colours."""
    return gr.themes.Base(
        font=SANS,
        font_mono=MONO,
        radius_size=gr.themes.sizes.radius_sm,
        text_size=gr.themes.sizes.text_md,
    ).set(
        body_background_fill=PAPER,
        body_background_fill_dark=PAPER_DARK,
        body_text_color=INK,
        body_text_color_dark=INK_DARK,
        body_text_color_subdued=QUIET,
        body_text_color_subdued_dark=QUIET_DARK,
        background_fill_primary=CARD,
        background_fill_primary_dark=CARD_DARK,
        background_fill_secondary=PAPER,
        background_fill_secondary_dark=PAPER_DARK,
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_border_width_dark="0px",
        block_shadow="none",
        block_shadow_dark="none",
        block_padding="0px",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        block_label_border_width="0px",
        block_label_text_color=QUIET,
        block_label_text_color_dark=QUIET_DARK,
        block_title_text_color=QUIET,
        block_title_text_color_dark=QUIET_DARK,
        block_title_text_weight="500",
        border_color_primary=RULE,
        border_color_primary_dark=RULE_DARK,
        border_color_accent=ACCENT,
        border_color_accent_dark=ACCENT_DARK,
        color_accent=ACCENT,
        color_accent_soft=PAPER,
        color_accent_soft_dark=PAPER_DARK,
        input_background_fill=CARD,
        input_background_fill_dark=CARD_DARK,
        input_border_color=FIELD,
        input_border_color_dark=FIELD_DARK,
        input_border_width="1px",
        input_border_width_dark="1px",
        input_border_color_focus=ACCENT,
        input_border_color_focus_dark=ACCENT_DARK,
        input_placeholder_color=QUIET,
        input_placeholder_color_dark=QUIET_DARK,
        input_shadow="none",
        input_shadow_dark="none",
        input_shadow_focus="none",
        input_shadow_focus_dark="none",
        button_primary_background_fill=ACCENT,
        button_primary_background_fill_dark=ACCENT_DARK,
        button_primary_background_fill_hover=INK,
        button_primary_background_fill_hover_dark=INK_DARK,
        button_primary_text_color=ON_ACCENT,
        button_primary_text_color_dark=ON_ACCENT_DARK,
        button_primary_text_color_hover=ON_ACCENT,
        button_primary_text_color_hover_dark=ON_ACCENT_DARK,
        button_primary_border_color="transparent",
        button_primary_border_color_dark="transparent",
        button_secondary_background_fill=CARD,
        button_secondary_background_fill_dark=CARD_DARK,
        button_secondary_background_fill_hover=PAPER,
        button_secondary_background_fill_hover_dark=PAPER_DARK,
        button_secondary_text_color=INK,
        button_secondary_text_color_dark=INK_DARK,
        button_secondary_border_color=RULE,
        button_secondary_border_color_dark=RULE_DARK,
        button_border_width="1px",
        button_border_width_dark="1px",
        button_large_text_weight="600",
        button_transition="none",
        panel_background_fill="transparent",
        panel_background_fill_dark="transparent",
        link_text_color=ACCENT,
        link_text_color_dark=ACCENT_DARK,
        link_text_color_hover=INK,
        link_text_color_hover_dark=INK_DARK,
        link_text_color_visited=ACCENT,
        link_text_color_visited_dark=ACCENT_DARK,
        loader_color=ACCENT,
        loader_color_dark=ACCENT_DARK,
    )


def style() -> str:
    """Our style sheet with its colours, as an element."""
    pairs = {
        "paper": (PAPER, PAPER_DARK),
        "card": (CARD, CARD_DARK),
        "ink": (INK, INK_DARK),
        "quiet": (QUIET, QUIET_DARK),
        "rule": (RULE, RULE_DARK),
        "field": (FIELD, FIELD_DARK),
        "accent": (ACCENT, ACCENT_DARK),
        "on-accent": (ON_ACCENT, ON_ACCENT_DARK),
    }
    light = "".join(f"--{name}: {pair[0]};" for name, pair in pairs.items())
    dark = "".join(f"--{name}: {pair[1]};" for name, pair in pairs.items())
    colours = [f":root {{{light}}}", f"@media screen {{.dark {{{dark}}}}}"]  # paper is white
    sheets = "\n".join([*colours, *map(asset, SHEETS)])
    return f"<style>{sheets}</style>"


def asset(name: str) -> str:
    """A file of `qa/web/assets`."""
    return (ASSETS / name).read_text(encoding="utf-8")


def script(*names: str) -> str:
    """The script of a component, with what all of them have in common."""
    return "".join(map(asset, ("reach.js", "address.js", *names)))


def head() -> str:
    """The style sheet and the icon, inside the page itself.

    The sheet does not go to Gradio's `css`, which rewrites selectors at their commas and so breaks
    `:is(h1, h2)` and half of what stands in media queries.
    """
    icon = asset("icon.svg")
    return (
        f'{style()}<link rel="icon" type="image/svg+xml" href="data:image/svg+xml,{quote(icon)}">'
    )
