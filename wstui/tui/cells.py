"""Columns: text cut and padded by the cells that it takes on the screen, not by its characters."""

from rich.cells import cell_len, set_cell_size


def fit(text: str, cells: int) -> str:
    """Exactly so many cells of a text: padded with spaces, or cut with an ellipsis."""
    if cell_len(text) <= cells:
        return set_cell_size(text, cells)
    return set_cell_size(set_cell_size(text, max(0, cells - 1)) + "…", cells) if cells > 0 else ""
