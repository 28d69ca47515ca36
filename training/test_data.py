"""Captions, split and tokenizer:   python -m training.test_data"""
import numpy as np

from .captions import caption, every_subject, held_out, plain_caption
from .evaluate import held_out_captions
from .scenes import Subjects
from .tokenizer import Tokenizer
from .vocabulary import COLORS, OBJECTS, SHAPES, every_word


def test_a_tint_never_equals_its_background():
    assert all(s.color != s.background for s in every_subject())


def test_the_split_has_no_leakage():
    rng, subjects = np.random.default_rng(0), Subjects()
    trained = {subjects.draw(rng) for _ in range(20000)}
    assert not any(held_out(s) for s in trained)
    assert all(held_out(s) for s in held_out_captions())
    # what is held out is the combination: every object, colour and shape is seen in others
    assert {s.name for s in trained} == set(OBJECTS) | set(SHAPES)
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


def test_articles():
    s = next(s for s in every_subject() if s.name == "owl" and s.background == "orange")
    assert plain_caption(s) == "an owl on an orange background"


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
            print("ok", name)
