"""Captions of one object (of its own colours or tinted), a tinted shape, two things beside, above, on or in front of one
another, or two to five of one thing, on plain backgrounds and in simple scenes; and the combinations held out from
training."""
from dataclasses import dataclass
from functools import cache

from .vocabulary import COLORS, FILLERS, FOREIGN, OBJECTS, SCENES, SHAPES, TINTABLE, plural

OBJECT_NAMES, SHAPE_NAMES, COLOR_NAMES = list(OBJECTS), list(SHAPES), list(COLORS)
BACKGROUNDS = COLOR_NAMES + list(SCENES)
NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five"}
KINDS = ("object", "tint", "shape", "pair", "touch", "count")
# On what a colour vanishes.
LOST = {"grass": ("green",), "night": ("black", "blue"), "sea": ("blue",)}


@dataclass(frozen=True)
class Subject:
    """What a scene shows: an object of its own colours (color None) or tinted, or a tinted shape, on a background; with
    `other`, the thing right of it or (`above`) below it or (`how`) that it is "on" or "in front of"; with `count`, so
    many of it."""
    name: str
    color: str | None
    background: str
    other: str | None = None
    above: bool = False
    count: int = 1
    other_color: str | None = None
    how: str | None = None

    @property
    def kind(self):
        if self.other:
            return "touch" if self.how else "pair"
        return "count" if self.count > 1 else "object" if not self.color else "shape" if self.name in SHAPES else "tint"

    @property
    def things(self):
        return [(self.name, self.color)] + ([(self.other, self.other_color)] if self.other else [])


@cache
def number_of(name):
    """Shapes count down from -1, so that objects can be appended."""
    return OBJECT_NAMES.index(name) if name in OBJECTS else -1 - SHAPE_NAMES.index(name)


def new_background(name, background):
    return (3 * number_of(name) + 5 * BACKGROUNDS.index(background)) % 11 in (0, 4)


def new_tint(name, color):
    if name in SHAPES:
        return (2 * SHAPE_NAMES.index(name) + COLOR_NAMES.index(color)) % 11 in (0, 5)
    return (2 * number_of(name) + 3 * COLOR_NAMES.index(color)) % 11 in (1, 6)


def new_together(s):
    """Two things (in whatever order and place) or a thing in this number: held out on every background."""
    if s.other:
        return (number_of(s.name) + number_of(s.other)) % 8 == 3
    return s.count > 1 and (number_of(s.name) + 3 * s.count) % 7 == 0


def held_out(s):
    """The split, fixed for ever: two backgrounds of eleven for each object, alone or not; two colours of eleven for each
    shape and each tinted object (on whatever background); one pair of eight; one number for three or four objects of
    seven. Held-out combinations are never drawn in training, only in evaluation."""
    return (new_together(s) or any(new_tint(n, c) for n, c in s.things if c)
            or any(new_background(n, s.background) for n, _ in s.things if n in OBJECTS))


def visible(s):
    """No thing has its background's colour, and no number of things is of what is one thing in two colours."""
    return all(c is None or (c != s.background and c not in LOST.get(s.background, ())) for _, c in s.things)


def every_subject():
    """All combinations of one kind of thing, in a fixed order. (Pairs are millions: `draw`.)"""
    tinted = [(o, None) for o in OBJECT_NAMES] + [(o, c) for o in TINTABLE for c in COLOR_NAMES]
    tinted += [(s, c) for s in SHAPE_NAMES for c in COLOR_NAMES]
    every = (Subject(n, c, b, count=k) for n, c in tinted for k in (1, *NUMBERS) for b in BACKGROUNDS)
    return [s for s in every if visible(s)]


def draw(kind, rng):
    """Any visible subject of a kind, held out or not. One thing in four of several is tinted or a shape."""
    def of(names):
        return names[rng.integers(len(names))]

    def thing(plain=0.75):
        u = rng.random()
        if u < plain:
            return of(OBJECT_NAMES), None
        return of(TINTABLE if u < plain + 0.6 * (1 - plain) else SHAPE_NAMES), of(COLOR_NAMES)
    while True:
        b = of(BACKGROUNDS)
        if kind == "object":
            s = Subject(of(OBJECT_NAMES), None, b)
        elif kind in ("tint", "shape"):
            s = Subject(of(TINTABLE if kind == "tint" else SHAPE_NAMES), of(COLOR_NAMES), b)
        elif kind == "count":
            s = Subject(*thing(), b, count=int(rng.integers(2, 6)))
        else:
            (one, c), (two, d) = thing(), thing()
            how = ("on", "in front of")[rng.integers(2)] if kind == "touch" else None
            s = Subject(one, c, b, two, how is None and rng.random() < 0.5, 1, d, how)
            if one == two:
                continue
        if visible(s):
            return s


