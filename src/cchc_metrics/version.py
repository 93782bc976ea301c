"""The version of the library, said once, so that a copy that was never installed, as in an archive, knows it too."""

__version__ = "0.1.0"
