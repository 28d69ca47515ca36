"""Captions, split, shapes and tokenizer:   python -m training.test_data"""
import hashlib

import numpy as np

from .captions import (BACKGROUNDS, COLOR_NAMES, KINDS, OBJECT_NAMES, SHAPE_NAMES, Subject, an, caption, draw, every_subject, held_out,
                       new_together, plain_caption, strewn)
from .data import CHANCES, SHAPES as SIZES, Steps
from .evaluate import held_out_captions
from .judge import layout
from .padding import KEPT
from .scenes import DECOR, Subjects, compose
from .tokenizer import Tokenizer, vocabulary_and_merges
from .vocabulary import COLORS, FIRST, FOREIGN, OBJECTS, SCENES, SHAPES, TINTABLE, every_word, later_words


def drawn(items):
    return [i for i in items if i.name not in DECOR]


def test_a_tint_never_equals_its_background():
    rng = np.random.default_rng(0)
    some = every_subject() + [draw(k, rng) for k in ("pair", "touch") for _ in range(3000)]
    assert all(c != s.background for s in some for _, c in s.things)


def test_the_split_has_no_leakage():
    rng, subjects = np.random.default_rng(0), Subjects()
    trained = {subjects.draw(rng) for _ in range(30000)}
    assert not any(held_out(s) for s in trained)
    assert all(held_out(s) for s in held_out_captions())
    assert not any(new_together(s) for s in trained)
    # what is held out is the combination: every object, colour and shape is seen in others
    assert {s.name for s in trained} == set(OBJECTS) | set(SHAPES)
    assert {s.other for s in trained} == set(OBJECTS) | set(SHAPES) | {None} and {s.count for s in trained} == {1, 2, 3, 4, 5}
    assert {s.background for s in trained} == set(BACKGROUNDS) and {s.color for s in trained} == set(COLORS) | {None}
    assert {s.kind for s in trained} == set(KINDS) and {s.name for s in trained if s.kind == "tint"} == set(TINTABLE)


def test_what_was_held_out_stays_held_out():
    """The first vocabulary's combinations in their order, and which of them are held out: by a hash of the first rule."""
    first = OBJECT_NAMES[:FIRST]
    every = [Subject(o, None, b) for o in first for b in COLOR_NAMES]
    every += [Subject(s, c, b) for s in SHAPE_NAMES for c in COLOR_NAMES for b in COLOR_NAMES if c != b]
    every += [Subject(o, None, b, count=n) for o in first for n in (2, 3, 4) for b in COLOR_NAMES]
    every += [Subject(o, None, b, other, above) for o in first for other in first if other != o
              for above in (False, True) for b in COLOR_NAMES]
    lines = "".join(f"{s.name} {s.color} {s.background} {s.other} {s.above} {s.count} {int(held_out(s))}\n" for s in every)
    assert hashlib.sha256(lines.encode()).hexdigest() == "8ffcd3124abe69c9544676c721303b7d754d0edbc9d15feae0e2cdfbcd016bcb"


def test_captions_fit_the_shortened_text():
    rng, tok = np.random.default_rng(0), Tokenizer()
    for i in range(3000):
        s = draw(KINDS[i % len(KINDS)], rng)
        text = caption(s, rng, strew=0)
        assert int(tok([text])[1].sum()) < KEPT, text
        ids = tok.ids(caption(s, rng, strew=1), KEPT)
        assert ids is None or ids[-2:] == [tok.end] * 2


def test_captions_by_words_have_the_tokenizers_ids():
    rng, tok = np.random.default_rng(1), Tokenizer()
    for i in range(300):
        text = caption(draw(KINDS[i % len(KINDS)], rng), rng, strew=0.7)
        ids = tok.ids(text, 77)
        assert ids == tok([text])[0][0].tolist(), text


def test_every_word_is_few_tokens():
    tok = Tokenizer()
    for w in every_word():
        assert int(tok([w])[1].sum()) == 3, w
    for w in later_words():
        assert int(tok([w])[1].sum()) <= 4, w
    assert tok(["A CAT"])[0].equal(tok(["a cat"])[0])
    assert int(tok(["zyx 日本"])[1].sum()) > 3  # unknown words are bytes, not errors