PLURAL_ALONE = ("grapes", "glasses", "scissors", "fries", "jeans", "shorts", "gloves", "socks", "headphones", "sunglasses",
                "popcorn", "money", "broccoli", "sushi", "milk", "lightning")  # one of it has a plural's name, or no number
SAID_U = ("unicorn", "ufo")  # begin like "you"


def an(thing):
    """With its article: "a cat", "an owl", "a unicorn", "nice glasses"."""
    if thing.split()[-1] in PLURAL_ALONE:
        return thing
    return f"{'an' if thing[0] in 'aeiou' and not thing.startswith(SAID_U) else 'a'} {thing}"


def named(name, color):
    return f"{color} {name}" if color else name


def the_thing(s):
    return named(s.name, s.color)


def together(s, relation):
    """The words for a pair or a number, without the background."""
    if s.count > 1:
        return f"{NUMBERS[s.count]} {named(plural(s.name), s.color)}"
    return f"{an(the_thing(s))} {relation} {an(named(s.other, s.other_color))}"


def on(s, form=0):
    return SCENES[s.background][form] if s.background in SCENES else f"on {an(s.background)} background"


def plain_caption(s):
    """The full form, which evaluation uses: "an owl on a red background", "a blue cat at night"."""
    if s.other or s.count > 1:
        return f"{together(s, s.how or ('above' if s.above else 'to the left of'))} {on(s)}"
    return f"{an(the_thing(s))} {on(s)}"


def one_caption(s, rng):
    """A caption for training without unknown words: mostly the full form; sometimes shorter (what is not said, varies),
    sometimes with a word that means nothing."""
    u = rng.random()
    where = on(s, rng.integers(len(SCENES[s.background])) if s.background in SCENES else 0)
    if s.other or s.count > 1:
        beside = ("to the left of", "left of", "next to", "beside", "and")
        over = ("above", "over", "above")
        relation = s.how or (over[int(u * 15) if u < 0.2 else 0] if s.above else beside[int(u * 10) if u < 0.5 else 0])
        words = together(s, relation)
        if s.other and not s.how and 0.9 < u:  # the same picture told from the other thing
            back = "below" if s.above else "to the right of"
            words = f"{an(named(s.other, s.other_color))} {back} {an(the_thing(s))}"
        return words if rng.random() < 0.05 else f"{words} {where}"
    thing = the_thing(s)
    if u < 0.08:
        return an(thing) if rng.random() < 0.5 else thing
    if u < 0.18 and s.background in COLORS:
        return f"{thing} on {s.background}" if rng.random() < 0.5 else f"{thing} on {s.background} background"
    filler = FILLERS[rng.integers(len(FILLERS))]
    if u < 0.26:
        return f"{an(f'{filler} {thing}')} {where}"
    if u < 0.30:
        return f"{an(filler)} of {an(thing)} {where}"
    return f"{an(thing)} {where}"


def unknown(rng):
    """A word the tokenizer must spell: a real one of FOREIGN, or one made up."""
    if rng.random() < 0.6:
        return FOREIGN[rng.integers(len(FOREIGN))]
    return "".join("bcdfghklmnprstvwz"[rng.integers(17)] + "aeiou"[rng.integers(5)] for _ in range(rng.integers(1, 4))) + (
        "lnrstk"[rng.integers(6)] if rng.random() < 0.5 else "")


def strewn(text, rng):
    """With one to four unknown words: before, behind, behind a comma, or before a thing (never between a colour and what it
    colours, which would be another caption)."""
    words = text.split()
    for _ in range(rng.integers(1, 5)):
        place = rng.random()
        w = unknown(rng)
        if place < 0.35:
            words.insert(0, w)
        elif place < 0.7:
            words.append(w if rng.random() < 0.5 else f", {w}")
        else:
            after = [i + 1 for i, v in enumerate(words) if v in ("a", "an", "two", "three", "four", "five")] or [0]
            words.insert(after[rng.integers(len(after))], w)
    return " ".join(words)


STREWN = 0.2  # of captions that have unknown words


def caption(s, rng, strew=STREWN):
    text = one_caption(s, rng)
    text = strewn(text, rng) if rng.random() < strew else text
    return text.replace("gray", "grey") if rng.random() < 0.3 else text
