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
    # from here on taught on a large GPU, with tints, scenes and shapes
    "zebra": "zebra", "giraffe": "giraffe", "camel": "two-hump-camel", "kangaroo": "kangaroo", "sloth": "sloth",
    "squirrel": "chipmunk", "hedgehog": "hedgehog", "raccoon": "raccoon", "otter": "otter", "beaver": "beaver",
    "deer": "deer", "goat": "goat", "sheep": "ewe", "llama": "llama", "gorilla": "gorilla", "rhino": "rhinoceros",
    "hippo": "hippopotamus", "hamster": "hamster", "bat": "bat", "eagle": "eagle", "parrot": "parrot",
    "peacock": "peacock", "flamingo": "flamingo", "swan": "swan", "chick": "front-facing-baby-chick",
    "turkey": "turkey", "rooster": "rooster", "bird": "bird", "dove": "dove", "snake": "snake", "lizard": "lizard",
    "crocodile": "crocodile", "dinosaur": "sauropod", "dragon": "dragon-face", "shark": "shark", "seal": "seal",
    "squid": "squid", "lobster": "lobster", "shrimp": "shrimp", "jellyfish": "jellyfish", "ant": "ant",
    "spider": "spider", "shell": "spiral-shell", "avocado": "avocado", "mango": "mango", "melon": "melon",
    "kiwi": "kiwi-fruit", "coconut": "coconut", "broccoli": "broccoli", "onion": "onion", "garlic": "garlic",
    "potato": "potato", "cucumber": "cucumber", "eggplant": "eggplant", "pepper": "bell-pepper",
    "chili": "hot-pepper", "pretzel": "pretzel", "croissant": "croissant", "bagel": "bagel", "waffle": "waffle",
    "sandwich": "sandwich", "taco": "taco", "hot dog": "hot-dog", "fries": "french-fries", "popcorn": "popcorn",
    "sushi": "sushi", "lollipop": "lollipop", "candy": "candy", "chocolate": "chocolate-bar",
    "ice cream": "soft-ice-cream", "pie": "pie", "milk": "glass-of-milk", "teapot": "teapot", "beer": "beer-mug",
    "leaf": "maple-leaf", "clover": "four-leaf-clover", "palm tree": "palm-tree", "christmas tree": "christmas-tree",
    "pine": "evergreen-tree", "plant": "potted-plant", "blossom": "cherry-blossom", "truck": "delivery-truck",
    "ambulance": "ambulance", "fire truck": "fire-engine", "police car": "police-car", "taxi": "taxi",
    "van": "minibus", "motorcycle": "motorcycle", "scooter": "motor-scooter", "helicopter": "helicopter",
    "ship": "ship", "ufo": "flying-saucer", "tram": "tram-car", "skateboard": "skateboard", "sled": "sled",
    "wheel": "wheel", "church": "church", "school": "school", "hospital": "hospital", "factory": "factory",
    "tent": "tent", "hut": "hut", "temple": "classical-building", "tower": "tokyo-tower", "fountain": "fountain",
    "volcano": "volcano", "mountain": "snow-capped-mountain", "island": "desert-island", "axe": "axe",
    "saw": "carpentry-saw", "wrench": "wrench", "screwdriver": "screwdriver", "ladder": "ladder", "magnet": "magnet",
    "broom": "broom", "bucket": "bucket", "knife": "kitchen-knife", "spoon": "spoon", "pencil": "pencil",
    "pen": "pen", "crayon": "crayon", "lock": "locked", "telescope": "telescope", "microscope": "microscope",
    "door": "door", "window": "window", "mirror": "mirror", "toilet": "toilet", "bathtub": "bathtub",
    "toothbrush": "toothbrush", "envelope": "envelope", "sword": "dagger", "shield": "shield", "bomb": "bomb",
    "trophy": "trophy", "medal": "sports-medal", "coin": "coin", "gem": "gem-stone", "ring": "ring",
    "teddy bear": "teddy-bear", "kite": "kite", "dice": "game-die", "television": "television", "radio": "radio",
    "computer": "desktop-computer", "keyboard": "keyboard", "microphone": "studio-microphone",
    "headphones": "headphone", "piano": "musical-keyboard", "backpack": "backpack", "basket": "basket",
    "suitcase": "luggage", "bag": "handbag", "shirt": "t-shirt", "dress": "dress", "jeans": "jeans",
    "shorts": "shorts", "coat": "coat", "scarf": "scarf", "gloves": "gloves", "socks": "socks",
    "shoe": "running-shoe", "boot": "hiking-boot", "sandal": "thong-sandal", "tie": "necktie", "cap": "billed-cap",
    "helmet": "rescue-workers-helmet", "sunglasses": "sunglasses", "watch": "watch", "lipstick": "lipstick",
    "lightning": "high-voltage", "planet": "ringed-planet", "wave": "water-wave", "drop": "droplet",
    "smiley": "grinning-face", "sad face": "crying-face", "angry face": "pouting-face", "clown": "clown-face",
    "alien": "alien", "monster": "alien-monster", "skull": "skull", "santa": "santa-claus", "astronaut": "astronaut",
    "princess": "princess", "basketball": "basketball", "football": "american-football", "baseball": "baseball",
    "volleyball": "volleyball", "racket": "tennis", "boxing glove": "boxing-glove", "target": "bullseye",
    "bowling": "bowling", "eye": "eye", "ear": "ear", "mouth": "mouth", "hand": "hand-with-fingers-splayed",
    "brain": "brain", "tooth": "tooth", "bone": "bone", "feather": "feather", "yarn": "yarn",
    "lantern": "red-paper-lantern", "flag": "triangular-flag", "ribbon": "ribbon", "hourglass": "hourglass-not-done",
    "rock": "rock", "poop": "pile-of-poo", "money": "money-bag",
}
FIRST = 109  # objects the first tokenizer and the first weights knew

