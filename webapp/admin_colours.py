"""The colours of the admin: grounds, inks and accent, as static/css/base.css has them."""

from __future__ import annotations

from typing import Final

COLOURS: Final = {
    "base": {
        "50": "#f7f6f3",
        "100": "#efede8",
        "200": "#dcd9d1",
        "300": "#c6c2b8",
        "400": "#a19d94",
        "500": "#79756c",
        "600": "#646159",
        "700": "#4a4842",
        "800": "#2a2927",
        "900": "#1c1c1a",
        "950": "#121211",
    },
    "primary": {
        "50": "#fbf1ee",
        "100": "#f6e0da",
        "200": "#efc6bb",
        "300": "#ea8a70",
        "400": "#dd7257",
        "500": "#c4533a",
        "600": "#9c3420",
        "700": "#842b1a",
        "800": "#6b2315",
        "900": "#551c11",
        "950": "#331009",
    },
}
