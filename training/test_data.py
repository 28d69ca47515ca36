"""Captions, split and tokenizer:   python -m training.test_data"""
import numpy as np

from .captions import Subject, an, caption, every_subject, held_out, new_together, plain_caption
from .evaluate import held_out_captions
from .judge import layout
from .scenes import Subjects, compose
from .tokenizer import Tokenizer
from .vocabulary import COLORS, OBJECTS, SHAPES, every_word


def test_a_tint_never_equals_its_background():
    assert all(s.color != s.background for s in every_subject())


def test_the_split_has_no_leakage():
    rng, subjects = np.random.default_rng(0), Subjects()
    trained = {subjects.draw(rng) for _ in range(20000)}
    assert not any(held_out(s) for s in trained)
    assert all(held_out(s) for s in held_out_captions())
    assert not any(new_together(s) for s in trained)
    # what is held out is the combination: every object, colour and shape is seen in others
    assert {s.name for s in trained} == set(OBJECTS) | set(SHAPES)
    assert {s.other for s in trained} == set(OBJECTS) | {None} and {s.count for s in trained} == {1, 2, 3, 4}
    assert {s.background for s in trained} == set(COLORS) == {s.color for s in trained} - {None}


def test_captions_fit_the_shortened_text():
    from .padding import KEPT
    rng, tok = np.random.default_rng(0), Tokenizer()
    everything = every_subject()
    for i in range(5000):
        text = caption(everything[rng.integers(len(everything))], rng)
        assert int(tok([text])[1].sum()) < KEPT, text


def test_every_word_is_one_token():
    tok = Tokenizer()
    for w in every_word():
        assert int(tok([w])[1].sum()) == 3, w
    assert tok(["A CAT"])[0].equal(tok(["a cat"])[0])
    assert int(tok(["zyx 日本"])[1].sum()) > 3  # unknown words are bytes, not errors


def test_a_pair_is_held_out_in_whatever_order_and_place():
    for s in every_subject():
        if s.kind == "pair":
            assert new_together(s) == new_together(Subject(s.other, None, "red", s.name, not s.above))


def test_pairs_and_counts_stand_where_their_captions_say():
    rng = np.random.default_rng(0)
    for s in every_subject()[::97]:
        items = compose(s, rng).items
        assert len(items) == (2 if s.other else s.count)
        for a, b in zip(items, items[1:]):
            assert abs(a.cx - b.cx) + abs(a.cy - b.cy) > 0.4, s  # none covers another
        if s.other:
            assert [i.name for i in items] == [s.name, s.other]
            assert (items[0].cy < items[1].cy - 0.4) == s.above and (items[0].cx < items[1].cx - 0.4) != s.above
    pair = Subject("cat", None, "blue", "owl", True)
    assert plain_caption(pair) == "a cat above an owl on a blue background" and layout(pair) == "above"
    told = {caption(pair, rng) for _ in range(400)}
    assert "an owl below a cat on a blue background" in told and not any("left" in c or "right" in c for c in told)
    assert plain_caption(Subject("bus", None, "red", count=3)) == "three buses on a red background"


def test_articles():
    s = next(s for s in every_subject() if s.name == "owl" and s.background == "orange")
    assert plain_caption(s) == "an owl on an orange background"
    assert [an(w) for w in ("unicorn", "umbrella", "glasses", "cute scissors")] == ["a unicorn", "an umbrella", "glasses", "cute scissors"]


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
            print("ok", name)
