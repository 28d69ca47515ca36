"""What the embedded model knows: names of objects (and the drawing of each), shapes, colours, words of captions.

The order of OBJECTS is part of the data split (captions.held_out) and of the tokenizer: append, never reorder.
"""

# object's word -> drawing in @iconify-json/fluent-emoji-flat
OBJECTS = {
    "cat": "cat-face", "dog": "dog-face", "bear": "bear", "fox": "fox", "lion": "lion", "panda": "panda",
    "frog": "frog", "rabbit": "rabbit-face", "pig": "pig-face", "cow": "cow-face", "monkey": "monkey-face",
    "penguin": "penguin", "owl": "owl", "fish": "fish", "whale": "whale", "octopus": "octopus", "crab": "crab",
    "turtle": "turtle", "butterfly": "butterfly", "bee": "honeybee",
    "apple": "red-apple", "banana": "banana", "strawberry": "strawberry", "watermelon": "watermelon",
    "carrot": "carrot", "mushroom": "mushroom", "hamburger": "hamburger", "pizza": "pizza", "donut": "doughnut",
    "cake": "birthday-cake",
    "car": "automobile", "bus": "bus", "rocket": "rocket", "boat": "sailboat", "train": "locomotive",
    "house": "house", "castle": "castle", "tree": "deciduous-tree", "cactus": "cactus",
    "sunflower": "sunflower", "sun": "sun", "moon": "crescent-moon", "rainbow": "rainbow", "snowman": "snowman",
    "umbrella": "umbrella", "guitar": "guitar", "crown": "crown", "robot": "robot", "ghost": "ghost",
    "balloon": "balloon",
    "tiger": "tiger-face", "mouse": "mouse-face", "koala": "koala", "chicken": "chicken", "duck": "duck",
    "dolphin": "dolphin", "snail": "snail", "ladybug": "lady-beetle", "cherry": "cherries", "grapes": "grapes",
    "lemon": "lemon", "orange": "tangerine", "pineapple": "pineapple", "pear": "pear", "peach": "peach",
    "tomato": "tomato", "corn": "ear-of-corn", "cookie": "cookie", "egg": "egg", "bread": "bread",
    "cheese": "cheese-wedge", "cupcake": "cupcake", "plane": "airplane", "bicycle": "bicycle", "tractor": "tractor",
    "flower": "hibiscus", "tulip": "tulip", "rose": "rose", "cloud": "cloud", "snowflake": "snowflake",
    "fire": "fire", "violin": "violin", "drum": "drum", "trumpet": "trumpet", "book": "blue-book", "key": "key",
    "bell": "bell", "bulb": "light-bulb", "coffee": "hot-beverage", "hat": "top-hat", "glasses": "glasses",
    "gift": "wrapped-gift", "ball": "soccer-ball", "clock": "alarm-clock", "camera": "camera",
    "phone": "mobile-phone", "laptop": "laptop", "anchor": "anchor", "globe": "globe-showing-europe-africa",
    "elephant": "elephant", "horse": "horse-face", "unicorn": "unicorn", "wolf": "wolf", "chair": "chair",
    "bed": "bed", "pumpkin": "jack-o-lantern", "candle": "candle", "hammer": "hammer", "scissors": "scissors",
}

COLORS = {
    "red": (226, 48, 48), "orange": (250, 140, 22), "yellow": (252, 216, 40), "green": (56, 158, 66),
    "blue": (32, 120, 230), "purple": (134, 54, 180), "pink": (246, 140, 184), "brown": (118, 74, 46),
    "black": (24, 24, 26), "white": (250, 250, 250), "gray": (150, 150, 154),
}

# 32x32 like the drawings; `currentColor` is where the tint goes (only alpha is kept).
SHAPES = {
    "circle": '<circle cx="16" cy="16" r="14"/>',
    "square": '<rect x="3.5" y="3.5" width="25" height="25"/>',
    "triangle": '<path d="M16 3 30.5 28.5H1.5Z"/>',
    "star": '<path d="M16 1.5l4.3 9.7 10.6 1-8 7 2.4 10.3L16 24.1l-9.3 5.4 2.4-10.3-8-7 10.6-1z"/>',
    "heart": '<path d="M16 29C8 22.6 2 17.4 2 10.8 2 6.5 5.300 3.500 9.200 3.500c2.700 0 5.300 1.500 6.800 4 1.500-2.500 4.100-4 6.800-4C26.700 3.500 30 6.500 30 10.800 30 17.400 24 22.600 16 29z"/>',
    "diamond": '<path d="M16 1.500 27.500 16 16 30.500 4.500 16z"/>',
}

# Words of captions, now and later; and words that mean nothing to a picture.
GRAMMAR = ("a an the on in of and with background left right above below beside next to over under behind between "
           "one two three four five six many small big large little dark light").split()
FILLERS = ("cute nice beautiful funny simple happy lovely pretty great picture photo drawing image icon cartoon "
           "painting emoji flat").split()


def plural(word):
    """Regular plurals and the few that are not; for the captions of counts."""
    irregular = {"mouse": "mice", "wolf": "wolves", "fish": "fish", "grapes": "grapes", "glasses": "glasses",
                 "scissors": "scissors", "snowman": "snowmen", "cactus": "cactuses", "peach": "peaches"}
    if word in irregular:
        return irregular[word]
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "ch", "x")) else "s")


def every_word():
    """All words that are one token each."""
    objects = list(OBJECTS)
    words = GRAMMAR + list(COLORS) + list(SHAPES) + objects + FILLERS + ["colored", "grey"]
    words += [plural(w) for w in objects + list(SHAPES)]
    return list(dict.fromkeys(words))

# Prompts the page offers: each kind of scene, most of them never seen in training.
EXAMPLES = [
    "a fox on a white background", "a unicorn on a green background", "a yellow star on a blue background",
    "a cat to the left of a dog on a blue background", "a plane above a cloud on a blue background",
    "three apples on a yellow background", "four tulips on a white background", "a robot on a yellow background",
]
