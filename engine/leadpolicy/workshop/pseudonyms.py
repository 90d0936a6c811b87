"""Invented names for records, the same in every run: two words that say nothing of the record."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from math import lcm
from typing import Final

_FIRST: Final = (
    "Amber Azure Birch Bright Brisk Calm Cedar Clear Cobalt Copper Coral Crimson Crystal Dapper "
    "Early Ebony Fern Flint Frosty Gentle Ginger Golden Granite Hazel Hollow Honey Indigo Ivory "
    "Jade Juniper Lively Lilac Linen Lucky Maple Marble Mellow Misty Mossy Nimble Nutmeg Olive "
    "Opal Pearl Pebble Pepper Plain Quiet Quick Rapid Rosy Ruby Russet Saffron Sandy Scarlet "
    "Silver Steady Sunny Swift Thistle Umber Velvet Violet Walnut Willow Woolly Zesty"
).split()
_SECOND: Final = (
    "Anchor Arrow Badger Barn Basket Beacon Bell Bench Bridge Brook Button Candle Canyon Castle "
    "Cloud Compass Cove Crane Delta Drum Falcon Feather Ferry Field Finch Forge Fountain Fox "
    "Garden Gate Glade Hammer Harbour Heron Hill Island Kettle Kite Ladder Lagoon Lantern Lark "
    "Lighthouse Loom Meadow Mill Mirror Needle Oak Orchard Otter Paddle Parcel Pier Pillow Pine "
    "Prairie Quarry Raven Ridge River Rocket Saddle Sail Signal Spindle Spring Stone Summit Swan "
    "Table Tower Trail Valley Wagon Wharf Window Wren"
).split()


def rank(seed: int, text: str) -> int:
    """A number that depends on the seed and the text only: the same on every machine."""
    return int.from_bytes(hashlib.sha256(f"{seed}\0{text}".encode("utf-8", "replace")).digest())


def pseudonym(seed: int, text: str, taken: Collection[str] = ()) -> str:
    """A name for what a text stands for.

    The next one where it is taken already, or (as long as there are such) shares a word with one
    that is.
    """
    number = rank(seed, text)
    words = {word for name in taken for word in name.split()}
    names = [_name(number, step) for step in range(len(_FIRST) * len(_SECOND))]
    apart = (name for name in names if not words & set(name.split()))
    other = (name for name in names if name not in taken)
    return next(apart, None) or next(other, f"Record {number:x}")


def _name(number: int, step: int) -> str:
    """Both words change from step to step; in as many steps as there are pairs each comes once."""
    first, second = len(_FIRST), len(_SECOND)
    place = number % (first * second)
    turn = step // lcm(first, second)
    return f"{_FIRST[(place + step) % first]} {_SECOND[(place // first + step + turn) % second]}"
