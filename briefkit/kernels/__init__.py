"""Start kernels warm: fork them from a process that has already imported what every brief needs."""

from briefkit.kernels.template import available, warm_up

__all__ = ["available", "warm_up"]