# Objects of one main colour, which can be another: "a blue cat".
TINTABLE = [
    "cat", "dog", "bear", "fox", "lion", "frog", "rabbit", "pig", "cow", "monkey", "owl", "fish", "whale", "octopus",
    "crab", "turtle", "butterfly", "apple", "banana", "strawberry", "carrot", "mushroom", "donut", "car", "train",
    "house", "castle", "tree", "cactus", "sunflower", "moon", "umbrella", "guitar", "crown", "robot", "balloon",
    "tiger", "mouse", "koala", "dolphin", "snail", "cherry", "grapes", "lemon", "orange", "pineapple", "pear",
    "peach", "tomato", "cookie", "egg", "bread", "cheese", "cupcake", "plane", "tractor", "flower", "tulip", "rose",
    "cloud", "snowflake", "violin", "drum", "trumpet", "book", "key", "bell", "bulb", "hat", "glasses", "gift",
    "ball", "camera", "phone", "anchor", "elephant", "horse", "unicorn", "wolf", "chair", "bed", "pumpkin", "candle",
    "hammer", "scissors", "giraffe", "camel", "kangaroo", "sloth", "squirrel", "hedgehog", "raccoon", "otter",
    "beaver", "deer", "goat", "sheep", "llama", "gorilla", "rhino", "hippo", "hamster", "bat", "flamingo", "chick",
    "turkey", "bird", "snake", "lizard", "crocodile", "dinosaur", "dragon", "shark", "seal", "squid", "lobster",
    "ant", "spider", "shell", "mango", "melon", "broccoli", "cucumber", "eggplant", "pepper", "chili", "pretzel",
    "croissant", "candy", "ice cream", "pie", "teapot", "leaf", "clover", "pine", "blossom", "truck", "fire truck",
    "van", "scooter", "helicopter", "ship", "ufo", "skateboard", "sled", "wheel", "tent", "hut", "saw", "wrench",
    "screwdriver", "ladder", "magnet", "broom", "bucket", "knife", "spoon", "pencil", "pen", "crayon", "lock", "door",
    "toilet", "bathtub", "toothbrush", "envelope", "bomb", "trophy", "medal", "coin", "ring", "teddy bear",
    "keyboard", "microphone", "headphones", "backpack", "basket", "suitcase", "bag", "shirt", "dress", "jeans",
    "shorts", "coat", "scarf", "gloves", "shoe", "boot", "sandal", "cap", "sunglasses", "lightning", "planet", "drop",
    "smiley", "angry face", "alien", "monster", "basketball", "football", "boxing glove", "ear", "mouth", "hand",
    "brain", "feather", "yarn", "flag", "ribbon", "rock", "poop", "money",
]

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

