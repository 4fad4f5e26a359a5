"""Whether what a model file holds fits together: names, shapes and numbers, before anything is scored with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskcheck.categories import NAMES
from riskcheck.encoder import LONGEST
from riskcheck.errors import ModelError
from riskcheck.scorer import INPUTS, LEVELS, OUTPUTS
from riskcheck.text.tokens import LOOKS

_LOGITS = LEVELS * (len(NAMES) + 1)
"""What the network gives: every category at each level, then the overall severity."""
_LARGEST = 1000.0
"""Trained numbers stay below 20; far beyond, products overflow."""
_NO_NUMBER, _NO_NEGATIVE = 0x7C00, 0xFC00
"""From here on the bits of a positive and of a negative float16 are no number."""
_MOST_LAYERS = 16
_SHAPES: dict[str, tuple[str | int, ...]] = {
    "ngram_keys": ("n-grams",),
    "ngram_coef": ("n-grams", OUTPUTS),
    "ngram_bias": (OUTPUTS,),
    "gate": (1,),
    "calm": (_LOGITS,),
    "stack_coef": (OUTPUTS, INPUTS),
    "stack_bias": (OUTPUTS,),
    "severity_coef": (len(NAMES), LEVELS - 1, 2 * (LEVELS - 1)),
    "severity_bias": (len(NAMES), LEVELS - 1),
    "encoder_word_keys": ("words",),
    "encoder_word_vectors": ("words", "width"),
    "encoder_gram_vectors": ("buckets", "width"),
    "encoder_shape_vectors": (LOOKS, "width"),
    "encoder_dilations": ("layers",),
    "encoder_query": ("width", "heads"),
    "encoder_query_bias": ("heads",),
    "encoder_hidden": ("pooled", "hidden"),
    "encoder_hidden_bias": ("hidden",),
    "encoder_output": ("hidden", _LOGITS),
    "encoder_output_bias": (_LOGITS,),
}
_KINDS = {"ngram_keys": "u", "encoder_word_keys": "u", "encoder_dilations": "i"}


def check_manifest(manifest: Mapping[str, Any]) -> None:
    """Refuse a manifest that a model cannot be used with.

    Raises
    ------
    ModelError
        If it is for other categories, or version or thresholds are missing or make no sense.
    """
    categories = manifest.get("categories")
    if not isinstance(categories, list) or tuple(categories) != NAMES:
        raise ModelError("the model was made for other categories; train it anew with this version of riskcheck")
    if not isinstance(manifest.get("version"), str):
        raise _wrong("its manifest names no version")
    limits = manifest.get("thresholds")
    if not isinstance(limits, dict) or not isinstance(limits.get("categories"), dict):
        raise _wrong("its manifest holds no thresholds")
    bands = limits.get("bands")
    if not isinstance(bands, list) or len(bands) != LEVELS:
        raise _wrong(f"its manifest does not hold {LEVELS} thresholds of bands")
    for limit in (*(limits["categories"].get(name) for name in NAMES), *bands):
        if not isinstance(limit, int | float) or not 0 <= limit <= 1:
            raise _wrong(f"{limit!r} is no threshold")


def check_arrays(arrays: Mapping[str, NDArray[Any]]) -> None:
    """Refuse arrays that do not make one model.

    Raises
    ------
    ModelError
        If one is missing or too many, or of another shape or kind than the others ask for.
    """
    dilations = arrays.get("encoder_dilations", np.zeros(0))
    if not 1 <= dilations.size <= _MOST_LAYERS or dilations.min() < 1 or dilations.max() > LONGEST:
        raise _wrong("encoder_dilations is missing or holds no steps")
    sizes: dict[str | int, int] = {}
    wanted = dict(_SHAPES)
    for layer in range(dilations.size):
        wanted |= {f"encoder_conv{layer}": ("3 width", "width"), f"encoder_conv{layer}_bias": ("width",)}
    if odd := sorted(wanted.keys() ^ arrays.keys()):
        raise _wrong(f"{', '.join(odd[:3])} {'missing' if odd[0] in wanted else 'not known'}")
    for name, shape in wanted.items():
        array = arrays[name]
        if array.dtype.kind != _KINDS.get(name, "f"):
            raise _wrong(f"{name} holds {array.dtype}")
        if len(shape) != array.ndim or any(
            found != (size if isinstance(size, int) else sizes.setdefault(size, found))
            for size, found in zip(shape, array.shape, strict=True)
        ):
            raise _wrong(f"{name} has shape {array.shape}")
        if array.dtype.kind == "f" and not _sound(array):
            raise _wrong(f"{name} holds what is no number, or none that training gives")
        if array.dtype.kind == "u" and (np.diff(array.astype(np.int64)) <= 0).any():
            raise _wrong(f"{name} is not sorted")
    width = sizes["width"]
    if sizes["3 width"] != 3 * width or sizes["pooled"] != (2 + sizes["heads"]) * width or not sizes["buckets"]:
        raise _wrong(f"its layers do not fit a width of {width}")


def _sound(array: NDArray[Any]) -> bool:
    # The large arrays are float16, and their bits tell at a small part of the cost.
    if array.dtype == np.float16:
        if not array.size:
            return True
        return bool(array.view(np.int16).max() < _NO_NUMBER and array.view(np.uint16).max() < _NO_NEGATIVE)
    return bool((np.abs(array) <= _LARGEST).all())


def _wrong(what: str) -> ModelError:
    return ModelError(f"the model file does not hold a model of this version of riskcheck ({what}); get a fresh copy")
