"""Screens: one module each, with its stylesheet beside it."""
