"""DashScope of Alibaba Cloud and its object store: OutfitAnyone and Qwen-Image."""

from .emulator import DashScope

__all__ = ["DashScope"]
