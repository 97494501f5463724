"""Columns of words, as their places among the permitted words.

Looking a word up for each row costs many times what a score costs. A categorical is read by its
codes. Text that pandas, Polars or pyarrow keep in Arrow's layout (all bytes in one buffer, and
where each word begins) is compared eight bytes at a time.
"""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Reader = Callable[[slice], Array]

LONGEST = 7  # with its length in the eighth byte, a word fills one 64-bit number
LOW_BYTES = np.array([(1 << 8 * length) - 1 for length in range(LONGEST + 2)], "<u8")


def matched(
    eight: NDArray[np.uint64], begins: NDArray[np.int64], lengths: NDArray[np.int64],
    keys: NDArray[np.uint64],
) -> Array:  # fmt: skip
    """The places of the words that begin here and are so long; infinity where it is none.

    `eight` are the eight bytes from each byte of the text on, `keys` those of the words.
    """
    # To copy them all is faster than to pick unaligned ones.
    found = np.ascontiguousarray(eight).take(begins)
    found &= LOW_BYTES.take(lengths)
    found |= lengths.view(np.uint64) << np.uint64(56)
    nth = np.zeros(len(found), np.int8)
    for one, key in enumerate(keys, start=1):
        nth += one * (found == key).view(np.int8)
    return np.array([np.inf, *range(len(keys))]).take(nth)


def reader(
    column: Any, words: tuple[str, ...], match: Callable[..., Array] = matched
) -> Reader | None:
    """What reads rows of a column as places of words; None where it has no layout known here.

    Missing is NaN, any other word infinity. The accelerator brings a faster `match`.
    """
    categories = getattr(getattr(column, "dtype", None), "categories", None)
    if categories is not None and hasattr(column, "cat"):
        return _coded(column.cat.codes.to_numpy(), list(categories), words)
    if type(column).__module__.startswith("pandas"):
        if not hasattr(getattr(column, "array", None), "__arrow_array__"):
            return None
        column = column.array.__arrow_array__()
    if type(column).__module__.startswith("pyarrow"):
        return _arrow(column, words, match)
    return None


def _coded(codes: NDArray[Any], names: list[Any], words: tuple[str, ...]) -> Reader:
    """Codes into names, of which -1 is missing."""
    places = [words.index(name) if name in words else np.inf for name in names]
    table = np.array([*places, np.nan])  # -1 is the last
    return lambda here: table[codes[here]]


def _arrow(column: Any, words: tuple[str, ...], match: Callable[..., Array]) -> Reader | None:
    pyarrow = sys.modules["pyarrow"]
    chunks = column.chunks if hasattr(column, "chunks") else [column]
    if pyarrow.types.is_dictionary(column.type):
        if len(chunks) != 1:
            column = column.unify_dictionaries().combine_chunks()
            chunks = column.chunks if hasattr(column, "chunks") else [column]
        (chunk,) = chunks
        codes = chunk.indices.cast(pyarrow.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
        return _coded(codes, chunk.dictionary.to_pylist(), words)
    if pyarrow.types.is_string_view(column.type):
        column = column.cast(pyarrow.large_string())
        chunks = column.chunks if hasattr(column, "chunks") else [column]
    plain = pyarrow.types.is_string(column.type) or pyarrow.types.is_large_string(column.type)
    if not plain or max(map(len, words)) > LONGEST:
        return None
    starts = np.cumsum([0, *map(len, chunks)])
    parts = [Text(chunk, words, match) for chunk in chunks]

    def read(here: slice) -> Array:
        start, stop, _ = here.indices(int(starts[-1]))
        first = int(np.searchsorted(starts, start, side="right")) - 1
        found = []
        for begin, part in zip(starts[first:-1], parts[first:], strict=True):
            if begin < stop:
                end = min(stop - begin, len(part.begins) - 1)
                found.append(part(max(start - begin, 0), end))
        return found[0] if len(found) == 1 else np.concatenate([np.empty(0), *found])

    return read


class Text:
    """Reads rows of one Arrow array of text as places of words."""

    def __init__(self, chunk: Any, words: tuple[str, ...], match: Callable[..., Array]) -> None:
        valid, begins, text = chunk.buffers()
        wide = np.int64 if str(chunk.type) == "large_string" else np.int32
        self.offset = chunk.offset
        stop = chunk.offset + len(chunk) + 1
        self.begins = np.frombuffer(begins, wide)[chunk.offset : stop]
        self.bytes = np.frombuffer(text, np.uint8) if text else np.empty(0, np.uint8)
        self.valid = np.frombuffer(valid, np.uint8) if valid and chunk.null_count else None
        self.keys = np.array([_key(word) for word in words], np.uint64)
        self.match = match

    def __call__(self, start: int, stop: int) -> Array:
        """The places of the words in these rows."""
        begins = self.begins[start : stop + 1].astype(np.int64, copy=False)
        lengths = np.diff(begins)
        if lengths.max(initial=0) > LONGEST:
            lengths = np.minimum(lengths, LONGEST + 1)
        text = np.zeros(begins[-1] - begins[0] + 8, np.uint8)
        text[:-8] = self.bytes[begins[0] : begins[-1]]
        eight = np.ndarray((len(text) - 7,), "<u8", text, strides=(1,))
        places = self.match(eight, begins[:-1] - begins[0], lengths, self.keys)
        if self.valid is not None:
            first, last = self.offset + start, self.offset + stop
            bits = np.unpackbits(self.valid[first // 8 : last // 8 + 1], bitorder="little")
            places[bits[first % 8 : first % 8 + stop - start] == 0] = np.nan
        return places


def _key(word: str) -> int:
    """A short word and its length as one number."""
    text = word.encode()
    return int.from_bytes(text, "little") | len(text) << 56
