"""Every exception the library raises.

Messages are whole sentences for the person who gave the input: what is wrong, with what, and
how to mend it. Nothing here imports anything, so a web request can catch these cheaply.
"""

from __future__ import annotations


class ArtrecError(Exception):
    """Base of all errors raised on purpose by `artrec`."""


class ImageError(ArtrecError):
    """A picture was refused. `code` is stable, the message is for a curator."""

    code = "image"


class EmptyFileError(ImageError):
    """The file has no bytes."""

    code = "empty"


class FileTooLargeError(ImageError):
    """The file has more bytes than allowed."""

    code = "too-many-bytes"


class UnsupportedFormatError(ImageError):
    """The bytes are not one of the formats we open, whatever the file is called."""

    code = "unsupported-format"


class TooManyPixelsError(ImageError):
    """The picture announces more pixels than allowed, found before decoding."""

    code = "too-many-pixels"


class TooSmallError(ImageError):
    """The picture has too few pixels to be shown or compared."""

    code = "too-small"


class AbsurdShapeError(ImageError):
    """The picture is too long and thin to be an artwork."""

    code = "absurd-shape"


class DamagedImageError(ImageError):
    """The file is cut off or its data does not decode."""

    code = "damaged"


class FeatureError(ArtrecError):
    """A feature extractor is unknown or cannot do what was asked of it."""


class WeightsError(FeatureError):
    """Weights are missing, damaged, or do not fit the backbone."""


class DataError(ArtrecError):
    """A data file is malformed; the message names file, line and column."""


class ShapeError(ArtrecError):
    """An array has the wrong shape, type or values."""


class BundleError(ArtrecError):
    """A model bundle is missing, damaged or of another format."""


class ConfigError(ArtrecError):
    """A setting is unknown or out of its range."""


class UnsupportedError(ArtrecError):
    """The method does not allow what was asked of it, by its nature; `supports` says so before."""


class TrainingError(ArtrecError):
    """A training broke down: it diverged, or nothing is left to train on."""
