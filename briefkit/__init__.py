"""Make Jupyter notebooks into policy briefs whose every number answers for itself."""

__version__ = "0.1.0"