# Backgrounds that are more than a colour: what a caption says (the first is the form evaluation uses).
SCENES = {"grass": ("on grass", "on the grass", "on green grass", "in the grass"),
          "night": ("at night", "at night", "in the night"),
          "sea": ("by the sea", "by the sea", "on the sea", "at the sea")}

# Words of captions, now and later; and words that mean nothing to a picture.
GRAMMAR = ("a an the on in of and with background left right above below beside next to over under behind between "
           "one two three four five six many small big large little dark light").split()
FILLERS = ("cute nice beautiful funny simple happy lovely pretty great picture photo drawing image icon cartoon "
           "painting emoji flat").split()


# Words that a later vocabulary added; held in one or two pieces each.
LATER = "grass night sea at by front please draw five".split()

# Words that mean nothing here, said in captions so that unknown ones do no harm: what people add to prompts, English and
# German. Captions of training also have made-up words (captions.unknown).
FOREIGN = """please draw paint show create make generate give want me us my your a4 very really highly detailed detail 4k 8k hd uhd
masterpiece quality best high resolution realistic photorealistic style artstation trending digital art watercolor watercolour oil
sketch line vector render rendering 3d octane cinematic lighting soft studio bokeh sharp focus award winning epic fantasy
magical dreamy cozy tiny huge giant old young fluffy shiny wooden golden silver vintage modern minimal minimalist kawaii anime manga
comic pixel lowpoly clay plastic glossy matte pastel vivid vibrant colorful bright warm cold sweet angry sad sleeping running sitting
jumping dancing flying smiling wearing holding eating looking standing some any that which is are there it its for from to into by
bitte zeichne male mir eine einen ein der die das und mit auf unter neben vor hinter schön schöne süß süße klein kleine groß große
kleiner großer bild foto zeichnung gemälde hintergrund im am in vom zum sehr ganz viele hübsch lustig bunt hell dunkel freundlich
une un le la avec sur con una por favor""".split()


def plural(word):
    """Regular plurals and the few that are not; for the captions of counts."""
    first, _, last = word.rpartition(" ")
    if first:
        return f"{first} {plural(last)}"
    irregular = {"mouse": "mice", "wolf": "wolves", "fish": "fish", "grapes": "grapes", "glasses": "glasses",
                 "scissors": "scissors", "snowman": "snowmen", "cactus": "cactuses", "peach": "peaches",
                 "sheep": "sheep", "deer": "deer", "goose": "geese", "squid": "squid", "shrimp": "shrimp", "knife": "knives",
                 "leaf": "leaves", "tooth": "teeth", "foot": "feet", "dice": "dice", "fries": "fries", "jeans": "jeans",
                 "shorts": "shorts", "gloves": "gloves", "socks": "socks", "headphones": "headphones", "sushi": "sushi",
                 "sunglasses": "sunglasses", "money": "money", "chocolate": "chocolates", "lightning": "lightning",
                 "broccoli": "broccoli", "popcorn": "popcorn", "milk": "milk"}
    if word in irregular:
        return irregular[word]
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "ch", "x")) else "s")


def every_word():
    """All words that are one token each: those of the first vocabulary. Their tokens are fixed for ever."""
    objects = list(OBJECTS)[:FIRST]
    words = GRAMMAR + list(COLORS) + list(SHAPES) + objects + FILLERS + ["colored", "grey"]
    words += [plural(w) for w in objects + list(SHAPES)]
    return list(dict.fromkeys(words))


def later_words():
    """Words added since, one or two tokens each; their plurals are what the pieces give."""
    known = set(every_word())
    words = [w for name in list(OBJECTS)[FIRST:] for w in name.split()] + LATER
    return [w for w in dict.fromkeys(words) if w not in known]


# Prompts the page offers: each kind of scene, most of them never seen in training.
EXAMPLES = [
    "a fox on a white background", "a unicorn on a green background", "a yellow star on a blue background",
    "a cat to the left of a dog on a blue background", "a plane above a cloud on a blue background",
    "three apples on a yellow background", "four tulips on a white background", "a robot on a yellow background",
]
