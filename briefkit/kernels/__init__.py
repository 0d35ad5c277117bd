"""Start kernels warm: fork them from a process that has already imported what every brief needs."""

from briefkit.kernels.template import available, is_warming, warm_up

__all__ = ["available", "is_warming", "warm_up"]
