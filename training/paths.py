"""Where runs are kept and where the vector drawings lie; both can be moved by an environment variable."""
import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUNS = Path(os.environ.get("CASCADE_RUNS", HERE / "runs"))
EMOJI = Path(os.environ.get("CASCADE_EMOJI", HERE / "node_modules"))
SPRITES = Path(os.environ.get("CASCADE_SPRITES", RUNS / "sprites.zip"))  # the drawings rasterised
EXPORT = RUNS / "export"