def test_tokens_of_the_first_vocabulary_stay():
    tokens = list(vocabulary_and_merges()[0])
    assert hashlib.sha256(" ".join(tokens[:1153]).encode()).hexdigest() == "3591529ea0342c3d770a0a25a23c7e2a82018c168b7bcdca278704002e14bd21"


def test_unknown_words_change_nothing_that_is_said():
    rng = np.random.default_rng(2)
    known = set(every_word()) | set(later_words())
    assert not [w for w in FOREIGN if w in set(OBJECTS) | set(COLORS) | set(SHAPES) | set(SCENES)]
    for _ in range(300):
        s = draw("pair", rng)
        said = plain_caption(s).split()
        left = iter(strewn(" ".join(said), rng).split())
        assert all(w in left for w in said)  # in their order
    assert "please" in known


def test_a_pair_is_held_out_in_whatever_order_and_place():
    rng = np.random.default_rng(3)
    for _ in range(3000):
        s = draw("pair", rng)
        assert new_together(s) == new_together(Subject(s.other, None, "red", s.name, not s.above))


def test_things_stand_where_their_captions_say():
    rng = np.random.default_rng(0)
    for i in range(3000):
        s = draw(KINDS[i % len(KINDS)], rng)
        w, h = (z / 8 for z in SIZES[rng.choice(len(SIZES), p=CHANCES)])
        items = drawn(compose(s, rng, 1, w, h).items)
        short = min(w, h)
        assert len(items) == (2 if s.other else s.count)
        for a in items:  # whole, and not stretched: a size is one number
            assert -0.02 < a.cx - a.size / 2 and a.cx + a.size / 2 < w + 0.02 and -0.02 < a.cy - a.size / 2 and a.cy + a.size / 2 < h + 0.02, (s, w, h)
            assert a.size > 0.24 * short
        for n, a in enumerate(items):
            for b in items[:n]:
                if not s.how:  # none covers another
                    assert max(abs(a.cx - b.cx), abs(a.cy - b.cy)) > 0.85 * min(a.size, b.size), (s, w, h)
        if s.other and not s.how:
            assert [i.name.rstrip("~") for i in items] == [s.name, s.other]
            assert (items[0].cy < items[1].cy - 0.3 * short) == s.above and (items[0].cx < items[1].cx - 0.3 * short) != s.above
        if s.how == "on":
            assert items[1].cy < items[0].cy and items[1].name.rstrip("~") == s.name
    pair = Subject("cat", None, "blue", "owl", True)
    assert plain_caption(pair) == "a cat above an owl on a blue background" and layout(pair) == "above"
    told = {caption(pair, rng, strew=0) for _ in range(400)}
    assert "an owl below a cat on a blue background" in told and not any("left" in c or "right" in c for c in told)
    assert plain_caption(Subject("bus", None, "red", count=3)) == "three buses on a red background"
    assert plain_caption(Subject("cat", "blue", "night", "palm tree", how="in front of")) == "a blue cat in front of a palm tree at night"
    assert plain_caption(Subject("star", "red", "white", count=5)) == "five red stars on a white background"


def test_a_step_depends_on_its_number_alone():
    one, two = Steps(1, 4, 1.0, captions=True), Steps(1, 4, 1.0, captions=True)
    one[6]
    a, b = one[7], two[7]
    assert a.shape == b.shape and (a.ids == b.ids).all() and (a.cx == b.cx).all() and not (a.ids == one[6].ids).all()
    assert abs(CHANCES.sum() - 1) < 1e-9 and all(16 <= w * h <= 70 and max(w / h, h / w) <= 2.4 for w, h in SIZES)


def test_articles():
    s = next(s for s in every_subject() if s.name == "owl" and s.background == "orange")
    assert plain_caption(s) == "an owl on an orange background"
    assert [an(w) for w in ("unicorn", "umbrella", "glasses", "cute scissors")] == ["a unicorn", "an umbrella", "glasses", "cute scissors"]


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
            print("ok", name)
